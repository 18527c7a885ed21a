import type { Adapter, Exchange, Exchanged, Operation } from '../../adapters/adapter.js';
import type { Outcome } from '../../contracts/outcome.js';
import type { Clock } from '../../src/clock.js';
import { Breaker, type BreakerRegistry } from '../../src/registries/breaker.js';
import type { CircuitSettings } from '../../src/registries/circuit.js';
import type { CircuitState, CircuitStore } from '../../src/registries/circuit-store.js';

export const settings: CircuitSettings = {
  failures: 3,
  failedPercent: 50,
  window: 6,
  openMs: 60,
  capMs: 400,
};

export const down: Outcome = { kind: 'unavailable', reason: 'connect-refused' };
export const lost: Outcome = { kind: 'unknown', reason: 'connection-lost' };
export const fine: Outcome = { kind: 'answered', evidence: {}, evidenceType: 'a' };

/** An endpoint that says what it is told to, and remembers who asked. */
export function endpointOf(operation: Partial<Operation> = {}) {
  const calls: string[] = [];
  const told: { outcome: Outcome; reachable: boolean } = { outcome: fine, reachable: true };
  const named = { name: 'person', evidenceType: 'a', idempotentByMessageId: true, ...operation };
  const answer = async ({ messageId }: Exchange): Promise<Exchanged> => {
    calls.push(messageId);
    return { outcome: told.outcome, timings: { signMs: 0, callMs: 0, verifyMs: 0 } };
  };
  const adapter: Adapter = {
    name: 'civil',
    operations: new Map([[named.name, named]]),
    call: answer,
    status: answer,
    probe: async () => told.reachable,
    close: async () => {},
  };
  return { adapter, calls, told };
}

export const exchange = (changes: Partial<Exchange> = {}): Exchange => ({
  messageId: 'm-1',
  operation: 'person',
  subject: { scheme: 'NID', notation: 'X' },
  parameters: {},
  purpose: 'p',
  legalBasis: 'l',
  requester: { organisation: 'o', officer: 'o', unit: 'u' },
  caseId: 'c',
  deadlineAt: Date.now() + 60_000,
  ...changes,
});

/** One node's breaker. */
export function nodeBreaker(
  store: CircuitStore,
  owner: string,
  changes: Partial<BreakerRegistry> & { readonly clock?: Clock } = {},
) {
  const seen: CircuitState[] = [];
  const failures: string[] = [];
  const { clock = { now: () => Date.now() }, ...registry } = changes;
  const breaker = new Breaker(
    [
      {
        name: 'civil',
        endpoints: ['a'],
        circuit: settings,
        probeMs: 1_000,
        reach: async () => true,
        ...registry,
      },
    ],
    {
      store,
      owner,
      clock,
      random: () => 0.99,
      observer: { changed: (_, to) => seen.push(to), failed: (what) => failures.push(what) },
    },
  );
  return { breaker, seen, failures };
}
