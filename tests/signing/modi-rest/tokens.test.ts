import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { fileSigner } from '../../../src/signing/file-signer.js';
import { digestField, requireDigest } from '../../../src/signing/modi-rest/digest-field.js';
import { openRestProfile, restPartner } from '../../../src/signing/profiles/index.js';
import type { ModiSettings } from '../../../src/signing/profiles/modi-rest.js';
import type { TrustedKey } from '../../../src/signing/signer.js';
import { type Issued, issue, makeAuthority, trust } from '../../support/certificates.js';
import { makeKey, type SigningKey } from '../http-sig/signing-keys.js';
import { Seen } from '../profiles/seen.js';

const now = Date.now();
const clock = { now: () => now };
const iat = Math.floor(now / 1000);
// Target, claims and fields of the example in the guidelines (Pattern di sicurezza, INTEGRITY_REST_01).
const target = 'https://api.erogatore.example/rest/service/v1/hello/echo';
const body = Buffer.from('{"testo": "Ciao mondo"}');
const jti = '0195f7a0-0000-7000-8000-000000000001';

const provider = makeKey('ecdsa-p256-sha256', 'erogatore');

function receiver(trusted: readonly TrustedKey[], settings: Partial<ModiSettings> = {}) {
  const parts = { signer: provider.signer, trusted, replaySet: new Seen(), clock };
  return openRestProfile({ profile: 'modi-rest', issuer: 'erogatore', ...settings }, parts);
}

function received(fields: Readonly<Record<string, string>>, content = body) {
  const headers = ['Content-Type', 'application/json', ...Object.entries(fields).flat()];
  return { method: 'POST', targetUri: target, headers, body: content };
}

