import assert from 'node:assert/strict';
import fc from 'fast-check';
import { verifyRequest } from '../../../src/signing/http-sig/index.js';
import { signDetached, verifyDetached } from '../../../src/signing/jws-detached.js';
import { SignatureRefused } from '../../../src/signing/refusals.js';
import { client, origin, send } from '../../attacks/http-sig/honest-request.js';
import { makeKey } from './signing-keys.js';

const findKey = (keyId: string) => (keyId === client.trusted.keyId ? client.trusted : undefined);

function codeOf(verify: () => unknown): string {
  try {
    verify();
    return 'accepted';
  } catch (error) {
    assert.ok(error instanceof SignatureRefused, String(error));
    return error.code;
  }
}

describe('signing/http-sig on arbitrary input', function () {
  this.timeout(20_000);
  it('refuses any text in the two fields with a code, and never otherwise', () => {
    const fragment = fc.oneof(
      fc.constantFrom(
        'ura=',
        '(',
        ')',
        '"@method"',
        '"@target-uri"',
        ';created=',
        ';keyid="',
        ':',
        ', ',
        '%"',
        '@1',
      ),
      fc.string(),
      fc.integer().map(String),
    );
    const text = fc.array(fragment, { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, text, (input, value, digest) => {
        const headers = [
          'Signature-Input',
          input,
          'Signature',
          value,
          'Content-Digest',
          digest,
          'Content-Type',
          'a/b',
        ];
        const received = { method: 'POST', targetUri: `${origin}/`, headers, body: Buffer.from('x') };
        assert.notEqual(
          codeOf(() => verifyRequest(received, findKey, { now: 0 })),
          'accepted',
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('accepts no honest request in which one character of a signed field was changed', () => {
    const honest = send({});
    const names = ['Content-Type', 'Content-Digest', 'Signature-Input', 'Signature'];
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.nat(),
        fc.string({ maxLength: 2 }),
        (name, place, replacement) => {
          const headers = [...honest.headers];
          const index = headers.indexOf(name) + 1;
          const value = headers[index] as string;
          const at = place % value.length;
          const changed = value.slice(0, at) + replacement + value.slice(at + 1);
          // White space around a field value is not part of it.
          fc.pre(changed.trim() !== value);
          headers[index] = changed;
          const { now } = honest;
          assert.notEqual(
            codeOf(() => verifyRequest({ ...honest, headers }, findKey, { now })),
            'accepted',
          );
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('does not use a key under another name than its own, whatever the look-up gives', async () => {
    const { now, ...honest } = send({ draft: ({ parameters }) => ({ parameters: renamed(parameters) }) });
    assert.equal(
      codeOf(() => verifyRequest(honest, () => client.trusted, { now })),
      'keyid-unknown',
    );
    const gateway = makeKey('ed25519', 'gateway');
    const jws = await signDetached(honest.body, { ...gateway.signer, keyId: 'other' }, { typ: 't', now });
    await assert.rejects(
      verifyDetached(jws, honest.body, () => gateway.trusted, { typ: 't', now }),
      {
        code: 'keyid-unknown',
      },
    );
  });

  it('refuses any detached JWS that was changed in one character', async () => {
    const gateway = makeKey('ed25519', 'gateway');
    const bytes = Buffer.from('{}');
    const jws = await signDetached(bytes, gateway.signer, { typ: 't', now: 1_000 });
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.string({ maxLength: 2 }), async (place, replacement) => {
        const at = place % jws.length;
        const changed = jws.slice(0, at) + replacement + jws.slice(at + 1);
        fc.pre(changed !== jws);
        await assert.rejects(
          verifyDetached(changed, bytes, () => gateway.trusted, { typ: 't', now: 1_000 }),
          SignatureRefused,
        );
      }),
      { numRuns: 500 },
    );
  });
});

function renamed(parameters: readonly string[]): string[] {
  return parameters.map((one) => (one.startsWith(';keyid=') ? ';keyid="somebody-else"' : one));
}
