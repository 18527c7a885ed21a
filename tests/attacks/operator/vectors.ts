import { randomUUID } from 'node:crypto';
import { signRequest } from '../../../src/signing/http-sig/index.js';
import type { Signer } from '../../../src/signing/signer.js';

/** Who can sign what in this attack. */
export interface Attackers {
  readonly origin: string;
  /** The development operator: every role but `observer`, everything in scope. */
  readonly desk: Signer;
  /** A client of the gateway. */
  readonly divjake: Signer;
  readonly watcher: Signer;
  readonly mover: Signer;
  readonly steward: Signer;
  readonly platform: Signer;
  /** Everything, but of Fier alone. */
  readonly ofFier: Signer;
  /** A key that nobody pinned. */
  readonly stranger: Signer;
  /** A held request of Divjakë. */
  readonly held: string;
}

/** A request as `fetch` takes it. */
export interface Sent {
  readonly target: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

interface Draft {
  readonly signer?: Signer;
  readonly method?: string;
  readonly target?: string;
  readonly body?: unknown;
  /** Milliseconds added to the time of signing. */
  readonly shiftMs?: number;
  readonly origin?: string;
}

export interface OperatorVector {
  readonly name: string;
  readonly status: number;
  readonly code: string;
  /** All of them are sent, the last one has to be refused. */
  readonly make: (attackers: Attackers) => Promise<Sent | readonly Sent[]>;
}

const reason = { code: 'registry-journal', text: 'Ditari i regjistrit nuk e ka' };
const path = (id: string, action: string): string => `/operator/v1/requests/${id}/${action}`;

/** A request as an honest operator sends it. */
export async function honest(attackers: Attackers, draft: Draft = {}): Promise<Sent> {
  const { signer = attackers.desk, method = 'POST' } = draft;
  const target = draft.target ?? path(attackers.held, 'release');
  const content = 'body' in draft ? draft.body : method === 'POST' ? { reason } : undefined;
  const body =
    content === undefined ? undefined : typeof content === 'string' ? content : JSON.stringify(content);
  const signature = await signRequest(
    {
      method,
      targetUri: `${draft.origin ?? attackers.origin}${target}`,
      ...(body === undefined ? {} : { contentType: 'application/json', body: Buffer.from(body) }),
    },
    signer,
    { now: Date.now() + (draft.shiftMs ?? 0), nonce: randomUUID() },
  );
  return {
    target,
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
      ...signature,
    },
    ...(body === undefined ? {} : { body }),
  };
}

function vector(
  name: string,
  status: number,
  code: string,
  draft: (attackers: Attackers) => Draft,
): OperatorVector {
  return { name, status, code, make: (attackers) => honest(attackers, draft(attackers)) };
}

function changed(
  name: string,
  status: number,
  code: string,
  change: (sent: Sent, all: Attackers) => Sent,
): OperatorVector {
  return { name, status, code, make: async (attackers) => change(await honest(attackers), attackers) };
}

const batch = (change: object = {}): object => ({
  action: 'release',
  filter: { state: 'held', unchangedSince: new Date().toISOString() },
  expectedCount: 1,
  reason,
  ...change,
});

