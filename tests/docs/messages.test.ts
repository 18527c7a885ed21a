import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { canonicalJson } from '../../src/evidence/canonical-json.js';
import { type EventHeaders, verifyEvent } from '../../src/signing/event-signature.js';
import { verifyRequest, verifyResponse } from '../../src/signing/http-sig/index.js';
import { verifyDetached } from '../../src/signing/jws-detached.js';
import { verifySubmission } from '../../src/signing/kafka-event/submission-signature.js';
import { readTrustedKeyFile } from '../../src/signing/key-files.js';
import { SignatureRefused } from '../../src/signing/refusals.js';
import type { TrustedKey } from '../../src/signing/signer.js';
import { verifyEnvelope } from '../../src/signing/xml/verify-envelope.js';
import { read, root } from './documents.js';

const made = JSON.parse(read('docs/messages/made.json')) as { at: string; requestId: string };
/** A little after the exchange that docs/signing.md explains. */
const now = Date.parse(made.at);
const requestId = `urn:uuid:${made.requestId}`;
const anonymous = 'http://www.w3.org/2005/08/addressing/anonymous';
const actionStem = 'urn:al:ura:registry:civil:v1/GetFamilyComposition';

interface Receipt {
  readonly signature: string;
  readonly evidence: readonly { readonly kind: string; readonly sha256: string }[];
}

function message<Type>(file: string): Type {
  return JSON.parse(read(`docs/messages/${file}`)) as Type;
}

function raw(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flat();
}

