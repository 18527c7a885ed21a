import type { Adapter, Exchange, Exchanged } from '../../adapters/adapter.js';
import type { Outcome } from '../../contracts/outcome.js';
import type { Clock } from '../clock.js';
import type { Breaker, Permit } from './breaker.js';
import type { Verdict } from './circuit.js';

/** An adapter opened to one endpoint. */
export interface Member {
  /** As the breaker names it. */
  readonly endpoint: string;
  readonly adapter: Adapter;
}

type Ask = (adapter: Adapter) => Promise<Exchanged>;

/** An adapter that goes over to another endpoint. */
export interface FailoverAdapter extends Adapter {
  /** As the breaker names them: those that an exchange can go to. */
  endpointsFor(exchange: Exchange): readonly string[];
}

/**
 * One adapter out of one for each endpoint of its registry. A call goes to the first endpoint whose circuit lets it
 * through; only when surely nothing was executed does the next one get it, within the same attempt and deadline.
 *
 * @param members in the order in which they are preferred; at least one.
 */
export function withFailover(members: readonly Member[], breaker: Breaker, clock: Clock): FailoverAdapter {
  const [first] = members;
  if (first === undefined) throw new Error('a registry without an endpoint');
  const { name, operations, poll, status, openCallback } = first.adapter;

  const named = (exchange: Exchange) =>
    members.map(({ endpoint, adapter }) => ({
      endpoint: adapter.endpointOf ? adapter.endpointOf(exchange) : endpoint,
      adapter,
    }));

  const ask = async (exchange: Exchange, signal: AbortSignal, how: Ask): Promise<Exchanged> => {
    let last: Exchanged | undefined;
    for (const { endpoint, adapter } of inOrder(exchange)) {
      // Nobody is called, so there is nothing that could be down.
      if (endpoint === undefined) return how(adapter);
      const permit = await breaker.admit({ registry: name, endpoint });
      if (permit === undefined) continue;
      last = await asked(permit, exchange, adapter, how, clock);
      if (!mayGoOn(last.outcome) || signal.aborted || exchange.deadlineAt <= clock.now()) return last;
    }
    return last ?? nobodyAsked(breaker.readyAt(name));
  };

  /** What must not be executed twice is no means of finding out whether a registry is back, where another one is. */
  const inOrder = (exchange: Exchange) => {
    const all = named(exchange);
    if (operations.get(exchange.operation)?.idempotentByMessageId !== false) return all;
    const closed = all.filter(
      ({ endpoint }) => endpoint === undefined || breaker.isClosed({ registry: name, endpoint }),
    );
    return closed.length > 0 ? closed : all;
  };

  return {
    name,
    operations,
    call: (exchange, signal) => ask(exchange, signal, (adapter) => adapter.call(exchange, signal)),
    ...(poll && {
      poll: (exchange, ticket, signal) =>
        ask(exchange, signal, (adapter) => adapter.poll?.(exchange, ticket, signal) ?? lacks(adapter)),
    }),
    ...(status && {
      status: (exchange, signal) =>
        ask(exchange, signal, (adapter) => adapter.status?.(exchange, signal) ?? lacks(adapter)),
    }),
    ...(openCallback && { openCallback }),
    endpointsFor: (exchange) =>
      named(exchange).flatMap(({ endpoint }) => (endpoint === undefined ? [] : [endpoint])),
    async probe(signal) {
      const reached = await Promise.all(members.map(({ adapter }) => adapter.probe(signal)));
      return reached.some((isReached) => isReached);
    },
    async close() {
      await Promise.all(members.map(({ adapter }) => adapter.close()));
    },
  };
}

async function asked(
  permit: Permit,
  exchange: Exchange,
  adapter: Adapter,
  how: Ask,
  clock: Clock,
): Promise<Exchanged> {
  let verdict: Verdict = 'neutral';
  let reason: string | undefined;
  try {
    const exchanged = await how(adapter);
    verdict = verdictOf(exchanged.outcome, exchange, clock.now());
    reason = 'reason' in exchanged.outcome ? exchanged.outcome.reason : undefined;
    return exchanged;
  } finally {
    // Also when the adapter could not do its part: a deciding call that is never settled would block the circuit.
    permit.settle(verdict, reason);
  }
}

/** Reasons of ours, which say nothing about the registry. */
const ours = new Set(['lane-full', 'circuit-open', 'lease-expired', 'stopped']);

/** Whether the endpoint can be used. A refusal is an answer, and so is one whose signature is not accepted. */
export function verdictOf(
  outcome: Outcome,
  { deadlineAt }: Pick<Exchange, 'deadlineAt'>,
  now: number,
): Verdict {
  if (outcome.kind !== 'unavailable' && outcome.kind !== 'unknown') return 'good';
  if (outcome.reason === 'not-executed') return 'good';
  if (ours.has(outcome.reason)) return 'neutral';
  // Whoever asks at the last moment must not close a registry to all others.
  const endedByDeadline = outcome.reason === 'call-timeout' || outcome.reason === 'connect-timeout';
  return endedByDeadline && now >= deadlineAt ? 'neutral' : 'bad';
}

function mayGoOn(outcome: Outcome): boolean {
  return outcome.kind === 'unavailable' && outcome.reason !== 'not-executed';
}

function nobodyAsked(notBefore: number): Exchanged {
  return {
    outcome: { kind: 'unavailable', reason: 'circuit-open', notBefore },
    timings: { signMs: 0, callMs: 0, verifyMs: 0 },
  };
}

/** All members are of one kind. */
function lacks({ name }: Adapter): Promise<never> {
  return Promise.reject(new Error(`the endpoints of ${name} differ in what they can be asked`));
}