describe('signing/modi-rest', function () {
  // Making RSA keys can take seconds on a busy machine.
  this.timeout(30_000);
  let consumer: Issued;
  let rsa: SigningKey;

  before(async () => {
    consumer = await issue(await makeAuthority('Government CA'), { name: 'fruitore', keyType: 'rsa' });
    rsa = makeKey('rsa-v1_5-sha256', 'fruitore', '199d08d2-9971-4979-a78d-e6f7a544f296');
  });

  /** A token as the guidelines print one, made by another implementation. */
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

  it('takes the message of the guidelines, signed by another implementation', async () => {
    const fields = { Digest: digestField(body), 'Agid-JWT-Signature': await foreignToken() };
    const verified = await receiver([rsa.trusted]).verifyRequest(received(fields));
    assert.equal(verified.partner, 'fruitore');
    assert.equal(verified.messageId, jti);
    assert.equal(verified.expiresAt, (iat + 2) * 1000);
  });

  it('refuses the digest that the guidelines print, which is not that of their body', async () => {
    const printed = 'SHA-256=cFfTOCesrWTLVzxn8fmHl4AcrUs40Lv5D275FmAZ96E=';
    const token = await foreignToken({
      signed_headers: [{ digest: printed }, { 'content-type': 'application/json' }],
    });
    const fields = { Digest: printed, 'Agid-JWT-Signature': token };
    await assert.rejects(receiver([rsa.trusted]).verifyRequest(received(fields)), {
      code: 'modi-digest-mismatch',
    });
  });

  it('takes an audience in a list of one, and names of signed fields in any case', async () => {
    const token = await foreignToken({
      aud: [target],
      signed_headers: [{ Digest: digestField(body) }, { 'Content-Type': 'application/json' }],
    });
    const fields = { Digest: digestField(body), 'Agid-JWT-Signature': token };
    await receiver([rsa.trusted]).verifyRequest(received(fields));
  });

  for (const selector of ['x5c', 'x5t#S256', 'kid'] as const) {
    it(`names its key by ${selector}, and another implementation verifies the token`, async () => {
      const signer = fileSigner({ keyId: 'fruitore-1', ...consumer });
      const parts = { signer, trusted: [provider.trusted], replaySet: new Seen(), clock };
      const gateway = openRestProfile({ profile: 'modi-rest', issuer: 'fruitore', selector }, parts);
      const { fields } = await gateway.signRequest({
        messageId: jti,
        method: 'POST',
        targetUri: target,
        contentType: 'application/json',
        body,
      });
      const token = fields['agid-jwt-signature'] ?? '';
      const { payload, protectedHeader } = await jwtVerify(token, consumer.certificate.publicKey, {
        algorithms: ['RS256'],
        audience: target,
        issuer: 'fruitore',
        currentDate: new Date(now),
      });
      assert.deepEqual(Object.keys(protectedHeader).sort(), ['alg', 'typ', selector].sort());
      assert.deepEqual(payload, {
        iss: 'fruitore',
        sub: 'fruitore',
        aud: target,
        jti,
        iat,
        exp: iat + 120,
        signed_headers: [{ digest: fields.digest }, { 'content-type': 'application/json' }],
      });
      const pinned = trust(consumer, 'fruitore', 'rsa-v1_5-sha256');
      const verified = await receiver([provider.trusted, pinned]).verifyRequest(received(fields));
      assert.equal(verified.partner, 'fruitore');
    });
  }

  it('selects a renewed certificate of the same key by its thumbprint', async () => {
    const authority = await makeAuthority('Government CA');
    const renewed = await issue(authority, {
      name: 'fruitore',
      keyType: 'rsa',
      privateKey: consumer.privateKey,
    });
    const old = {
      ...trust(consumer, 'fruitore', 'rsa-v1_5-sha256'),
      keyId: 'old',
      notAfter: now - 1,
    };
    const fresh = { ...trust(renewed, 'fruitore', 'rsa-v1_5-sha256'), keyId: 'new' };
    const signer = fileSigner({ keyId: 'x', ...renewed });
    const parts = { signer, trusted: [], replaySet: new Seen(), clock };
    const gateway = openRestProfile({ profile: 'modi-rest', issuer: 'fruitore' }, parts);
    const { fields } = await gateway.signRequest({
      messageId: jti,
      method: 'POST',
      targetUri: target,
      contentType: 'application/json',
      body,
    });
    assert.equal((await receiver([old, fresh]).verifyRequest(received(fields))).keyId, 'new');
    await assert.rejects(receiver([old]).verifyRequest(received(fields)), { code: 'keyid-unknown' });
  });

  it('lets an audience and an issuer be agreed that are no addresses', async () => {
    const trusted = [rsa.trusted];
    const settings = { ownAudiences: ['urn:service'], issuerOf: () => 'client-77' };
    const token = await foreignToken({ aud: 'urn:service', iss: 'client-77' });
    const fields = { Digest: digestField(body), 'Agid-JWT-Signature': token };
    const verified = await receiver(trusted, settings).verifyRequest(received(fields));
    assert.equal(verified.issuer, 'client-77');
    const answer = await receiver(trusted, settings).signAnswer({ messageId: jti, status: 204 }, verified);
    const claims = JSON.parse(
      Buffer.from(answer['agid-jwt-signature']?.split('.')[1] ?? '', 'base64url').toString(),
    );
    assert.equal(claims.aud, 'client-77');
    assert.equal(claims.request_jti, jti);
    assert.equal(claims.request_digest, digestField(body));
  });

  it('takes an answer that is tied to nothing only where that was agreed', async () => {
    const sent = { messageId: jti, fields: {}, bodySha256: '' };
    const token = await foreignToken({ aud: 'erogatore' });
    const headers = { Digest: digestField(body), 'Agid-JWT-Signature': token };
    const answer = { status: 200, headers: received(headers).headers, body };
    const agreed = receiver([rsa.trusted], { answerBinding: 'connection' });
    assert.equal((await agreed.verifyAnswer(answer, sent)).partner, 'fruitore');
    await assert.rejects(receiver([rsa.trusted]).verifyAnswer(answer, sent), { code: 'answer-not-bound' });
    for (const half of [{ request_jti: `${jti}x` }, { request_jti: jti }, { request_digest: 'SHA-256=' }]) {
      const other = await foreignToken({ aud: 'erogatore', ...half });
      const bound = { ...answer, headers: received({ ...headers, 'Agid-JWT-Signature': other }).headers };
      await assert.rejects(agreed.verifyAnswer(bound, sent), { code: 'answer-not-bound' });
    }
  });

  it('does not sign what it could not name or send', async () => {
    const parts = { signer: rsa.signer, trusted: [], replaySet: new Seen(), clock };
    const bare = openRestProfile({ profile: 'modi-rest', issuer: 'fruitore', selector: 'x5c' }, parts);
    const request = { messageId: jti, method: 'POST', targetUri: target, contentType: 'a/b', body };
    await assert.rejects(bare.signRequest(request), /no certificate/);
    const gateway = openRestProfile({ profile: 'modi-rest', issuer: 'fruitore' }, parts);
    await assert.rejects(gateway.signRequest({ ...request, messageId: 'short' }), RangeError);
    await assert.rejects(gateway.signRequest({ ...request, contentType: 'a\r\nb' }), RangeError);
    const { contentType: _, ...untyped } = request;
    await assert.rejects(gateway.signRequest(untyped), RangeError);
    assert.throws(() => restPartner('modi-rest', parts), /issuer/);
    assert.throws(() => restPartner({ profile: 'modi-rest', issuer: '' }, parts), /issuer/);
    for (const lifetimeSeconds of [1, 300]) {
      const longest = openRestProfile({ profile: 'modi-rest', issuer: 'fruitore', lifetimeSeconds }, parts);
      const { fields } = await longest.signRequest(request);
      const claims = fields['agid-jwt-signature']?.split('.')[1] ?? '';
      assert.equal(JSON.parse(Buffer.from(claims, 'base64url').toString()).exp, iat + lifetimeSeconds);
    }
    for (const lifetimeSeconds of [0, 301, Number.NaN]) {
      const setting = { profile: 'modi-rest', issuer: 'fruitore', lifetimeSeconds } as const;
      assert.throws(() => restPartner(setting, parts), /lifetimeSeconds/);
    }
  });
});

describe('signing/modi-rest/digest-field', () => {
  it('writes SHA-256 in base64, also of nothing', () => {
    assert.equal(digestField(Buffer.alloc(0)), 'SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=');
    const digest = createHash('sha256').update(body).digest('base64');
    assert.equal(requireDigest(digestField(body), body), digest);
    assert.equal(requireDigest(digestField(body).replace('SHA', 'sha'), body), digest);
  });
});
