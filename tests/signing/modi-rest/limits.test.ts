import assert from 'node:assert/strict';
import { SignJWT } from 'jose';
import { digestField } from '../../../src/signing/modi-rest/digest-field.js';
import { openRestProfile } from '../../../src/signing/profiles/index.js';
import type { TrustedKey } from '../../../src/signing/signer.js';
import { type Issued, issue, makeAuthority, trust } from '../../support/certificates.js';
import { makeKey, type SigningKey } from '../http-sig/signing-keys.js';
import { Seen } from '../profiles/seen.js';

const now = Date.now();
const clock = { now: () => now };
const iat = Math.floor(now / 1000);
const target = 'https://api.erogatore.example/rest/service/v1/hello/echo';
const body = Buffer.from('{"testo": "Ciao mondo"}');
const jti = '0195f7a0-0000-7000-8000-000000000001';

const provider = makeKey('ecdsa-p256-sha256', 'erogatore');

function receiver(trusted: readonly TrustedKey[]) {
  const parts = { signer: provider.signer, trusted, replaySet: new Seen(), clock };
  return openRestProfile({ profile: 'modi-rest', issuer: 'erogatore' }, parts);
}

function received(fields: Readonly<Record<string, string>>, content = body) {
  const headers = ['Content-Type', 'application/json', ...Object.entries(fields).flat()];
  return { method: 'POST', targetUri: target, headers, body: content };
}

describe('signing/modi-rest at its limits', function () {
  // Making RSA keys can take seconds on a busy machine.
  this.timeout(30_000);
  let consumer: Issued;
  let rsa: SigningKey;

  before(async () => {
    consumer = await issue(await makeAuthority('Government CA'), { name: 'fruitore', keyType: 'rsa' });
    rsa = makeKey('rsa-v1_5-sha256', 'fruitore', 'fruitore-2026');
  });

  /** A valid token but for the change, made by another implementation. */
  const foreignToken = (change: object = {}) =>
    new SignJWT({
      iss: 'fruitore',
      sub: 'fruitore',
      jti,
      aud: target,
      iat,
      nbf: iat,
      exp: iat + 2,
      signed_headers: [{ digest: digestField(body) }, { 'content-type': 'application/json' }],
      ...change,
    })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: rsa.signer.keyId })
      .sign(rsa.privateKey);

  it('takes what is just within its limits', async () => {
    const within = {
      sub: 's'.repeat(512),
      exp: iat + 300,
      signed_headers: [
        { digest: digestField(body) },
        { 'content-type': 'application/json' },
        ...Array.from({ length: 14 }, (_, n) => ({ [`x-${n}`]: 'v' })),
      ],
    };
    const token = await foreignToken(within);
    const { headers } = received({ Digest: digestField(body), 'Agid-JWT-Signature': token });
    const more = Array.from({ length: 14 }, (_, n) => [`X-${n}`, 'v']).flat();
    const message = { ...received({}), headers: [...headers, ...more] };
    assert.equal((await receiver([rsa.trusted]).verifyRequest(message)).expiresAt, (iat + 300) * 1000);
    for (const ahead of [{ iat: iat + 5, nbf: iat }, { nbf: iat + 5 }]) {
      const parts = { signer: provider.signer, trusted: [rsa.trusted], replaySet: new Seen() };
      const early = openRestProfile(
        { profile: 'modi-rest', issuer: 'erogatore' },
        { ...parts, clock: { now: () => iat * 1000 } },
      );
      const fields = {
        Digest: digestField(body),
        'Agid-JWT-Signature': await foreignToken({ exp: iat + 60, ...ahead }),
      };
      assert.equal((await early.verifyRequest(received(fields))).partner, 'fruitore');
      const token = await foreignToken({ exp: iat + 60, iat: iat + 6, nbf: iat + 6 });
      await assert.rejects(early.verifyRequest(received({ ...fields, 'Agid-JWT-Signature': token })), {
        code: 'created-in-future',
      });
    }
  });

  it('takes a chain of five certificates by its first, and no longer one', async () => {
    const pinned = trust(consumer, 'fruitore', 'rsa-v1_5-sha256');
    const leaf = consumer.certificate.raw.toString('base64');
    for (const [length, code] of [
      [5, undefined],
      [6, 'modi-key-selector'],
    ] as const) {
      const x5c = [leaf, ...Array.from({ length: length - 1 }, () => 'AAAA')];
      const token = await new SignJWT({
        ...{ iss: 'fruitore', sub: 'fruitore', jti, aud: target, iat, exp: iat + 60 },
        signed_headers: [{ digest: digestField(body) }, { 'content-type': 'application/json' }],
      })
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', x5c })
        .sign(consumer.privateKey);
      const message = received({ Digest: digestField(body), 'Agid-JWT-Signature': token });
      const verifying = receiver([pinned]).verifyRequest(message);
      if (code === undefined) assert.equal((await verifying).partner, 'fruitore');
      else await assert.rejects(verifying, { code });
    }
  });

  it('signs the digest alone where there is neither body nor type', async () => {
    const parts = { signer: rsa.signer, trusted: [], replaySet: new Seen(), clock };
    const gateway = openRestProfile({ profile: 'modi-rest', issuer: 'fruitore' }, parts);
    const request = { messageId: jti, method: 'GET', targetUri: target };
    const { fields } = await gateway.signRequest(request);
    const claims = JSON.parse(
      Buffer.from(fields['agid-jwt-signature']?.split('.')[1] ?? '', 'base64url').toString(),
    );
    assert.deepEqual(claims.signed_headers, [{ digest: digestField(Buffer.alloc(0)) }]);
    const message = { ...request, headers: Object.entries(fields).flat(), body: Buffer.alloc(0) };
    assert.equal((await receiver([rsa.trusted]).verifyRequest(message)).partner, 'fruitore');
    const typed = await gateway.signRequest({ ...request, contentType: 'x' });
    const typedClaims = typed.fields['agid-jwt-signature']?.split('.')[1] ?? '';
    assert.deepEqual(JSON.parse(Buffer.from(typedClaims, 'base64url').toString()).signed_headers[1], {
      'content-type': 'x',
    });
  });
});
