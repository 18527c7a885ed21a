import type { Database } from '../store/database.js';
import { evidenceColumns } from '../store/evidence-columns.js';
import type { LoadedCase } from './case.js';
import type { CaseStore } from './case-keeping.js';
import { type CaseRow, exchangeColumns, type StepRow, toCase, toExchange } from './case-rows.js';

const LOAD_STEPS = `select s.*, r.state as request_state, r.reason as request_reason, r.result as request_result,
    r.finished_at as request_finished_at
  from case_steps s left join requests r on r.id = s.request_id where s.case_id = $1
  order by s.planned_at, s.step, s.item, s.round`;

/**
 * What the caller saw ended is settled in the transaction in which the case goes on from there, never before: until
 * then the row is open, and whoever sweeps finds it.
 */
const SETTLE = (seen: number, source: string): string => `update case_steps
    set state = r.state, finished_at = r.finished_at from ${source}, requests r
  where case_steps.case_id = ${source}.id and case_steps.request_id = any ($${seen}::uuid[])
    and case_steps.state = 'open' and r.id = case_steps.request_id and r.finished_at is not null`;

function seenIn({ exchanges }: LoadedCase): string[] {
  return exchanges.filter(({ unsettled }) => unsettled).map(({ requestId }) => requestId);
}

const INSERT_STEPS = (first: number, source: string): string => {
  const types = [
    'text',
    'integer',
    'integer',
    'text',
    'json',
    'json',
    'uuid',
    'boolean',
    'timestamptz',
    'boolean',
  ];
  const arrays = types.map((type, index) => `$${first + index}::${type}[]`).join(', ');
  return `insert into case_steps
      (case_id, step, item, round, service, subject, parameters, request_id, reused, planned_at, by_hand)
    select ${source}.id, x.* from ${source}, unnest(${arrays})
      as x (step, item, round, service, subject, parameters, request_id, reused, planned_at, by_hand)`;
};

const INSERT_PROOF = (first: number, at: string, source: string): string => `insert into case_evidence
    (case_id, sequence, kind, bytes, sha256, media_type, signed_by, meta, recorded_at)
  select ${source}.id, ${source}.evidence_before + item.n, item.kind, item.bytes, item.sha256, item.media_type,
    item.signed_by, item.meta, ${at}
  from ${source}, unnest($${first}::text[], $${first + 1}::bytea[], $${first + 2}::bytea[], $${first + 3}::text[],
    $${first + 4}::text[], $${first + 5}::json[])
    with ordinality as item (kind, bytes, sha256, media_type, signed_by, meta, n)`;

