import type { ReceivedRequest, ReceivedResponse, RestProfile } from '../../../src/signing/profiles/index.js';
import type { RefusalCode } from '../../../src/signing/refusals.js';
import { signWith } from '../../signing/http-sig/signing-keys.js';
import { makeRestParties, type RestParties, raw, service } from '../../signing/profiles/rest-parties.js';

const contentType = 'application/json';
const honest = Buffer.from('{"amount":100}');
const forged = Buffer.from('{"amount":666}');
export const ids = [1, 2, 3].map((n) => `0195f7a0-0000-7000-8000-00000000000${n}`) as [
  string,
  string,
  string,
];

/** The two sides of `jws-detached`; the gateway asks, the registry answers. */
export interface Exchange {
  readonly parties: RestParties;
  readonly gateway: RestProfile;
  readonly registry: Pick<RestProfile, 'verifyRequest' | 'signAnswer'>;
  /** A request by the gateway's own hand, with other header parameters. */
  request(header: Header, body?: Buffer): ReceivedRequest;
  /** An honest answer to an honest request, and what it is held against. */
  answered(messageId?: string): Promise<{ answer: ReceivedResponse; sent: Sent }>;
}
/** Header parameters, given the time of signing in seconds. */
type Header = object | ((iat: number) => object);
type Sent = Awaited<ReturnType<RestProfile['signRequest']>>;

export type Vector = readonly [
  row: string,
  name: string,
  code: RefusalCode,
  attack: (exchange: Exchange) => Promise<unknown>,
];

const request = (
  name: string,
  code: RefusalCode,
  header: Header,
  change: (received: ReceivedRequest) => Partial<ReceivedRequest> = () => ({}),
): Vector => [
  'Requests',
  name,
  code,
  async ({ registry, request: make }) => {
    const received = make(header);
    return registry.verifyRequest({ ...received, ...change(received) });
  },
];

const answer = (
  name: string,
  code: RefusalCode,
  attack: (exchange: Exchange) => Promise<unknown>,
): Vector => ['Answers', name, code, attack];

