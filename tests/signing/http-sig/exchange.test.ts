import assert from 'node:assert/strict';
import {
  authenticateRequest,
  requestSignatureOf,
  signRequest,
  signResponse,
  targetUri,
  verifyRequest,
  verifyResponse,
} from '../../../src/signing/http-sig/index.js';
import type { ReplaySet, SignedMessageId } from '../../../src/signing/replay-set.js';
import type { SignatureAlgorithm } from '../../../src/signing/signer.js';
import { among, makeKey } from './signing-keys.js';

const now = Date.UTC(2026, 10, 20, 9, 0, 0);
const nonce = '0193a1b2-0000-7000-8000-000000000001';
const origin = 'http://127.0.0.1:8080';
const body = Buffer.from('{"service":"AL012031"}');
const algorithms = ['ecdsa-p256-sha256', 'ed25519', 'rsa-pss-sha512', 'rsa-v1_5-sha256'] as const;

function flat(fields: object): string[] {
  return Object.entries(fields).flat() as string[];
}

describe('signing/http-sig between two parties', function () {
  // Making an RSA key can take seconds on a busy machine.
  this.timeout(20_000);
  for (const algorithm of algorithms) {
    it(`carries a request with a body and its answer under ${algorithm}`, async () => {
      const client = makeKey(algorithm);
      const gateway = makeKey(algorithm, 'gateway');
      const request = {
        method: 'POST',
        targetUri: `${origin}/v1/requests`,
        contentType: 'application/json',
        body,
      };
      const fields = await signRequest(request, client.signer, { now, nonce });
      assert.deepEqual(Object.keys(fields), ['content-digest', 'signature-input', 'signature']);
      const verified = verifyRequest(
        {
          method: 'POST',
          targetUri: targetUri(origin, '/v1/requests'),
          headers: ['Host', 'x', 'Content-Type', 'application/json', ...flat(fields)],
          body,
        },
        among(client),
        { now: now + 60_000 },
      );
      assert.deepEqual(verified, {
        keyId: client.signer.keyId,
        partner: 'divjake',
        nonce,
        createdAt: now,
        expiresAt: now + 120_000,
        signature: requestSignatureOf(fields),
      });
      const answer = Buffer.from('{"state":"accepted"}');
      const answerFields = await signResponse(
        { status: 202, body: answer },
        verified.signature,
        gateway.signer,
        {
          now: now + 1_000,
        },
      );
      const from = verifyResponse(
        { status: 202, headers: flat(answerFields), body: answer },
        requestSignatureOf(fields),
        among(gateway),
        { now: now + 2_000 },
      );
      assert.deepEqual(from, { keyId: gateway.signer.keyId, partner: 'gateway', createdAt: now + 1_000 });
    });
  }

  it('signs neither digest nor type where there is no body', async () => {
    const client = makeKey('ed25519');
    const request = { method: 'GET', targetUri: `${origin}/v1/requests?caseId=a%20b` };
    const fields = await signRequest(request, client.signer, { now, nonce, lifetimeSeconds: 60 });
    assert.match(fields['signature-input'], /^ura=\("@method" "@target-uri"\);created=/);
    assert.equal('content-digest' in fields, false);
    const received = { ...request, headers: flat(fields), body: Buffer.alloc(0) };
    assert.equal(verifyRequest(received, among(client), { now }).partner, 'divjake');
    const answered = await signResponse({ status: 204 }, requestSignatureOf(fields), client.signer, { now });
    const answer = { status: 204, headers: flat(answered), body: Buffer.alloc(0) };
    assert.equal(
      verifyResponse(answer, requestSignatureOf(fields), among(client), { now }).partner,
      'divjake',
    );
  });

  it('takes the covered components and the parameters in any order', async () => {
    const client = makeKey('ed25519');
    const created = Math.floor(now / 1000);
    const parameters = `("@target-uri" "@method");tag="ura";nonce="${nonce}";alg="ed25519";keyid="${client.signer.keyId}";expires=${created + 60};created=${created}`;
    const base = `"@target-uri": ${origin}/\n"@method": GET\n"@signature-params": ${parameters}`;
    const value = Buffer.from(await client.signer.sign(Buffer.from(base))).toString('base64');
    const headers = ['Signature', `ura=:${value}:`, 'SIGNATURE-INPUT', `ura=${parameters}`];
    const verified = verifyRequest(
      { method: 'GET', targetUri: `${origin}/`, headers, body: Buffer.alloc(0) },
      among(client),
      {
        now,
      },
    );
    assert.equal(verified.nonce, nonce);
  });

  it('accepts a right sha-512 beside the sha-256 digest', async () => {
    const client = makeKey('ed25519');
    const { createHash } = await import('node:crypto');
    const digest = ['sha-256', 'sha-512']
      .map((name) => `${name}=:${createHash(name.replace('-', '')).update(body).digest('base64')}:`)
      .join(', ');
    const created = Math.floor(now / 1000);
    const parameters = `("@method" "@target-uri" "content-digest" "content-type");created=${created};expires=${created + 60};keyid="${client.signer.keyId}";nonce="${nonce}";tag="ura"`;
    const base = `"@method": POST\n"@target-uri": ${origin}/\n"content-digest": ${digest}\n"content-type": a/b\n"@signature-params": ${parameters}`;
    const value = Buffer.from(await client.signer.sign(Buffer.from(base))).toString('base64');
    const headers = ['signature', `ura=:${value}:`, 'signature-input', `ura=${parameters}`];
    headers.push('content-digest', digest, 'content-type', 'a/b');
    const received = { method: 'POST', targetUri: `${origin}/`, headers, body };
    assert.equal(verifyRequest(received, among(client), { now }).partner, 'divjake');
  });

  it('refuses to sign what a receiver would have to refuse', async () => {
    const { signer } = makeKey('ed25519');
    const request = { method: 'GET', targetUri: `${origin}/` };
    await assert.rejects(signRequest(request, signer, { now, nonce, lifetimeSeconds: 301 }), RangeError);
    await assert.rejects(signRequest(request, signer, { now, nonce, lifetimeSeconds: 59 }), RangeError);
    for (const wrong of ['short', 'n'.repeat(15), 'n'.repeat(129), ` ${nonce}`, `${nonce}"`]) {
      await assert.rejects(signRequest(request, signer, { now, nonce: wrong }), RangeError, wrong);
    }
    await assert.rejects(signRequest({ ...request, body }, signer, { now, nonce }), RangeError);
    await assert.rejects(
      signRequest({ ...request, targetUri: `${origin}/\n"x": y` }, signer, { now, nonce }),
      RangeError,
    );
    await assert.rejects(signRequest(request, { ...signer, keyId: 'a"b' }, { now, nonce }), RangeError);
  });

  it('builds the target from the configured origin, whatever form the request line had', () => {
    assert.equal(targetUri(origin, '/v1/services?x=1'), `${origin}/v1/services?x=1`);
    assert.equal(targetUri(origin, `${origin}/v1/services`), `${origin}/v1/services`);
    for (const wrong of ['http://evil.example/v1', '*', '', 'v1', '/a b', '/a\u00e9']) {
      assert.throws(() => targetUri(origin, wrong), { code: 'field-malformed' }, wrong);
    }
  });
});

