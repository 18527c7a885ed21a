import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { compactDecrypt, flattenedVerify } from 'jose';
import { readEvent } from '../../../src/client/read-event.js';
import { verifyEvent } from '../../../src/signing/event-signature.js';
import { encryptSigned } from '../../../src/signing/kafka-event/encrypt.js';
import { encryptionOf, readRecipientJwk } from '../../../src/signing/kafka-event/event-keys.js';
import {
  decryptEvent,
  eventOpener,
  eventSealer,
  type ReceivedEvent,
  type SealedEvent,
} from '../../../src/signing/profiles/kafka-event.js';
import { among, makeKey } from '../http-sig/signing-keys.js';

const now = Date.UTC(2026, 10, 20, 9, 0, 0);
const clock = { now: () => now + 1_000 };
const value = Buffer.from('{"state":"answered","name":"Çlirim\\n","municipality":"20"}\n');
const attributes = {
  ce_id: '0193a1b2-0000-7000-8000-000000000001',
  ce_source: 'https://ura.example/',
  ce_type: 'ura.request.answered.v1',
  ce_subject: '0193a1b2-0000-7000-8000-000000000002',
  ce_time: '2026-11-20T09:00:00.000Z',
  ce_dataschema: 'https://ura.example/contracts/events/result.v1.schema.json',
};
const gateway = makeKey('ecdsa-p256-sha256', 'gateway', 'gateway-2026');

const received = ({ headers, value: bytes }: SealedEvent): ReceivedEvent => ({
  headers: new Map(Object.entries(headers)),
  value: bytes,
});

