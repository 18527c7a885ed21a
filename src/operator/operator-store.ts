import type { StoredRequest } from '../requests/request.js';
import { type RequestRow, toRequest } from '../requests/request-row.js';
import { type RequestState, requestStates } from '../requests/states.js';
import type { Database } from '../store/database.js';
import type { Scope } from './scope.js';

/** Which requests are meant; what is left out excludes nothing. */
export interface Selection {
  readonly scope: Scope;
  readonly states: readonly RequestState[];
  readonly registries?: readonly string[];
  readonly municipalities?: readonly string[];
  readonly service?: string;
  /** Code of the reason for which they stand there. */
  readonly reason?: string;
  /** Milliseconds since the epoch: accepted then or before. */
  readonly acceptedBy?: number;
  /** Milliseconds since the epoch: nothing happened to them since. */
  readonly unchangedSince?: number;
}

/** A request without anything about anybody. */
export interface RequestLine {
  readonly id: string;
  readonly state: RequestState;
  readonly reason?: string;
  readonly client: string;
  readonly municipality: string;
  readonly service: string;
  readonly adapter: string;
  readonly operation: string;
  readonly attempts: number;
  readonly acceptedAt: number;
  readonly updatedAt: number;
  readonly deadlineAt: number;
  readonly nextAttemptAt: number;
  readonly leaseUntil?: number;
}

/** How many requests stand in one place. */
export interface Tally {
  readonly state: RequestState;
  readonly adapter: string;
  readonly municipality: string;
  readonly count: number;
  readonly oldestAcceptedAt: number;
  readonly nextDeadlineAt: number;
}

/** One request with what only an operator is told. */
export interface FoundRequest {
  readonly request: StoredRequest;
  readonly nextAttemptAt: number;
  /** Until when a process has it, if one does or did. */
  readonly leaseUntil?: number;
  /** By the database's clock, which decides about leases. */
  readonly leaseLive: boolean;
}

/** What operators look at. Nothing here changes anything; see `action-store.ts`. */
export interface OperatorStore {
  /** Oldest first. */
  list(selection: Selection, limit: number, after?: string): Promise<RequestLine[]>;
  /** How many there are after that id, and the ids of the oldest of them. */
  select(selection: Selection, limit: number, after?: string): Promise<{ count: number; ids: string[] }>;
  /** Of requests that have not ended. */
  summary(scope: Scope): Promise<Tally[]>;
  find(ids: readonly string[]): Promise<FoundRequest[]>;
}

/** Each with the partial index that knows its rows (`requests_open`, `requests_overdue`), written out for the planner. */
const arms = [
  "state in ('accepted', 'dispatching', 'retry-wait', 'awaiting-answer')",
  "state in ('held', 'awaiting-officer')",
] as const;
const openStates = requestStates.slice(0, 6);

const columns = `id, state, reason ->> 'code' as reason, client_id, municipality, service, adapter, operation,
  attempts, accepted_at, updated_at, deadline_at, next_attempt_at, lease_until`;

const matches = `state = any ($1) and ($2::text[] is null or adapter = any ($2))
  and ($3::text[] is null or municipality = any ($3)) and ($4::text is null or service = $4)
  and ($5::text is null or reason ->> 'code' = $5) and ($6::timestamptz is null or accepted_at <= $6)
  and ($7::timestamptz is null or updated_at <= $7) and ($8::uuid is null or id > $8)`;

