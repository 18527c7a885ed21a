import type { EvidenceItem, OutgoingEvent } from '../requests/request.js';
import { type Database, inTransaction, type Queryable } from '../store/database.js';
import { evidenceColumns } from '../store/evidence-columns.js';
import {
  type Application,
  type ApplicationState,
  applicationTransitions,
  type StateEntry,
} from './application.js';

/** What taking an application in writes, in one transaction. */
export interface Intake {
  readonly application: Omit<Application, 'history' | 'updatedAt' | 'state'>;
  readonly idempotencyKey: string;
  readonly bodySha256: Uint8Array;
  /** Signed bytes, decision, documents. */
  readonly evidence: readonly EvidenceItem[];
  readonly event: OutgoingEvent;
}

export type Taken =
  | { readonly kind: 'new' | 'repeated'; readonly application: Application }
  | { readonly kind: 'other-body' };

/** What a report of the municipality writes, in one transaction. */
export interface StateReport {
  readonly id: string;
  readonly entry: StateEntry;
  readonly protocolNumber?: string;
  readonly evidence: readonly EvidenceItem[];
  readonly event: OutgoingEvent;
  /** Present when the counter wants to be told over HTTP. */
  readonly webhook?: { readonly clientId: string; readonly body: Uint8Array; readonly giveUpAt: number };
}

export interface ApplicationStore {
  take(intake: Intake): Promise<Taken>;
  find(id: string): Promise<Application | undefined>;
  listByCase(clientId: string, caseId: string, limit: number): Promise<Application[]>;
  /** A document's bytes, exactly as they came. */
  document(id: string, number: number): Promise<Uint8Array | undefined>;
  /** @returns false when the state of the moment does not allow it: nothing was written. */
  report(report: StateReport): Promise<boolean>;
}

export function createApplicationStore(database: Database): ApplicationStore {
  const find = async (id: string, queryable: Queryable = database): Promise<Application | undefined> => {
    const { rows } = await queryable.query<ApplicationRow>('select * from applications where id = $1', [id]);
    return rows[0] && withHistory(rows[0], queryable);
  };
  return {
    find: (id) => find(id),

    take: ({ application: it, idempotencyKey, bodySha256, evidence, event }) =>
      inTransaction(database, async (connection) => {
        // A key space of its own: the same key may name a request as well.
        const key = `application:${idempotencyKey}`;
        const at = new Date(it.submittedAt);
        const { rowCount } = await connection.query(
          `insert into idempotency_keys (client_id, key, body_sha256, request_id, created_at)
           values ($1, $2, $3, $4, $5) on conflict do nothing`,
          [it.clientId, key, bodySha256, it.id, at],
        );
        if (rowCount === 0) {
          const { rows } = await connection.query<{ body_sha256: Buffer; request_id: string }>(
            'select body_sha256, request_id from idempotency_keys where client_id = $1 and key = $2',
            [it.clientId, key],
          );
          const earlier = rows[0];
          if (!earlier?.body_sha256.equals(bodySha256)) return { kind: 'other-body' };
          const application = await find(earlier.request_id, connection);
          if (!application) throw new Error('an idempotency key names an application that is not stored');
          return { kind: 'repeated', application };
        }
        await connection.query(
          `insert into applications (id, client_id, origin, municipality, service, service_version, case_id, applicant,
             form, requester, grant_id, documents, state, evidence_count, submitted_at, updated_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'submitted', $13, $14, $14)`,
          [
            it.id,
            it.clientId,
            it.origin,
            it.municipality,
            it.service,
            it.serviceVersion,
            it.caseId,
            JSON.stringify(it.applicant),
            JSON.stringify(it.form),
            JSON.stringify(it.requester),
            it.grant,
            JSON.stringify(it.documents),
            evidence.length,
            at,
          ],
        );
        const entry: StateEntry = { state: 'submitted', officer: it.requester, at: it.submittedAt };
        await insertState(connection, it.id, entry);
        await insertEvidence(connection, it.id, 0, evidence, at);
        await insertEvent(connection, event, at);
        const application = {
          ...it,
          state: 'submitted',
          updatedAt: it.submittedAt,
          history: [entry],
        } as const;
        return { kind: 'new', application };
      }),

    async listByCase(clientId, caseId, limit) {
      const { rows } = await database.query<ApplicationRow>(
        'select * from applications where client_id = $1 and case_id = $2 order by id limit $3',
        [clientId, caseId, limit],
      );
      return Promise.all(rows.map((row) => withHistory(row, database)));
    },

    async document(id, number) {
      const { rows } = await database.query<{ bytes: Buffer }>(
        `select bytes from evidence where request_id = $1 and kind = 'document' order by sequence
         limit 1 offset $2`,
        [id, number - 1],
      );
      return rows[0]?.bytes;
    },

    report: ({ id, entry, protocolNumber, evidence, event, webhook }) =>
      inTransaction(database, async (connection) => {
        const at = new Date(entry.at);
        const before = Object.entries(applicationTransitions).flatMap(([state, next]) =>
          next.includes(entry.state) ? [state] : [],
        );
        const { rows } = await connection.query<{ before: number }>(
          `update applications set state = $2, note = $3, protocol_number = coalesce($4, protocol_number),
             updated_at = $5, evidence_count = evidence_count + $6
           where id = $1 and state = any ($7) returning evidence_count - $6 as before`,
          [id, entry.state, entry.note ?? null, protocolNumber ?? null, at, evidence.length, before],
        );
        const updated = rows[0];
        if (!updated) return false;
        await insertState(connection, id, entry);
        await insertEvidence(connection, id, updated.before, evidence, at);
        await insertEvent(connection, event, at);
        if (webhook) {
          await connection.query(
            `insert into webhooks (client_id, application_id, body, next_attempt_at, give_up_at)
             values ($1, $2, $3, now(), $4)`,
            [webhook.clientId, id, webhook.body, new Date(webhook.giveUpAt)],
          );
        }
        return true;
      }),
  };
}

