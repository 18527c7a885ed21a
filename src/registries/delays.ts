import type { Delay, EvidenceItem, StoredRequest } from '../requests/request.js';
import type { Outage, OutageStore } from './outage-store.js';

/** A stretch of time, milliseconds since the epoch. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
}

export interface DelayParts {
  readonly outages: OutageStore;
  /** Milliseconds since the epoch: no outage of the registry has lasted longer. Infinity while that is not known. */
  readonly lastOutageEnd: (registry: string) => number;
  /** Endpoints that this request could go to; empty where nobody is called. */
  readonly endpointsFor: (request: StoredRequest) => readonly string[];
}

/** Clocks of nodes and database differ by less; while all is well, nothing is read. */
const CLOCK_SKEW_MS = 60_000;

/**
 * How long the registry of a request was down during its lifetime, and the evidence of it, so that the office can
 * prove why it was late.
 *
 * @throws when the store does not answer.
 */
export function delaysBy(parts: DelayParts) {
  return async (
    request: StoredRequest,
    at: number,
  ): Promise<{ delays: readonly Delay[]; evidence: readonly EvidenceItem[] }> => {
    const { adapter: registry, acceptedAt } = request;
    const nothing = { delays: [], evidence: [] };
    if (parts.lastOutageEnd(registry) + CLOCK_SKEW_MS < acceptedAt) return nothing;
    const endpoints = parts.endpointsFor(request);
    const outages = await parts.outages.during(registry, acceptedAt, at);
    const down = downtime(outages, endpoints, { from: acceptedAt, until: at });
    const [first, last] = [down[0], down.at(-1)];
    if (!first || !last) return nothing;
    const delay: Delay = {
      kind: 'registry-outage',
      registry,
      from: new Date(first.from).toISOString(),
      until: new Date(last.until).toISOString(),
      totalMs: down.reduce((total, { from, until }) => total + until - from, 0),
    };
    const outagesTold = down.map(({ from, until }) => ({
      from: new Date(from).toISOString(),
      until: new Date(until).toISOString(),
    }));
    const { kind: _, ...told } = delay;
    const bytes = Buffer.from(JSON.stringify({ ...told, outages: outagesTold }));
    return {
      delays: [delay],
      evidence: [
        { kind: 'registry-outage', bytes, mediaType: 'application/json', meta: { adapter: registry } },
      ],
    };
  };
}

/** When all endpoints were down at once, in order and apart from each other. A registry is down when all of it is. */
export function downtime(
  outages: readonly Outage[],
  endpoints: readonly string[],
  within: Stretch,
): Stretch[] {
  let down: readonly Stretch[] = endpoints.length === 0 ? [] : [within];
  for (const endpoint of endpoints) {
    const own = joined(
      outages
        .filter((each) => each.endpoint === endpoint)
        .map(({ from, until = within.until }) => ({ from, until })),
    );
    down = down.flatMap((one) =>
      own.flatMap((other) => {
        const from = Math.max(one.from, other.from);
        const until = Math.min(one.until, other.until);
        return from < until ? [{ from, until }] : [];
      }),
    );
  }
  return [...down];
}

/** An outage reaches back to the first failed call, which may be within the one before it. */
function joined(stretches: readonly Stretch[]): Stretch[] {
  const done: Stretch[] = [];
  for (const stretch of [...stretches].sort((one, other) => one.from - other.from)) {
    const last = done.at(-1);
    if (last && stretch.from <= last.until) {
      done[done.length - 1] = { from: last.from, until: Math.max(last.until, stretch.until) };
    } else done.push(stretch);
  }
  return done;
}
