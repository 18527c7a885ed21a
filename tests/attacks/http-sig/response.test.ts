import assert from 'node:assert/strict';
import { signResponse, verifyResponse } from '../../../src/signing/http-sig/index.js';
import { type RefusalCode, SignatureRefused } from '../../../src/signing/refusals.js';
import { among, makeKey } from '../../signing/http-sig/signing-keys.js';
import { digestOf } from './honest-request.js';

const now = 1_795_000_000_000;
const gateway = makeKey('ed25519', 'gateway', 'gateway-2026');
const stranger = makeKey('ed25519', 'stranger', 'gateway-2026');
const honest = Buffer.from('{"state":"answered","amount":100}');
const forged = Buffer.from('{"state":"answered","amount":666}');
const mine = { label: 'ura', value: `:${Buffer.alloc(64, 1).toString('base64')}:` };
const another = { label: 'ura', value: `:${Buffer.alloc(64, 2).toString('base64')}:` };

interface Received {
  status: number;
  headers: string[];
  body: Buffer;
  request: typeof mine | undefined;
  now: number;
}

interface Change {
  /** Request signature that the answer is made for; null: none. */
  readonly boundTo?: typeof mine | null;
  readonly key?: typeof gateway;
  readonly signedBody?: Buffer;
  readonly received?: (received: Received) => Partial<Received>;
}

function field(name: string, change: (value: string) => string): Change {
  return {
    received: ({ headers }) => ({
      headers: headers.map((one, index) => (headers[index - 1] === name ? change(one) : one)),
    }),
  };
}

const vectors: readonly (readonly [name: string, expected: RefusalCode, change: Change])[] = [
  ['an answer to another request', 'signature-mismatch', { boundTo: another }],
  ['an answer bound to no request', 'answer-not-bound', { boundTo: null }],
  ['an answer bound by another label', 'component-not-allowed', { boundTo: { ...mine, label: 'sig1' } }],
  [
    'a bound answer where none was asked for',
    'component-not-allowed',
    { received: () => ({ request: undefined }) },
  ],
  ['status changed', 'signature-mismatch', { received: () => ({ status: 404 }) }],
  ['forged body', 'digest-mismatch', { received: () => ({ body: forged }) }],
  [
    'forged body and digest',
    'signature-mismatch',
    {
      received: (received) => ({
        body: forged,
        ...field('content-digest', () => digestOf(forged)).received?.(received),
      }),
    },
  ],
  ['body cut off', 'component-not-allowed', { received: () => ({ body: Buffer.alloc(0) }) }],
  [
    'a body put under an answer that was signed without one',
    'digest-missing',
    { signedBody: Buffer.alloc(0), received: () => ({ body: forged }) },
  ],
  [
    'a body and its digest put under an answer that was signed without one',
    'component-missing',
    {
      signedBody: Buffer.alloc(0),
      received: ({ headers }) => ({
        body: forged,
        headers: [...headers, 'content-digest', digestOf(forged)],
      }),
    },
  ],
  [
    'an answer with an end of its own choosing',
    'parameter-not-allowed',
    field('signature-input', (value) => value.replace(';keyid', `;expires=${now / 1000 + 60};keyid`)),
  ],
  ['unsigned answer', 'signature-missing', { received: () => ({ headers: [] }) }],
  ['stranger under the keyid of the gateway', 'signature-mismatch', { key: stranger }],
  ['an answer kept for ten minutes', 'message-too-old', { received: () => ({ now: now + 600_000 }) }],
  ['an answer from the future', 'created-in-future', { received: () => ({ now: now - 6_000 }) }],
  [
    'a request signature shown as an answer',
    'parameter-not-allowed',
    field('signature-input', (value) => value.replace(';keyid', ';nonce="0123456789abcdef";keyid')),
  ],
];

async function verify({ boundTo = mine, key = gateway, signedBody = honest, received: change }: Change) {
  const fields = await signResponse({ status: 200, body: signedBody }, boundTo ?? undefined, key.signer, {
    now,
  });
  const headers = Object.entries(fields).flat() as string[];
  const received: Received = { status: 200, headers, body: honest, request: mine, now: now + 1_000 };
  Object.assign(received, change?.(received));
  return verifyResponse(received, received.request, among(gateway), { now: received.now });
}

describe('attacks on answers signed by http-sig', () => {
  let refused = 0;

  it('starts from an answer that is accepted', async () => {
    assert.equal((await verify({})).partner, 'gateway');
  });

  it('takes an answer that is bound to nothing only where the request was not signed', async () => {
    const answer = await verify({ boundTo: null, received: () => ({ request: undefined }) });
    assert.equal(answer.partner, 'gateway');
  });

  for (const [name, expected, change] of vectors) {
    it(`${name}: ${expected}`, async () => {
      await assert.rejects(verify(change), (error) => {
        assert.ok(error instanceof SignatureRefused, String(error));
        assert.equal(error.code, expected);
        return true;
      });
      refused += 1;
    });
  }

  after(() => {
    process.stdout.write(`attack vectors: ${vectors.length} refused: ${refused}\n`);
  });
});