export function createCaseStore(database: Database): CaseStore {
  const withSteps = async (row: CaseRow | undefined): Promise<LoadedCase | undefined> => {
    if (!row) return undefined;
    const { rows } = await database.query<StepRow>({
      name: 'case-steps',
      text: LOAD_STEPS,
      values: [row.id],
    });
    return { stored: toCase(row), exchanges: rows.map(toExchange) };
  };
  const findRow = async (id: string, clientId?: string): Promise<CaseRow | undefined> => {
    const { rows } = await database.query<CaseRow>({
      name: 'case-find',
      text: 'select * from cases where id = $1 and ($2::text is null or client_id = $2)',
      values: [id, clientId ?? null],
    });
    return rows[0];
  };
  const findByKey: CaseStore['findByKey'] = async (clientId, key, bodySha256) => {
    const { rows } = await database.query<{ body_sha256: Buffer; request_id: string }>(
      'select body_sha256, request_id from idempotency_keys where client_id = $1 and key = $2',
      [clientId, key],
    );
    const [earlier] = rows;
    if (!earlier) return undefined;
    // Keys are shared with requests: one that named a request had another body.
    const row = earlier.body_sha256.equals(bodySha256)
      ? await findRow(earlier.request_id, clientId)
      : undefined;
    return row ? { kind: 'repeated', stored: toCase(row) } : { kind: 'other-body' };
  };

  return {
    async accept({ stored, idempotencyKey, bodySha256, submission, lookAgainMs }) {
      const at = new Date(stored.acceptedAt);
      const { rows } = await database.query<CaseRow>({
        name: 'case-accept',
        text: `with key as (
            insert into idempotency_keys (client_id, key, body_sha256, request_id, created_at)
            values ($2, $13, $14, $1, $12) on conflict do nothing returning request_id
          ), made as (
            insert into cases (id, client_id, municipality, procedure, version, case_id, definition, application,
              warnings, traceparent, state, evidence_count, deadline_at, due_at, accepted_at, updated_at)
            select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'running', 1, $11,
              now() + $15 * interval '1 millisecond', $12, $12 from key
            returning *, evidence_count - 1 as evidence_before
          ), proof as (${INSERT_PROOF(16, '$12', 'made')})
          select * from made`,
        values: [
          stored.id,
          stored.clientId,
          stored.municipality,
          stored.definition.code,
          stored.definition.version,
          stored.caseId,
          JSON.stringify(stored.definition),
          JSON.stringify(stored.application),
          JSON.stringify(stored.warnings),
          stored.traceparent ?? null,
          new Date(stored.deadlineAt),
          at,
          idempotencyKey,
          bodySha256,
          lookAgainMs,
          ...evidenceColumns([submission]),
        ],
      });
      if (rows[0]) return { kind: 'new', stored: toCase(rows[0]) };
      const earlier = await findByKey(stored.clientId, idempotencyKey, bodySha256);
      if (!earlier) throw new Error('an idempotency key was taken and is gone again');
      return earlier;
    },

    findByKey,

    async find(clientId, id) {
      return withSteps(await findRow(id, clientId));
    },

    async listByCase(clientId, caseId, limit, after) {
      const { rows } = await database.query<CaseRow>({
        name: 'case-list',
        text: `select * from cases where client_id = $1 and case_id = $2 and ($4::uuid is null or id > $4)
          order by id limit $3`,
        values: [clientId, caseId, limit, after ?? null],
      });
      return (await Promise.all(rows.map(withSteps))).filter((loaded) => loaded !== undefined);
    },

    async load(id) {
      return withSteps(await findRow(id));
    },

    async signed(id, kind) {
      const { rows } = await database.query<{
        bytes: Buffer;
        media_type: string;
        signed_by: string;
        meta: Record<string, unknown>;
        recorded_at: Date;
      }>(
        `select bytes, media_type, signed_by, meta, recorded_at from case_evidence
         where case_id = $1 and kind = $2 order by sequence desc limit 1`,
        [id, kind],
      );
      const [row] = rows;
      if (!row) return undefined;
      const { bytes, media_type: mediaType, signed_by: signedBy, meta } = row;
      return { kind, bytes, mediaType, signedBy, meta, recordedAt: row.recorded_at.getTime() };
    },

    async plan(loaded, exchanges, lookAgainMs) {
      const { id, revision } = loaded.stored;
      const { rowCount } = await database.query({
        name: 'case-plan',
        text: `with planned as (
            update cases set revision = revision + 1, due_at = now() + $3 * interval '1 millisecond'
            where id = $1 and revision = $2 and state = 'running' returning id
          ), settled as (${SETTLE(4, 'planned')}), steps as (${INSERT_STEPS(5, 'planned')})
          select 1 from planned`,
        values: [id, revision, lookAgainMs, seenIn(loaded), ...exchangeColumns(exchanges)],
      });
      return rowCount === 1;
    },

    async refuse(id, requestId, reason, at) {
      await database.query(
        `update case_steps set state = 'not-accepted', reason = $3, finished_at = $4
         where case_id = $1 and request_id = $2 and state = 'open'`,
        [id, requestId, JSON.stringify(reason), new Date(at)],
      );
    },

    async rest(loaded) {
      const { id, revision } = loaded.stored;
      const { rowCount } = await database.query({
        name: 'case-rest',
        text: `with resting as (
            update cases set due_at = deadline_at where id = $1 and revision = $2 and state = 'running' returning id
          ), settled as (${SETTLE(3, 'resting')})
          select 1 from resting`,
        values: [id, revision, seenIn(loaded)],
      });
      return rowCount === 1;
    },

    async end({ loaded, state, reason, evidence, event, cleanUpMs, at }) {
      const { id, revision } = loaded.stored;
      const { rowCount } = await database.query({
        name: 'case-end',
        text: `with ended as (
            update cases set state = $3, reason = $4, revision = revision + 1, updated_at = $6, finished_at = $6,
              due_at = case when $5::integer is null then null else now() + $5 * interval '1 millisecond' end,
              evidence_count = evidence_count + cardinality($7::text[])
            where id = $1 and revision = $2
              and (state = 'running' or ($3 = 'cancelled' and state = 'incomplete'))
            returning id, evidence_count - cardinality($7::text[]) as evidence_before
          ), steps as (
            update case_steps set state = 'expired', finished_at = $6 from ended
            where case_steps.case_id = ended.id and case_steps.state = 'open' and $3 <> 'cancelled'
              and not case_steps.request_id = any ($18::uuid[])
          ), settled as (${SETTLE(18, 'ended')}), proof as (${INSERT_PROOF(7, '$6', 'ended')}), event as (
            insert into outbox (event_id, topic, key, headers, value, created_at)
            select $13, $14, $15, $16, $17, $6 from ended
          )
          select 1 from ended`,
        values: [
          id,
          revision,
          state,
          reason === undefined ? null : JSON.stringify(reason),
          cleanUpMs ?? null,
          new Date(at),
          ...evidenceColumns(evidence),
          event.id,
          event.topic,
          event.key,
          JSON.stringify(event.headers),
          event.value,
          seenIn(loaded),
        ],
      });
      return rowCount === 1;
    },

    async cleanedUp(id, at) {
      await database.query(
        `with cleaned as (update cases set due_at = null where id = $1 and state = 'cancelled' returning id)
         update case_steps s set state = coalesce(ended.state, 'cancelled'),
           finished_at = coalesce(ended.finished_at, $2)
         from case_steps open join cleaned on open.case_id = cleaned.id
           left join requests ended on ended.id = open.request_id and ended.finished_at is not null
         where s.case_id = open.case_id and s.step = open.step and s.item = open.item and s.round = open.round
           and s.state = 'open'`,
        [id, new Date(at)],
      );
    },

    async retry({ id, revision, exchanges, evidence, deadlineAt, lookAgainMs, at }) {
      const { rowCount } = await database.query({
        name: 'case-retry',
        text: `with reopened as (
            update cases set state = 'running', finished_at = null, revision = revision + 1, updated_at = $5,
              deadline_at = $4, due_at = now() + $3 * interval '1 millisecond',
              evidence_count = evidence_count + cardinality($6::text[])
            where id = $1 and revision = $2 and state in ('running', 'incomplete')
            returning id, evidence_count - cardinality($6::text[]) as evidence_before
          ), proof as (${INSERT_PROOF(6, '$5', 'reopened')}), steps as (${INSERT_STEPS(12, 'reopened')})
          select 1 from reopened`,
        values: [
          id,
          revision,
          lookAgainMs,
          new Date(deadlineAt),
          new Date(at),
          ...evidenceColumns([evidence]),
          ...exchangeColumns(exchanges),
        ],
      });
      return rowCount === 1;
    },

    async due(limit, lookAgainMs) {
      const { rows } = await database.query<{ id: string }>({
        name: 'case-due',
        text: `with overdue as (
            select id from cases where due_at <= now() order by due_at limit $1 for update skip locked
          ), woken as (
            select id from cases where due_at is not null and id in (
              select s.case_id from case_steps s join requests r on r.id = s.request_id
              where s.state = 'open' and r.finished_at is not null)
            order by id limit $1 for update skip locked
          ), picked as (select id from overdue union select id from woken)
          update cases set due_at = now() + $2 * interval '1 millisecond' from picked
          where cases.id = picked.id returning cases.id`,
        values: [limit, lookAgainMs],
      });
      return rows.map(({ id }) => id);
    },
  };
}
