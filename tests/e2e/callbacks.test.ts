import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { propertyNamespace } from '../../adapters/property/definition.js';
import type { PropertySimulator } from '../../adapters/property/simulator/start.js';
import { systemClock } from '../../src/clock.js';
import { fileSigner } from '../../src/signing/file-signer.js';
import { readTrustedKeyFile } from '../../src/signing/key-files.js';
import { wssX509Integrity } from '../../src/signing/wss-x509-integrity.js';
import { ownership } from '../attacks/callback/world.js';
import { failuresOf, inputOf } from '../evidence/audit-scene.js';
import { issue, makeAuthority } from '../support/certificates.js';
import { type CollectedResults, collectResults } from '../support/collect-results.js';
import { freePort } from '../support/free-port.js';
import { ownershipRequest, propertySamples, startPropertyRegistry } from '../support/property-registry.js';
import { type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';

describe('answers that a registry brings by itself, over HTTP', function () {
  this.timeout(60_000);
  let cadastre: PropertySimulator;
  let stack: Stack;
  let results: CollectedResults;
  let callbackUrl: string;

  before(async () => {
    const port = await freePort();
    stack = await startStack({ variables: { URA_PROPERTY_URL: `http://127.0.0.1:${port}/soap` } });
    callbackUrl = `http://127.0.0.1:${stack.variables.PORT}/v1/callbacks/property`;
    cadastre = await startPropertyRegistry({ port, callbackUrl, repeatMs: 300 });
    results = await collectResults(stack.variables);
  });
  after(async () => {
    await results.stop();
    await stack.stop();
    await cadastre.close();
  });

  const awaiting = async (caseId: string, delayMs: number): Promise<string> => {
    cadastre.control({ behaviour: 'late-callback', delayMs, count: 1 });
    const client = await stack.client();
    const { owner } = propertySamples(cadastre);
    const { id } = await client.submit(ownershipRequest(owner, caseId), { idempotencyKey: randomUUID() });
    await waitFor(
      async () => ((await client.get(id)).state === 'awaiting-answer' ? true : undefined),
      'the wait',
    );
    return id;
  };
  /** As the registry signs, or somebody else. */
  const profileOf = async (keys?: { privateKeyPem: string; certificatePem: string }) => {
    const file = (name: string) => join(stack.variables.URA_DATA as string, 'keys', name);
    const own = keys ?? {
      privateKeyPem: await readFile(file('property-wss.key.pem'), 'utf8'),
      certificatePem: await readFile(file('property-wss.cert.pem'), 'utf8'),
    };
    return wssX509Integrity({
      signer: fileSigner({ keyId: 'own', privateKey: own.privateKeyPem, certificate: own.certificatePem }),
      trusted: [await readTrustedKeyFile(file('gateway-wss.cert.pem'), { partner: 'gateway' })],
      replaySet: { remember: async () => true },
      clock: systemClock,
    });
  };
  const delivery = (requestId: string, content: string, ticket = 'ASHK-0123456789AB') =>
    `<DeliverAnswer xmlns="${propertyNamespace}"><RequestMessageId>urn:uuid:${requestId}</RequestMessageId>` +
    `<Ticket>${ticket}</Ticket>${content}</DeliverAnswer>`;
  const post = async (bytes: Uint8Array, path = callbackUrl) => {
    const answer = await fetch(path, {
      method: 'POST',
      headers: {
        'content-type': `application/soap+xml; charset=utf-8; action="${propertyNamespace}/DeliverAnswer"`,
      },
      body: bytes,
    });
    return { status: answer.status, text: await answer.text() };
  };
  const signed = async (bodyContent: string, keys?: Parameters<typeof profileOf>[0], to = callbackUrl) =>
    (await profileOf(keys)).signRequest({
      soapVersion: '1.2',
      bodyContent,
      to,
      action: `${propertyNamespace}/DeliverAnswer`,
      messageId: `urn:uuid:${randomUUID()}`,
    });

  it('end the request: event, evidence and audit like any other answer', async () => {
    const id = await awaiting('DIV-CB-1', 1_000);
    const event = await results.next(id);
    assert.equal(event.type, 'ura.request.answered.v1');
    const request = await (await stack.client()).get(id);
    assert.deepEqual(event.value.result, request.result);
    const input = await inputOf(stack, id);
    assert.deepEqual(await failuresOf(input), []);
    assert.equal(input.rows.filter(({ meta }) => meta.way === 'callback').length, 1);
    // The registry stops bringing it only when our signed acknowledgement satisfied it.
    const before = results.of(id).length;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.equal(results.of(id).length, before);
  });

  it('are taken once: what is brought again is answered, signed, and changes nothing', async () => {
    const id = await awaiting('DIV-CB-2', 60_000);
    const { ticket } = (await stack.database.query('select ticket from requests where id = $1', [id]))
      .rows[0];
    const nid = propertySamples(cadastre).owner.notation;
    const { status, text } = await post(await signed(delivery(id, ownership(nid), ticket)));
    assert.equal(status, 200, text);
    assert.equal((await results.next(id)).type, 'ura.request.answered.v1');
    // Twice: signed anew, and already finished. A fault, and signed, so that the registry can believe it.
    const again = await post(await signed(delivery(id, ownership(nid), ticket)));
    assert.match(again.text, /ALREADY_FINISHED/);
    assert.match(again.text, /SignatureValue/);
    assert.equal(results.of(id).length, 1);
  });

  it('are not taken for an unknown request, by a wrong signer, replayed, or about somebody else', async () => {
    const id = await awaiting('DIV-CB-3', 60_000);
    const { ticket } = (await stack.database.query('select ticket from requests where id = $1', [id]))
      .rows[0];
    const nid = propertySamples(cadastre).owner.notation;
    const stranger = await issue(await makeAuthority('Elsewhere'), { name: 'property-wss' });
    const good = delivery(id, ownership(nid), ticket);
    const vectors: [name: string, bytes: Uint8Array, status: number, says: RegExp][] = [
      [
        'an unknown request',
        await signed(delivery(randomUUID(), ownership(nid), ticket)),
        400,
        /UNKNOWN_REQUEST/,
      ],
      ['a wrong signer', await signed(good, stranger), 401, /signature-refused/],
      [
        'no signature',
        Buffer.from(
          `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>${good}</s:Body></s:Envelope>`,
        ),
        401,
        /signature-refused/,
      ],
      [
        'another address',
        await signed(good, undefined, 'http://elsewhere.example/v1/callbacks/property'),
        401,
        /refused/,
      ],
      [
        'another ticket',
        await signed(delivery(id, ownership(nid), 'ASHK-999999999999')),
        400,
        /NOT_ACCEPTED/,
      ],
      [
        'about somebody else',
        await signed(delivery(id, ownership('J98225004N'), ticket)),
        400,
        /NOT_ACCEPTED/,
      ],
      ['bytes that are no XML', Buffer.from('{}'), 401, /signature-refused/],
    ];
    for (const [name, bytes, status, says] of vectors) {
      const answer = await post(bytes);
      assert.match(answer.text, says, name);
      assert.equal(answer.status, status, `${name}: ${answer.text.slice(0, 300)}`);
    }
    const request = await (await stack.client()).get(id);
    assert.equal(request.state, 'awaiting-answer');
    assert.equal(request.reason?.code, 'answer-invalid');
    assert.ok(stack.log.some((line) => line.requestId === id && String(line.msg).startsWith('ALARM')));
    const kept = await stack.database.query(
      `select count(*) as count from evidence where request_id = $1 and kind = 'registry-answer' and meta->>'outcome' = 'invalid'`,
      [id],
    );
    assert.equal(Number(kept.rows[0].count), 2, 'what was signed and wrong is kept as evidence');

    const bytes = await signed(good);
    assert.equal((await post(bytes)).status, 200);
    const replayed = await post(bytes);
    assert.equal(replayed.status, 409);
    assert.match(replayed.text, /message-replayed/);
    assert.equal((await results.next(id)).type, 'ura.request.answered.v1');
  });

  it('come to adapters that take them, and to no others', async () => {
    const base = callbackUrl.slice(0, -'property'.length);
    for (const name of ['civil', 'nobody', '__proto__']) {
      assert.equal((await post(Buffer.from('<a/>'), base + name)).status, 404, name);
    }
  });
});
