import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Adapter, Exchange } from '../../../adapters/adapter.js';
import { civilDefinition } from '../../../adapters/civil/definition.js';
import { createSoapAdapter } from '../../../adapters/soap/soap-adapter.js';
import type { Outcome } from '../../../contracts/outcome.js';
import { systemClock } from '../../../src/clock.js';
import { verifyEnvelope } from '../../../src/signing/xml/verify-envelope.js';
import type { Attack } from './vector.js';
import { vectors } from './vectors.js';
import { makeWorld, type World } from './world.js';

const question: Exchange = {
  messageId: '0195f7a0-0000-7000-8000-000000000001',
  operation: 'person',
  subject: { scheme: 'NID', notation: 'J00101999W' },
  parameters: {},
  purpose: 'social-housing',
  legalBasis: 'Ligji 22/2018',
  requester: { organisation: 'Bashkia Divjakë', officer: 'e.hoxha', unit: 'Zyra me një ndalesë' },
  caseId: 'DIV-1',
  deadlineAt: Date.now() + 3_600_000,
};

/**
 * The same vectors as real HTTP answers to the real adapter: whatever comes, nothing of it may reach the mapping,
 * and the outcome says why.
 */
describe('attacks on signed SOAP answers, over HTTP to the adapter', () => {
  let world: World;
  let server: Server;
  let adapter: Adapter;
  let attack: Attack;
  let mapped = 0;
  let refused = 0;
  let sent = 0;

  before(async () => {
    world = await makeWorld();
    server = createServer((request, response) => {
      request.resume().on('end', () => {
        response.writeHead(200, { 'content-type': 'text/xml; charset=utf-8' }).end(attack.message);
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    const definition = civilDefinition();
    adapter = await createSoapAdapter(
      {
        ...definition,
        operations: definition.operations.map((operation) => ({
          ...operation,
          toEvidence(content) {
            mapped += 1;
            return operation.toEvidence(content);
          },
        })),
      },
      {
        endpoint: `http://127.0.0.1:${port}/soap`,
        to: 'urn:al:ura:registry:civil',
        connectTimeoutMs: 2_000,
        callTimeoutMs: 5_000,
        maxSockets: 1,
      },
      {
        clock: systemClock,
        validateEvidence: () => [],
        profile: {
          signRequest: async () => Buffer.from('<question/>'),
          // The receiver is the one that the vector was made for; everything else is the product's own way.
          verifyAnswer: async (bytes) => {
            const { relatesTo, ...asRequest } = { ...world.expected, ...attack.expected };
            const receiver =
              attack.isRequest || relatesTo === undefined ? asRequest : { ...asRequest, relatesTo };
            return verifyEnvelope(bytes, receiver);
          },
          verifyRequest: () => assert.fail('nobody calls this adapter'),
          signAnswer: () => assert.fail('nobody calls this adapter'),
        },
      },
    );
  });

  after(async () => {
    await adapter.close();
    server.close();
    process.stdout.write(`attack vectors: ${vectors.length} refused: ${refused}\n`);
  });

  const outcomeOf = async (candidate: Attack): Promise<Outcome> => {
    attack = candidate;
    sent += 1;
    return (await adapter.call(question, new AbortController().signal)).outcome;
  };

  it('reads the honest message up to its content', async () => {
    const outcome = await outcomeOf({ message: world.valid });
    // It is about taxes, and the adapter asked about a person: only after the signature is that of any interest.
    assert.equal(outcome.kind, 'invalid');
    assert.equal(outcome.kind === 'invalid' && outcome.reason, 'body: other-action');
  });

  for (const { row, name, code, make } of vectors) {
    it(`${row}: refuses ${name}`, async () => {
      const outcome = await outcomeOf(await make(world));
      const reason = 'reason' in outcome ? outcome.reason : outcome.kind;
      if (code === 'unsigned-fault') assert.deepEqual(outcome, { kind: 'unknown', reason: 'unsigned-fault' });
      // The transport stops reading at its own limit, before anybody looks at the bytes.
      else if (outcome.kind === 'unknown') assert.equal(reason, 'http-status', name);
      else assert.deepEqual(outcome, { kind: 'invalid', reason: code });
      if (outcome.kind === 'unknown' && code !== 'unsigned-fault') {
        assert.ok(Buffer.byteLength(attack.message) > 2 * 1024 * 1024, 'only what is too long is not judged');
      }
      assert.equal(mapped, 0);
      refused += 1;
    });
  }

  it('were all sent', () => {
    assert.equal(sent, vectors.length + 1);
  });
});