describe('profile kafka-event', function () {
  // Making RSA keys can take seconds on a busy machine.
  this.timeout(30_000);
  const sealer = eventSealer(gateway);
  const keys: { keyId: string; publicKey: KeyObject; privateKey: KeyObject }[] = [];
  const open = (event: SealedEvent, decryptionKeys = keys, requiresEncryption = false) =>
    eventOpener({ trusted: [gateway.trusted], clock, decryptionKeys, requiresEncryption }).open(
      received(event),
    );

  before(() => {
    keys.push({ keyId: 'divjake-ec', ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) });
    keys.push({ keyId: 'divjake-rsa', ...generateKeyPairSync('rsa', { modulusLength: 2048 }) });
  });

  it('leaves the value readable and signs it where the municipality did not opt in', async () => {
    const event = await sealer.seal({ attributes, value, now });
    assert.deepEqual(event.value, value);
    assert.equal(event.headers['content-type'], 'application/json');
    const { ce_signature, ...others } = event.headers;
    assert.deepEqual(others, { 'content-type': 'application/json', ce_specversion: '1.0', ...attributes });
    await verifyEvent({ ...attributes, ce_signature: ce_signature ?? '' }, value, among(gateway), { now });
    const header = JSON.parse(Buffer.from(ce_signature?.split('.')[0] ?? '', 'base64url').toString());
    assert.equal(header.typ, 'ura-event+jws');
    const opened = await open(event, []);
    assert.equal(opened.wasEncrypted, false);
    assert.equal(opened.partner, 'gateway');
    assert.equal(opened.signedAt, now);
  });

  for (const index of [0, 1] as const) {
    const name = ['ECDH-ES+A256KW', 'RSA-OAEP-256'][index] as string;

    it(`encrypts with ${name}, and the municipality gets back the signed bytes`, async () => {
      const recipient = keys[index];
      assert.ok(recipient);
      const event = await sealer.seal({ attributes, value, now }, recipient);
      const opened = await open(event, keys, true);
      assert.deepEqual(Buffer.from(opened.value), value);
      assert.deepEqual(opened.attributes, attributes);
      assert.equal(opened.wasEncrypted, true);
      // The proof that is left needs no key of the municipality.
      await verifyEvent({ ...attributes, ce_signature: opened.signature }, value, among(gateway), { now });
    });

    it(`writes a JWE with ${name} that a general library opens, and a JWS that it verifies`, async () => {
      const recipient = keys[index];
      assert.ok(recipient);
      const event = await sealer.seal({ attributes, value, now }, recipient);
      const { plaintext, protectedHeader } = await compactDecrypt(event.value, recipient.privateKey);
      assert.equal(protectedHeader.alg, name);
      assert.equal(protectedHeader.enc, 'A256GCM');
      assert.equal(protectedHeader.kid, recipient.keyId);
      const inside = Buffer.from(plaintext);
      const end = inside.indexOf('\n');
      const [encoded, , signature] = inside.subarray(0, end).toString().split('.') as [
        string,
        string,
        string,
      ];
      const payload = inside.subarray(end + 1);
      const jws = { protected: encoded, payload, signature };
      await flattenedVerify(jws, gateway.trusted.publicKey, { algorithms: ['ES256'] });
      assert.deepEqual(payload, value);
    });
  }

  it('shows nothing of an encrypted event but the CloudEvents attributes', async () => {
    const event = await sealer.seal({ attributes, value, now }, keys[0]);
    assert.deepEqual(event.headers, {
      'content-type': 'application/jose',
      ce_specversion: '1.0',
      ...attributes,
    });
    assert.ok(!Buffer.from(event.value).includes('answered'));
    const again = await sealer.seal({ attributes, value, now }, keys[0]);
    assert.notDeepEqual(again.value, event.value);
  });

  it('carries an empty value, and one that begins with a line feed', async () => {
    for (const text of ['', '\n\n', '.\n.']) {
      const event = await sealer.seal({ attributes, value: Buffer.from(text), now }, keys[0]);
      assert.equal(Buffer.from((await open(event)).value).toString(), text);
    }
  });

  it('keeps a municipality going that changes its key: old and new are tried by kid', async () => {
    const old = await sealer.seal({ attributes, value, now }, keys[0]);
    const fresh = await sealer.seal({ attributes, value, now }, keys[1]);
    assert.equal((await open(old)).wasEncrypted, true);
    assert.equal((await open(fresh)).wasEncrypted, true);
    await assert.rejects(open(old, keys.slice(1)), { code: 'jwe-key-unknown' });
  });

  it('can be had as a step before an existing verification: a readable event comes back as it was', async () => {
    const plain = received(await sealer.seal({ attributes, value, now }));
    assert.equal(await decryptEvent(plain, {}), plain);
    const message = {
      topic: 'oss.20.results.v1',
      ...received(await sealer.seal({ attributes, value, now }, keys[0])),
    };
    const readable = await decryptEvent(message, { decryptionKeys: keys });
    assert.equal(readable.topic, message.topic);
    assert.equal(readable.headers.get('content-type'), 'application/json');
    assert.deepEqual(Buffer.from(readable.value), value);
    assert.ok(readable.headers.get('ce_signature')?.includes('..'));
  });

  it('does not let one municipality pass an event on to another as if it were meant for it', async () => {
    const result = Buffer.from(
      JSON.stringify({
        requestId: attributes.ce_subject,
        caseId: 'case-1',
        municipality: '20',
        state: 'answered',
        service: 'AL012031',
      }),
    );
    const [ofDivjake, ofFier] = keys;
    assert.ok(ofDivjake && ofFier);
    const opened = await open(await sealer.seal({ attributes, value: result, now }, ofDivjake));
    const again = await encryptSigned(opened.signature, result, ofFier);
    const headers = new Map(
      Object.entries({ 'content-type': 'application/jose', ce_specversion: '1.0', ...attributes }),
    );
    const readOn = async (topic: string) => {
      const message = { topic, partition: 0, offset: 1, key: 'case-1', headers, value: again };
      const readable = await decryptEvent(message, { decryptionKeys: [ofFier] });
      return readEvent(readable, among(gateway), now);
    };
    assert.equal((await readOn('oss.20.results.v1')).value.municipality, '20');
    await assert.rejects(readOn('oss.15.results.v1'), { code: 'event-inconsistent' });
  });

  it('encrypts to no key that is weak or of another kind', () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const curve = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const signing = generateKeyPairSync('ed25519');
    const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
    for (const { publicKey, privateKey } of [weak, curve, signing, pss]) {
      assert.throws(() => encryptionOf(publicKey), TypeError);
      const decryptionKeys = [{ keyId: 'x', privateKey }];
      assert.throws(() => eventOpener({ trusted: [], clock, decryptionKeys }), TypeError);
    }
  });

  it('reads a public JWK for encryption and says what is wrong with any other', () => {
    const [ec] = keys;
    assert.ok(ec);
    const jwk = {
      ...ec.publicKey.export({ format: 'jwk' }),
      kid: 'divjake-ec',
      use: 'enc',
      alg: 'ECDH-ES+A256KW',
    };
    const read = readRecipientJwk(JSON.stringify(jwk));
    assert.equal(read.keyId, 'divjake-ec');
    assert.ok(read.publicKey.equals(ec.publicKey));
    const wrong: readonly (readonly [RegExp, object])[] = [
      [/"use"/, { ...jwk, use: 'sig' }],
      [/"use"/, { ...jwk, use: undefined }],
      [/"kid"/, { ...jwk, kid: '' }],
      [/"kid"/, { ...jwk, kid: 5 }],
      [/"alg"/, { ...jwk, alg: 'ECDH-ES' }],
      [/"alg"/, { ...jwk, alg: 'RSA1_5' }],
      [/secret/, { ...ec.privateKey.export({ format: 'jwk' }), kid: 'x', use: 'enc', alg: jwk.alg }],
      [/not a JWK/, { kty: 'oct', k: 'AAAA' }],
      [/not a JWK/, []],
    ];
    for (const [sentence, one] of wrong) assert.throws(() => readRecipientJwk(JSON.stringify(one)), sentence);
  });
});