async function insertState(connection: Queryable, id: string, entry: StateEntry): Promise<void> {
  await connection.query(
    `insert into application_states (application_id, sequence, state, note, officer, recorded_at)
     select $1, count(*) + 1, $2, $3, $4, $5 from application_states where application_id = $1`,
    [id, entry.state, entry.note ?? null, JSON.stringify(entry.officer), new Date(entry.at)],
  );
}

async function insertEvidence(
  connection: Queryable,
  id: string,
  before: number,
  evidence: readonly EvidenceItem[],
  at: Date,
): Promise<void> {
  await connection.query(
    `insert into evidence (request_id, sequence, kind, bytes, sha256, media_type, signed_by, meta, recorded_at)
     select $1, $2 + item.n, item.kind, item.bytes, item.sha256, item.media_type, item.signed_by, item.meta, $3
     from unnest($4::text[], $5::bytea[], $6::bytea[], $7::text[], $8::text[], $9::json[])
       with ordinality as item (kind, bytes, sha256, media_type, signed_by, meta, n)`,
    [id, before, at, ...evidenceColumns(evidence)],
  );
}

async function insertEvent(connection: Queryable, event: OutgoingEvent, at: Date): Promise<void> {
  await connection.query(
    'insert into outbox (event_id, topic, key, headers, value, created_at) values ($1, $2, $3, $4, $5, $6)',
    [event.id, event.topic, event.key, JSON.stringify(event.headers), event.value, at],
  );
}

interface ApplicationRow {
  id: string;
  client_id: string;
  origin: string;
  municipality: string;
  service: string;
  service_version: string;
  case_id: string;
  applicant: Application['applicant'];
  form: Application['form'];
  requester: Application['requester'];
  grant_id: string;
  documents: Application['documents'];
  state: ApplicationState;
  protocol_number: string | null;
  note: string | null;
  submitted_at: Date;
  updated_at: Date;
}

async function withHistory(row: ApplicationRow, queryable: Queryable): Promise<Application> {
  const { rows } = await queryable.query<{
    state: ApplicationState;
    note: string | null;
    officer: StateEntry['officer'];
    recorded_at: Date;
  }>(
    `select state, note, officer, recorded_at from application_states where application_id = $1 order by sequence`,
    [row.id],
  );
  return {
    id: row.id,
    clientId: row.client_id,
    origin: row.origin,
    municipality: row.municipality,
    service: row.service,
    serviceVersion: row.service_version,
    caseId: row.case_id,
    applicant: row.applicant,
    form: row.form,
    requester: row.requester,
    grant: row.grant_id,
    documents: row.documents,
    state: row.state,
    ...(row.protocol_number === null ? {} : { protocolNumber: row.protocol_number }),
    ...(row.note === null ? {} : { note: row.note }),
    submittedAt: row.submitted_at.getTime(),
    updatedAt: row.updated_at.getTime(),
    history: rows.map(({ state, note, officer, recorded_at }) => ({
      state,
      officer,
      at: recorded_at.getTime(),
      ...(note === null ? {} : { note }),
    })),
  };
}