export function createOperatorStore(database: Database): OperatorStore {
  return {
    async list(selection, limit, after) {
      const { rows } = await database.query<LineRow>(
        `${union(selection, `select ${columns} from requests`)} order by id limit $9`,
        [...valuesOf(selection, after), limit],
      );
      return rows.map(toLine);
    },

    async select(selection, limit, after) {
      const { rows } = await database.query<{ count: string; ids: string[] | null }>(
        `with found as (${union(selection, 'select id from requests')}),
           page as (select id from found order by id limit $9)
         select (select count(*) from found) as count, (select array_agg(id order by id) from page) as ids`,
        [...valuesOf(selection, after), limit],
      );
      return { count: Number(rows[0]?.count ?? 0), ids: rows[0]?.ids ?? [] };
    },

    async summary(scope) {
      const selection = { scope, states: openStates };
      const { rows } = await database.query<TallyRow>(
        `select state, adapter, municipality, count(*) as count, min(accepted_at) as oldest,
           min(deadline_at) as deadline
         from (${union(selection, 'select state, adapter, municipality, accepted_at, deadline_at from requests')}) as open
         group by state, adapter, municipality order by adapter, municipality, state`,
        valuesOf(selection),
      );
      return rows.map((row) => ({
        state: row.state,
        adapter: row.adapter,
        municipality: row.municipality,
        count: Number(row.count),
        oldestAcceptedAt: row.oldest.getTime(),
        nextDeadlineAt: row.deadline.getTime(),
      }));
    },

    async find(ids) {
      const { rows } = await database.query<FoundRow>({
        name: 'operator-find',
        text: `select *, lease_until is not null and lease_until >= now() as lease_live
               from requests where id = any ($1::uuid[]) order by id`,
        values: [ids],
      });
      return rows.map((row) => ({
        request: toRequest(row),
        nextAttemptAt: row.next_attempt_at.getTime(),
        leaseLive: row.lease_live,
        ...(row.lease_until ? { leaseUntil: row.lease_until.getTime() } : {}),
      }));
    },
  };
}

/** The rows that match, out of as few indexes as can hold them. */
function union({ states }: Selection, select: string): string {
  const isOpen = (state: RequestState): boolean => openStates.includes(state);
  const conditions = [
    ...arms.filter((arm) => states.some((state) => isOpen(state) && arm.includes(`'${state}'`))),
    ...(states.every(isOpen) ? [] : ['finished_at is not null']),
  ];
  return conditions.map((condition) => `${select} where ${condition} and ${matches}`).join(' union all ');
}

function valuesOf(selection: Selection, after?: string): unknown[] {
  const { scope, states, registries, municipalities, service, reason, acceptedBy, unchangedSince } =
    selection;
  return [
    states,
    both(scope.registries, registries),
    both(scope.municipalities, municipalities),
    service ?? null,
    reason ?? null,
    acceptedBy === undefined ? null : new Date(acceptedBy),
    unchangedSince === undefined ? null : new Date(unchangedSince),
    after ?? null,
  ];
}

/** What is allowed and asked for; null: everything. */
function both(
  allowed: 'all' | readonly string[],
  asked: readonly string[] | undefined,
): readonly string[] | null {
  if (allowed === 'all') return asked ?? null;
  return asked === undefined ? allowed : asked.filter((name) => allowed.includes(name));
}

interface LineRow {
  id: string;
  state: RequestState;
  reason: string | null;
  client_id: string;
  municipality: string;
  service: string;
  adapter: string;
  operation: string;
  attempts: number;
  accepted_at: Date;
  updated_at: Date;
  deadline_at: Date;
  next_attempt_at: Date;
  lease_until: Date | null;
}

interface TallyRow {
  state: RequestState;
  adapter: string;
  municipality: string;
  count: string;
  oldest: Date;
  deadline: Date;
}

type FoundRow = RequestRow & { next_attempt_at: Date; lease_until: Date | null; lease_live: boolean };

function toLine(row: LineRow): RequestLine {
  return {
    id: row.id,
    state: row.state,
    ...(row.reason === null ? {} : { reason: row.reason }),
    client: row.client_id,
    municipality: row.municipality,
    service: row.service,
    adapter: row.adapter,
    operation: row.operation,
    attempts: row.attempts,
    acceptedAt: row.accepted_at.getTime(),
    updatedAt: row.updated_at.getTime(),
    deadlineAt: row.deadline_at.getTime(),
    nextAttemptAt: row.next_attempt_at.getTime(),
    ...(row.lease_until ? { leaseUntil: row.lease_until.getTime() } : {}),
  };
}