export const operatorVectors: readonly OperatorVector[] = [
  changed('no signature', 401, 'signature-missing', (sent) => ({
    ...sent,
    headers: { 'content-type': 'application/json' },
  })),
  vector("a client's key", 401, 'signature-refused', ({ divjake }) => ({ signer: divjake })),
  vector("a client's key, to read", 401, 'signature-refused', ({ divjake }) => ({
    signer: divjake,
    method: 'GET',
    target: '/operator/v1/requests',
  })),
  vector('a key that nobody pinned', 401, 'signature-refused', ({ stranger }) => ({ signer: stranger })),
  vector("an operator's key at the clients' API", 401, 'signature-refused', () => ({
    method: 'GET',
    target: '/v1/services',
  })),
  vector("an operator's key, to cancel as the client", 401, 'signature-refused', ({ held }) => ({
    target: `/v1/requests/${held}/cancel`,
    body: { reason: 'E tërhoqi' },
  })),
  {
    name: 'the same message again',
    status: 409,
    code: 'message-replayed',
    make: async (attackers) => {
      const sent = await honest(attackers, {
        method: 'GET',
        target: '/operator/v1/summary',
        signer: attackers.watcher,
      });
      return [sent, sent];
    },
  },
  vector('a message of ten minutes ago', 401, 'signature-refused', () => ({ shiftMs: -600_000 })),
  vector('a message of the future', 401, 'signature-refused', () => ({ shiftMs: 60_000 })),
  vector('a message for another gateway', 401, 'signature-refused', () => ({
    origin: 'https://ura.example',
  })),
  changed('signed for another request', 401, 'signature-refused', (sent) => ({
    ...sent,
    target: path(randomUUID(), 'release'),
  })),
  changed('signed for another action', 401, 'signature-refused', (sent, { held }) => ({
    ...sent,
    target: path(held, 'rerun'),
  })),
  changed('another body', 401, 'signature-refused', (sent) => ({
    ...sent,
    body: (sent.body as string).replace('registry-journal', 'never-sent'),
  })),
  changed('another digest with the other body', 401, 'signature-refused', (sent) => ({
    ...sent,
    headers: { ...sent.headers, 'content-digest': 'sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:' },
  })),
  changed('two profiles at once', 401, 'signature-refused', (sent) => ({
    ...sent,
    headers: { ...sent.headers, 'x-jws-signature': 'a..b' },
  })),
  changed('a profile that operators do not have', 401, 'signature-refused', ({ headers, ...sent }) => ({
    ...sent,
    headers: {
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
      'x-jws-signature': 'a..b',
    },
  })),
  vector('release by an observer', 403, 'not-permitted', ({ watcher }) => ({ signer: watcher })),
  vector('release by a data steward', 403, 'not-permitted', ({ steward }) => ({ signer: steward })),
  vector('release of many by a data steward', 403, 'not-permitted', ({ steward }) => ({
    signer: steward,
    target: '/operator/v1/requests/batch',
    body: batch(),
  })),
  vector('the question, shown to whoever moves requests', 403, 'not-permitted', ({ mover, held }) => ({
    signer: mover,
    target: path(held, 'disclose'),
    body: { reason: { ...reason, code: 'to-answer' } },
  })),
  vector('an answer by whoever moves requests', 403, 'not-permitted', ({ mover, held }) => ({
    signer: mover,
    target: path(held, 'answer'),
    body: { reason: { ...reason, code: 'found-in-records' }, failure: { code: 'answer-lost' } },
  })),
  vector('a list for whoever looks after dead letters', 403, 'not-permitted', ({ platform }) => ({
    signer: platform,
    method: 'GET',
    target: '/operator/v1/requests',
  })),
  vector('release out of scope', 404, 'unknown-request', ({ ofFier }) => ({ signer: ofFier })),
  vector('reading out of scope', 404, 'unknown-request', ({ ofFier, held }) => ({
    signer: ofFier,
    method: 'GET',
    target: `/operator/v1/requests/${held}`,
  })),
  vector('release of many, out of scope', 409, 'count-differs', ({ ofFier }) => ({
    signer: ofFier,
    target: '/operator/v1/requests/batch',
    body: batch(),
  })),
  changed('no idempotency key', 400, 'idempotency-key-missing', (sent) => {
    const { 'idempotency-key': _, ...headers } = sent.headers;
    return { ...sent, headers };
  }),
  vector('no reason', 400, 'invalid-request', () => ({ body: {} })),
  vector('a reason that is none of this action', 400, 'invalid-request', () => ({
    body: { reason: { ...reason, code: 'urgent' } },
  })),
  vector('a reason that says nothing', 400, 'invalid-request', () => ({
    body: { reason: { ...reason, text: '  ' } },
  })),
  vector('a reason that turns the line around', 400, 'invalid-request', () => ({
    body: { reason: { ...reason, text: 'abc\u202edef' } },
  })),
  vector('a field that is not known', 400, 'invalid-request', () => ({
    body: { reason, operator: 'somebody-else' },
  })),
  vector('a repeated member', 400, 'malformed-json', () => ({
    body: '{"reason":{"code":"never-sent","text":"abc"},"reason":{}}',
  })),
  vector('an answer and a refusal', 400, 'invalid-request', ({ held }) => ({
    target: path(held, 'answer'),
    body: {
      reason: { ...reason, code: 'found-in-records' },
      failure: { code: 'answer-lost' },
      refusal: { code: 'NO', message: 'Jo' },
    },
  })),
  vector('an answer that is none', 400, 'invalid-request', ({ held }) => ({
    target: path(held, 'answer'),
    body: { reason: { ...reason, code: 'found-in-records' }, evidence: { head: 'somebody' } },
  })),
  vector('rerun of what may have been executed', 409, 'repeat-not-confirmed', ({ held }) => ({
    target: path(held, 'rerun'),
    body: { reason: { ...reason, code: 'urgent' } },
  })),
  vector('a state that is none', 400, 'invalid-request', () => ({
    method: 'GET',
    target: '/operator/v1/requests?state=lost',
  })),
  vector('a parameter twice', 400, 'malformed-target', () => ({
    method: 'GET',
    target: '/operator/v1/requests?state=held&state=answered',
  })),
  vector('an id that is none', 400, 'invalid-request', () => ({ target: path('..%2f..', 'release') })),
  vector('a path that is written otherwise', 404, 'not-found', () => ({
    method: 'GET',
    target: '/%6fperator/v1/summary',
  })),
  vector('the path of a client below that of operators', 404, 'not-found', () => ({
    method: 'GET',
    target: '/operator/v1/services',
  })),
  vector('a method that is not taken', 405, 'method-not-allowed', ({ held }) => ({
    method: 'GET',
    target: path(held, 'release'),
  })),
  vector('a body that is too large', 413, 'body-too-large', () => ({
    body: { reason: { ...reason, text: 'a'.repeat(70_000) } },
  })),
];