describe('signing/http-sig/authenticate-request', () => {
  async function signed(algorithm: SignatureAlgorithm = 'ed25519') {
    const client = makeKey(algorithm);
    const request = { method: 'GET', targetUri: `${origin}/v1/services` };
    const fields = await signRequest(request, client.signer, { now, nonce });
    return { client, received: { ...request, headers: flat(fields), body: Buffer.alloc(0) } };
  }

  function remembering(): ReplaySet & { readonly seen: SignedMessageId[] } {
    const seen: SignedMessageId[] = [];
    return {
      seen,
      async remember(message) {
        if (seen.some((one) => one.signer === message.signer && one.messageId === message.messageId))
          return false;
        seen.push(message);
        return true;
      },
    };
  }

  it('accepts a message once and calls its repetition a replay', async () => {
    const { client, received } = await signed();
    const replaySet = remembering();
    const authentication = { findKey: among(client), replaySet, clock: { now: () => now } };
    await authenticateRequest(received, authentication);
    await assert.rejects(authenticateRequest(received, authentication), { code: 'message-replayed' });
    assert.deepEqual(replaySet.seen, [
      { profile: 'http-sig', signer: 'divjake', messageId: nonce, expiresAt: now + 125_000 },
    ]);
  });

  it('remembers nothing of a message that does not verify', async () => {
    const { client, received } = await signed();
    const replaySet = remembering();
    const authentication = { findKey: among(client), replaySet, clock: { now: () => now } };
    const forged = { ...received, method: 'DELETE' };
    await assert.rejects(authenticateRequest(forged, authentication), { code: 'signature-mismatch' });
    assert.deepEqual(replaySet.seen, []);
  });

  it('goes by its clock', async () => {
    const { client, received } = await signed();
    const replaySet = remembering();
    const at = (ms: number) => ({ findKey: among(client), replaySet, clock: { now: () => ms } });
    await assert.rejects(authenticateRequest(received, at(now + 120_000)), { code: 'message-expired' });
    await assert.rejects(authenticateRequest(received, at(now - 5_001)), { code: 'created-in-future' });
    assert.deepEqual(replaySet.seen, []);
  });

  it('lets nothing in when the replay set does not answer', async () => {
    const { client, received } = await signed();
    const replaySet = { remember: () => Promise.reject(new Error('store down')) };
    const authentication = { findKey: among(client), replaySet, clock: { now: () => now } };
    await assert.rejects(authenticateRequest(received, authentication), /store down/);
  });
});
