import assert from 'node:assert/strict';
import {
  requestSignatureOf,
  signRequest,
  signResponse,
  verifyRequest,
  verifyResponse,
} from '../../../src/signing/http-sig/index.js';
import { among, makeKey } from './signing-keys.js';

const now = Date.UTC(2026, 10, 20, 9, 0, 0);
const nonce = '0193a1b2-0000-7000-8000-000000000001';
const origin = 'http://127.0.0.1:8080';
const body = Buffer.from('{"service":"AL012031"}');

function flat(fields: object): string[] {
  return Object.entries(fields).flat() as string[];
}

describe('signing/http-sig at its limits', () => {
  it('signs an empty body as none', async () => {
    const client = makeKey('ed25519');
    const empty = new Uint8Array();
    const request = { method: 'POST', targetUri: `${origin}/v1/requests`, body: empty };
    const fields = await signRequest(request, client.signer, { now, nonce });
    assert.deepEqual(Object.keys(fields), ['signature-input', 'signature']);
    const bound = requestSignatureOf(fields);
    const answered = await signResponse({ status: 202, body: empty }, bound, client.signer, { now });
    assert.deepEqual(Object.keys(answered), ['signature-input', 'signature']);
    const answer = { status: 202, headers: flat(answered), body: Buffer.alloc(0) };
    assert.equal(verifyResponse(answer, bound, among(client), { now }).createdAt, now);
  });

  it('reads its own fields and no others, without the white space around their values', async () => {
    const client = makeKey('ed25519');
    const request = { method: 'POST', targetUri: `${origin}/`, contentType: 'application/json', body };
    const fields = await signRequest(request, client.signer, { now, nonce });
    const padded = flat({ ...fields, 'content-type': 'application/json' }).map((one, index) =>
      index % 2 === 0 ? one : `  ${one} `,
    );
    // As long as the fields of the profile: content-digest, content-type, signature, signature-input.
    const others = ['Content-Length', String(body.length), 'X-Request-Id', 'a', 'X-Feature', 'b'];
    others.push('X-Forwarded-For', '192.0.2.1');
    const received = { ...request, headers: [...others, ...padded] };
    assert.equal(verifyRequest(received, among(client), { now }).nonce, nonce);
  });

  it('reads a field of 4,096 characters, and refuses a longer one', async () => {
    const client = makeKey('ed25519');
    const request = (contentType: string) => ({ method: 'POST', targetUri: `${origin}/`, contentType, body });
    for (const [length, code] of [
      [4_096, undefined],
      [4_097, 'field-malformed'],
    ] as const) {
      const asked = request(`a/b;x="${'x'.repeat(length - 8)}"`.slice(0, length));
      assert.equal(asked.contentType.length, length);
      const fields = await signRequest(asked, client.signer, { now, nonce });
      const headers = ['content-type', asked.contentType, ...flat(fields)];
      const verify = () => verifyRequest({ ...asked, headers }, among(client), { now });
      if (code === undefined) assert.equal(verify().nonce, nonce);
      else assert.throws(verify, { code });
    }
  });

  it('counts its times to the millisecond', async () => {
    const client = makeKey('ed25519');
    const request = { method: 'GET', targetUri: `${origin}/` };
    const fields = await signRequest(request, client.signer, { now, nonce, lifetimeSeconds: 300 });
    const received = { ...request, headers: flat(fields), body: Buffer.alloc(0) };
    const verify = (at: number) => verifyRequest(received, among(client), { now: at });
    assert.equal(verify(now - 5_000).expiresAt, now + 300_000);
    assert.equal(verify(now + 299_999).expiresAt, now + 300_000);
    assert.throws(() => verify(now - 5_001), { code: 'created-in-future' });
    assert.throws(() => verify(now + 300_000), { code: 'message-expired' });
    const answered = await signResponse({ status: 204 }, undefined, client.signer, { now });
    const answer = { status: 204, headers: flat(answered), body: Buffer.alloc(0) };
    const read = (at: number) => verifyResponse(answer, undefined, among(client), { now: at });
    assert.equal(read(now + 300_000).createdAt, now);
    assert.throws(() => read(now + 300_001), { code: 'message-too-old' });
  });

  it('signs values of one character and the shortest and longest lifetime', async () => {
    const { signer } = makeKey('ed25519');
    const request = { method: 'X', targetUri: '*' };
    for (const lifetimeSeconds of [60, 300]) {
      const fields = await signRequest(request, signer, { now, nonce, lifetimeSeconds });
      assert.match(fields['signature-input'], new RegExp(`expires=${now / 1000 + lifetimeSeconds};`));
    }
  });
});
