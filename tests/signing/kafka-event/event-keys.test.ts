import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import {
  encryptionOf,
  eventJwkPair,
  readDecryptionJwk,
  readRecipientJwk,
} from '../../../src/signing/kafka-event/event-keys.js';

describe('signing/kafka-event/event-keys: both halves of a key for events', function () {
  this.timeout(30_000);
  const pairs = {
    'ECDH-ES+A256KW': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    'RSA-OAEP-256': generateKeyPairSync('rsa', { modulusLength: 2048 }),
  } as const;

  for (const algorithm of ['ECDH-ES+A256KW', 'RSA-OAEP-256'] as const) {
    it(`writes a pair for ${algorithm} that both readers take`, () => {
      const { privateKey, publicKey } = pairs[algorithm];
      const { privateJwk, publicJwk } = eventJwkPair(privateKey, 'divjake-1');
      const named = { kid: 'divjake-1', use: 'enc', alg: algorithm };
      assert.deepEqual(publicJwk, { ...publicKey.export({ format: 'jwk' }), ...named });
      assert.equal('d' in publicJwk, false);
      const own = readDecryptionJwk(JSON.stringify(privateJwk));
      assert.equal(own.keyId, 'divjake-1');
      assert.ok(own.privateKey.equals(privateKey));
      const other = readRecipientJwk(JSON.stringify(publicJwk));
      assert.equal(other.keyId, 'divjake-1');
      assert.ok(other.publicKey.equals(publicKey));
    });
  }

  it('reads no private key that is for something else, and quotes nothing of it', () => {
    const { privateKey } = pairs['ECDH-ES+A256KW'];
    const good = eventJwkPair(privateKey, 'divjake-1').privateJwk as { d: string; [name: string]: unknown };
    const { publicJwk } = eventJwkPair(privateKey, 'divjake-1');
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
    for (const [text, reason] of [
      ['{', /not a private JWK/],
      [JSON.stringify(publicJwk), /not a private JWK/],
      [JSON.stringify({ ...good, use: 'sig' }), /"use" has to be "enc"/],
      [JSON.stringify({ ...good, use: undefined }), /"use" has to be "enc"/],
      [JSON.stringify({ ...good, kid: '' }), /no "kid"/],
      [JSON.stringify({ ...good, kid: undefined }), /no "kid"/],
      [JSON.stringify({ ...good, kid: 7 }), /no "kid"/],
      [JSON.stringify({ ...p384.export({ format: 'jwk' }), kid: 'x', use: 'enc' }), /P-256/],
    ] as const) {
      assert.throws(
        () => readDecryptionJwk(text),
        (error: Error) => {
          assert.ok(error instanceof TypeError);
          assert.match(error.message, reason);
          return !error.message.includes(good.d) && error.cause === undefined;
        },
      );
    }
  });

  it('encrypts to P-256 and to RSA of 2048 bits or more', () => {
    assert.equal(encryptionOf(pairs['RSA-OAEP-256'].publicKey), 'RSA-OAEP-256');
    for (const key of [
      generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey,
      generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey,
      generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey,
      generateKeyPairSync('ed25519').publicKey,
    ]) {
      assert.throws(() => encryptionOf(key), /P-256 or to RSA keys of 2048 bits/);
    }
  });
});