describe('the messages that docs/signing.md explains', () => {
  let keys: Readonly<Record<'gateway' | 'client' | 'gatewayWss' | 'civil', TrustedKey>>;
  const find = (key: TrustedKey) => (keyId: string) => (keyId === key.keyId ? key : undefined);

  before(async () => {
    const key = (file: string, partner: string) =>
      readTrustedKeyFile(join(root, 'docs', 'messages', file), { partner });
    keys = {
      gateway: await key('gateway-http.public.jwk.json', 'gateway'),
      client: await key('oss-divjake.public.jwk.json', 'oss-divjake'),
      gatewayWss: await key('gateway-wss.cert.pem', 'gateway'),
      civil: await key('civil-wss.cert.pem', 'civil'),
    };
  });

  const soapRequest = (bytes: Buffer) =>
    verifyEnvelope(bytes, {
      soapVersion: '1.1',
      to: 'urn:al:ura:registry:civil',
      actions: [actionStem],
      keys: [keys.gatewayWss],
      now,
    });

  it('a question to a registry', () => {
    const verified = soapRequest(Buffer.from(read('docs/messages/soap-request.xml')));
    assert.equal(verified.messageId, requestId);
  });

  it('is refused when one letter is another', () => {
    const changed = read('docs/messages/soap-request.xml').replace('e.hoxha', 'e.hoxhi');
    assert.throws(
      () => soapRequest(Buffer.from(changed)),
      (error) => error instanceof SignatureRefused && error.code === 'digest-value',
    );
  });

  it('its answer', () => {
    const { relatesTo } = verifyEnvelope(Buffer.from(read('docs/messages/soap-answer.xml')), {
      soapVersion: '1.1',
      to: anonymous,
      actions: [`${actionStem}Response`],
      relatesTo: requestId,
      keys: [keys.civil],
      now,
    });
    assert.equal(relatesTo, requestId);
  });

  it("a municipality's request over HTTP, and the gateway's answer to just this one", () => {
    const { request, answer } = message<{
      request: { method: string; targetUri: string; headers: Record<string, string>; body: string };
      answer: { status: number; headers: Record<string, string>; body: string };
    }>('http-exchange.json');
    const { signature } = verifyRequest(
      { ...request, headers: raw(request.headers), body: Buffer.from(request.body) },
      find(keys.client),
      { now },
    );
    const received = { ...answer, headers: raw(answer.headers), body: Buffer.from(answer.body) };
    verifyResponse(received, signature, find(keys.gateway), { now });
    const flipped = signature.value[1] === 'A' ? 'B' : 'A';
    const another = { ...signature, value: `:${flipped}${signature.value.slice(2)}` };
    assert.throws(() => verifyResponse(received, another, find(keys.gateway), { now }), SignatureRefused);
  });

  it('an event', async () => {
    const { headers, value } = message<{
      headers: EventHeaders & { ce_signature: string };
      value: string;
    }>('event.json');
    await verifyEvent(headers, Buffer.from(value), find(keys.gateway), { now });
    await assert.rejects(
      verifyEvent({ ...headers, ce_type: 'ura.request.refused.v1' }, Buffer.from(value), find(keys.gateway), {
        now,
      }),
      SignatureRefused,
    );
  });

  it('a submission over Kafka, for its topic and no other', async () => {
    const { topic, key, headers, value } = message<{
      topic: string;
      key: string;
      headers: EventHeaders & { ce_signature: string };
      value: string;
    }>('submission.json');
    const own = await readTrustedKeyFile(join(root, 'docs', 'messages', 'oss-kruje.public.jwk.json'), {
      partner: 'oss-kruje',
    });
    const submission = { topic, attributes: headers, value: Buffer.from(value) };
    await verifySubmission(submission, headers.ce_signature, find(own), { now, futureMs: 0 });
    assert.equal(headers.ce_subject, key);
    await assert.rejects(
      verifySubmission({ ...submission, topic: 'oss.21.requests.v1' }, headers.ce_signature, find(own), {
        now,
        futureMs: 0,
      }),
      SignatureRefused,
    );
    const text = read('docs/signing.md');
    for (const name of ['ce_id', 'ce_source', 'ce_type', 'ce_subject', 'ce_time', 'ce_dataschema'] as const) {
      assert.ok(text.includes(`${name}: ${headers[name]}`), name);
      assert.ok(text.includes(`"${name}": "${headers[name]}"`), name);
    }
  });

  it('a receipt, which names the other messages by their digests', async () => {
    const { signature, ...signed } = message<Receipt>('receipt.json');
    const bytes = Buffer.from(canonicalJson(signed));
    await verifyDetached(signature, bytes, find(keys.gateway), { typ: 'ura-receipt+jws', now });
    const digest = (text: string) => createHash('sha256').update(text).digest('hex');
    const listed = Object.fromEntries(signed.evidence.map(({ kind, sha256 }) => [kind, sha256]));
    assert.equal(
      listed['client-request'],
      digest(message<{ request: { body: string } }>('http-exchange.json').request.body),
    );
    assert.equal(listed['registry-request'], digest(read('docs/messages/soap-request.xml')));
    assert.equal(listed['registry-answer'], digest(read('docs/messages/soap-answer.xml')));
    assert.equal(listed.result, digest(message<{ value: string }>('event.json').value));
  });

  it('are shown in docs/signing.md as they are', () => {
    const text = read('docs/signing.md');
    const { request, answer } = message<{
      request: { headers: Record<string, string> };
      answer: { headers: Record<string, string> };
    }>('http-exchange.json');
    assert.ok(text.includes(request.headers['content-digest'] ?? '-'));
    assert.ok(text.includes(answer.headers['content-digest'] ?? '-'));
    const { headers } = message<{ headers: Record<string, string> }>('event.json');
    for (const name of ['ce_id', 'ce_source', 'ce_type', 'ce_subject', 'ce_time', 'ce_dataschema']) {
      assert.ok(text.includes(`${name}: ${headers[name]}`), name);
      assert.ok(text.includes(`"${name}": "${headers[name]}"`), name);
    }
    for (const part of ['soap-request.xml', 'soap-answer.xml']) {
      const [id] = /(?<=Id=")[\w-]*body|Content(?=")/i.exec(read(`docs/messages/${part}`)) ?? [];
      assert.ok(id !== undefined && text.includes(id), part);
    }
  });
});