export const jwsVectors: readonly Vector[] = [
  request('body changed', 'signature-mismatch', {}, () => ({ body: forged })),
  request('body dropped', 'signature-mismatch', {}, () => ({ body: Buffer.alloc(0) })),
  request('no JWS', 'signature-missing', {}, () => ({ headers: ['Content-Type', contentType] })),
  request('two JWS', 'field-repeated', {}, ({ headers }) => ({ headers: [...headers, ...headers] })),
  request('two JWS joined', 'jws-malformed', {}, ({ headers }) => ({
    headers: headers.map((text) => (text.includes('..') ? `${text}, ${text}` : text)),
  })),
  request('JWS empty', 'jws-malformed', {}, () => ({ headers: ['x-jws-signature', ''] })),
  request('alg none', 'algorithm-mismatch', { alg: 'none' }),
  request('HS256', 'algorithm-mismatch', { alg: 'HS256' }),
  request('RS256', 'algorithm-mismatch', { alg: 'RS256' }),
  request('kid missing', 'jws-kid-missing', { kid: undefined }),
  request('kid of another partner', 'keyid-unknown', { kid: 'tax-ecdsa-p256-sha256' }),
  request('jku', 'jws-key-in-header', { jku: 'https://evil.example' }),
  request('foreign x5c', 'jws-key-in-header', { x5c: ['MIIB'] }),
  request('crit unknown', 'jws-crit', { crit: ['b64', 'jti'] }),
  request('b64:false without crit', 'jws-crit', { crit: undefined }),
  request('b64 true', 'jws-crit', { b64: true }),
  request('jti missing', 'parameter-missing', { jti: undefined }),
  request('jti of three letters', 'parameter-missing', { jti: 'abc' }),
  request('jti as a list', 'parameter-missing', { jti: ['0195f7a0-0000-7000-8000-000000000001'] }),
  request('iat missing', 'jws-iat', { iat: undefined }),
  request('iat 301 s ago', 'message-too-old', (iat) => ({ iat: iat - 301 })),
  request('iat 6 s in the future', 'created-in-future', (iat) => ({ iat: iat + 6 })),
  request('iat 61 s in the future', 'jws-iat', (iat) => ({ iat: iat + 61 })),
  request('an exp of its own, to live longer', 'jws-header-not-allowed', (iat) => ({ exp: iat + 86_400 })),
  request('typ of an event', 'jws-typ', { typ: 'ura-event+jws' }),
  request('an answer sent as a request', 'jws-header-not-allowed', { request_jti: ids[2] }),
  [
    'Requests',
    'jti replayed',
    'message-replayed',
    async ({ registry, request: make }) => {
      await registry.verifyRequest(make({}));
      return registry.verifyRequest(make({}));
    },
  ],
  answer('answer to another request with the same body', 'jws-binding', async (exchange) => {
    const { answer: other } = await exchange.answered(ids[2]);
    const { sent } = await exchange.answered();
    return exchange.gateway.verifyAnswer(other, sent);
  }),
  answer('answer to the same message id with another body', 'jws-binding', async (exchange) => {
    const { answer: honestAnswer, sent } = await exchange.answered();
    return exchange.gateway.verifyAnswer(honestAnswer, { ...sent, bodySha256: 'x' });
  }),
  answer('answer that is tied to nothing', 'jws-binding', async (exchange) => {
    const loose = exchange.parties.registry({ profile: 'jws-detached', answerBinding: 'connection' });
    const verified = {
      partner: 'gateway',
      keyId: 'x',
      messageId: ids[0],
      createdAt: 0,
      expiresAt: 0,
      bodySha256: 'x',
    };
    const fields = await loose.signAnswer(
      { messageId: ids[1], status: 200, contentType, body: honest },
      verified,
    );
    const { sent } = await exchange.answered(ids[2]);
    return exchange.gateway.verifyAnswer({ status: 200, headers: raw(fields), body: honest }, sent);
  }),
  answer('answer a second time', 'message-replayed', async (exchange) => {
    const { answer: honestAnswer, sent } = await exchange.answered();
    await exchange.gateway.verifyAnswer(honestAnswer, sent);
    return exchange.gateway.verifyAnswer(honestAnswer, sent);
  }),
  answer('request given back as its answer', 'keyid-unknown', async (exchange) => {
    const { sent } = await exchange.answered();
    return exchange.gateway.verifyAnswer({ status: 200, headers: raw(sent.fields), body: honest }, sent);
  }),
  answer('body changed', 'signature-mismatch', async (exchange) => {
    const { answer: honestAnswer, sent } = await exchange.answered();
    return exchange.gateway.verifyAnswer({ ...honestAnswer, body: forged }, sent);
  }),
];

/** @param verifyRequest the receiver of the requests. Default: a registry with the gateway's key pinned. */
export function makeExchange(
  parties = makeRestParties(),
  verifyRequest?: RestProfile['verifyRequest'],
): Exchange {
  const gateway = parties.gateway({ profile: 'jws-detached' });
  const registry = parties.registry({ profile: 'jws-detached' });
  return {
    parties,
    gateway,
    registry: { ...registry, ...(verifyRequest ? { verifyRequest } : {}) },
    request(header, body = honest) {
      const { keyId } = parties.gatewayKey.signer;
      const iat = Math.floor(parties.clock.now() / 1000);
      const change = typeof header === 'function' ? header(iat) : header;
      const typ = 'ura-http+jws';
      const written = {
        alg: 'ES256',
        kid: keyId,
        typ,
        b64: false,
        crit: ['b64'],
        iat,
        jti: ids[0],
        ...change,
      };
      const encoded = Buffer.from(JSON.stringify(written)).toString('base64url');
      const input = Buffer.concat([Buffer.from(`${encoded}.`), body]);
      const value = signWith('ecdsa-p256-sha256', parties.gatewayKey.privateKey, input);
      const jws = `${encoded}..${value.toString('base64url')}`;
      return { method: 'POST', targetUri: service, headers: ['x-jws-signature', jws], body };
    },
    async answered(messageId = ids[0]) {
      const question = { messageId, method: 'POST', targetUri: service, contentType, body: honest };
      const sent = await gateway.signRequest(question);
      const verified = await registry.verifyRequest({ ...question, headers: raw(sent.fields) });
      const reply = { messageId: `${messageId}-answer`, status: 200, contentType, body: honest };
      const headers = raw(await registry.signAnswer(reply, verified));
      return { answer: { status: 200, headers, body: honest }, sent };
    },
  };
}
