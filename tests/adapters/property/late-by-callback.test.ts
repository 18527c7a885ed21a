import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Adapter, CallbackVerdict, Exchange } from '../../../adapters/adapter.js';
import type { PropertySamples } from '../../../adapters/property/simulator/samples.js';
import type { PropertySimulator } from '../../../adapters/property/simulator/start.js';
import type { PropertyOwnershipRecord } from '../../../contracts/canonical/types.js';
import type { Outcome } from '../../../contracts/outcome.js';
import { waitFor } from '../../support/wait-for.js';
import { makePartners, type Partners } from '../partners.js';
import { type CallbackReceiver, startReceiver } from './callback-receiver.js';
import { card, connect, question, samplesOf, startRegistry, unstopped } from './simulated-registry.js';

describe('property adapter: answers that the registry brings', () => {
  let partners: Partners;
  let receiver: CallbackReceiver;
  let registry: PropertySimulator;
  let adapter: Adapter;
  let who: PropertySamples;

  before(async () => {
    partners = await makePartners();
    receiver = await startReceiver();
    registry = await startRegistry(partners, { callbackUrl: receiver.url, repeatMs: 50 });
    who = samplesOf(registry);
    adapter = await connect(registry, partners, { callbackUrl: receiver.url });
  });
  after(async () => {
    await adapter.close();
    await registry.close();
    await receiver.close();
  });
  beforeEach(() => {
    registry.control({ behaviour: 'late-callback', delayMs: 20 });
    receiver.messages.length = 0;
    receiver.failures.length = 0;
  });

  const take = async (exchange: Exchange): Promise<string> => {
    const { outcome } = await adapter.call(exchange, unstopped());
    assert.ok(outcome.kind === 'pending', JSON.stringify(outcome));
    assert.equal(outcome.notBefore, undefined);
    return outcome.ticket;
  };
  const verdictOn = (of: PropertySimulator, { messageId }: Exchange) =>
    waitFor(() => of.matters.verdictOf(`urn:uuid:${messageId}`), 'the registry to hear a verdict', 8_000);
  const idsOf = () =>
    receiver.messages.map(({ body }) => /<a:MessageID[^>]*>([^<]*)</.exec(Buffer.from(body).toString())?.[1]);

  it('opens a callback, reads the answer and acknowledges it by a signed message, once', async () => {
    const exchange = question('ownership', who.owner);
    let ticket = '';
    const outcomes: Outcome[] = [];
    receiver.openWith(adapter, async (opened) => {
      assert.equal(opened.messageId, exchange.messageId);
      const { outcome, requestBytes, answerBytes, ...proof } = await opened.read(exchange, ticket);
      outcomes.push(outcome);
      assert.equal(requestBytes, undefined);
      assert.deepEqual(answerBytes, receiver.messages.at(-1)?.body);
      assert.equal(proof.answerMediaType, 'application/soap+xml');
      const fingerprint = partners.registry.certificate.fingerprint256.replaceAll(':', '').toLowerCase();
      assert.equal(proof.answerSignedBy, fingerprint);
      return 'taken';
    });
    ticket = await take(exchange);
    assert.equal(await verdictOn(registry, exchange), 'TAKEN');
    assert.deepEqual(receiver.failures, []);
    const [outcome] = outcomes;
    assert.ok(outcome?.kind === 'answered', JSON.stringify(outcome));
    assert.deepEqual((outcome.evidence as PropertyOwnershipRecord).query, who.owner);
    assert.equal(receiver.messages.length, 1);
    assert.equal(registry.matters.undelivered().length, 0);
  });

  it('reads a refusal that was brought, and a negative certificate', async () => {
    for (const [exchange, check] of [
      [
        question('property-card', card(who.unknownProperty)),
        (outcome: Outcome) => assert.ok(outcome.kind === 'refused' && outcome.code === 'PROPERTY_NOT_FOUND'),
      ],
      [
        question('ownership', who.without),
        (outcome: Outcome) =>
          assert.equal(
            outcome.kind === 'answered' && (outcome.evidence as PropertyOwnershipRecord).found,
            false,
          ),
      ],
    ] as const) {
      let outcome: Outcome | undefined;
      receiver.openWith(adapter, async (opened) => {
        ({ outcome } = await opened.read(exchange));
        return 'taken';
      });
      await take(exchange);
      assert.equal(await verdictOn(registry, exchange), 'TAKEN');
      assert.ok(outcome !== undefined);
      check(outcome);
    }
  });

  const faults = {
    'unknown-request': 'UNKNOWN_REQUEST',
    'already-finished': 'ALREADY_FINISHED',
    'not-accepted': 'NOT_ACCEPTED',
  } as const satisfies Partial<Record<CallbackVerdict, string>>;
  for (const [verdict, code] of Object.entries(faults)) {
    it(`says ${verdict} by a signed fault, and the registry does not come again`, async () => {
      const exchange = question('ownership', who.owner);
      receiver.openWith(adapter, async () => verdict as CallbackVerdict);
      await take(exchange);
      assert.equal(await verdictOn(registry, exchange), code);
      assert.equal(receiver.messages.length, 1);
      assert.deepEqual(receiver.failures, []);
    });
  }

  it('is called again, each time under a new message id, until its acknowledgement arrives', async () => {
    const exchange = question('ownership', who.owner);
    let attempts = 0;
    const outcomes: Outcome[] = [];
    receiver.handle = async (message, response) => {
      attempts += 1;
      if (attempts === 1) return void response.destroy();
      if (attempts === 2) return void response.writeHead(503).end();
      const opened = await adapter.openCallback?.(message);
      assert.ok(opened !== undefined);
      outcomes.push((await opened.read(exchange)).outcome);
      const { status, headers, body } = await opened.acknowledge('taken');
      // The third time the answer is stored, and the acknowledgement changed on its way.
      const sent =
        attempts === 3 ? Buffer.from(body).toString().replace('DeliverAnswerR', 'DeliverAnswerr') : body;
      response.writeHead(status, headers).end(sent);
    };
    await take(exchange);
    assert.equal(await verdictOn(registry, exchange), 'TAKEN');
    assert.equal(attempts, 4);
    assert.equal(new Set(idsOf()).size, 4);
    assert.deepEqual(
      outcomes.map(({ kind }) => kind),
      ['answered', 'answered'],
    );
  });

  it('is brought after a restart of the registry what it was promised before', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ura-property-'));
    const settings = { callbackUrl: receiver.url, repeatMs: 50, journalFile: join(folder, 'journal.jsonl') };
    try {
      const first = await startRegistry(partners, settings);
      first.control({ behaviour: 'late-callback', delayMs: 300 });
      const asking = await connect(first, partners, { callbackUrl: receiver.url });
      const exchange = question('ownership', who.owner);
      const { outcome } = await asking.call(exchange, unstopped());
      assert.equal(outcome.kind, 'pending');
      await first.close();
      await asking.close();
      assert.equal(receiver.messages.length, 0);

      receiver.openWith(adapter, async (opened) => {
        assert.equal((await opened.read(exchange)).outcome.kind, 'answered');
        return 'taken';
      });
      const second = await startRegistry(partners, settings);
      assert.equal(await verdictOn(second, exchange), 'TAKEN');
      await second.close();
      receiver.messages.length = 0;
      const third = await startRegistry(partners, settings);
      assert.equal(third.matters.undelivered().length, 0);
      assert.equal(third.journal.executed, 1);
      await third.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('can be asked for the same answer as well', async () => {
    receiver.openWith(adapter, async () => 'taken');
    const exchange = question('ownership', who.owner);
    const ticket = await take(exchange);
    await verdictOn(registry, exchange);
    assert.ok(adapter.poll !== undefined);
    assert.equal((await adapter.poll(exchange, ticket, unstopped())).outcome.kind, 'answered');
  });

  it('opens none without an address that callbacks are sent to', async () => {
    const deaf = await connect(registry, partners, { deaf: true });
    assert.equal(deaf.openCallback, undefined);
    await deaf.close();
  });
});
