import { makeMonths } from '../src/months/make-months.js';
import { type Month, monthAfter, monthOf } from '../src/months/month.js';
import { createMonthStore } from '../src/months/month-store.js';
import { type Database, openDatabase } from '../src/store/database.js';
import { migrate } from '../src/store/migrate.js';
import { layPastMonths } from '../tests/support/past-months.js';

/** Clients among which the stored requests are spread: one for each municipality. */
export const CLIENTS = 61;
/** Whose requests can be asked for over HTTP: a client of the development configuration. */
const OWN_CLIENT = 'oss-divjake';
/** Requests of one case. */
const PER_CASE = 3;

/** A scratch database with so many finished requests in it. */
export interface StoredDatabase {
  /** One connection, so that its backend can be measured. */
  readonly database: Database;
  readonly name: string;
  readonly url: string;
  readonly stored: number;
  /** Process id of the one connection's backend. */
  readonly backend: number;
  /** Client and case id of one of the stored requests. */
  caseOf(index: number): { readonly clientId: string; readonly caseId: string };
  /** Case id of one of the stored requests of {@link OWN_CLIENT}. */
  ownCase(index: number): string;
  drop(): Promise<void>;
}

/**
 * Makes a database on the server of `url` and fills it by SQL: finished requests with evidence and idempotency keys,
 * spread evenly over the months up to now.
 *
 * @param months tables among which the requests are spread; 1: an installation in its first month.
 */
export async function storedDatabase(url: string, stored: number, months: number): Promise<StoredDatabase> {
  const name = `ura_bench_${stored}_${months}_${process.pid}`;
  const server = openDatabase({ url, maxConnections: 1 });
  await server.query(`create database ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  const setUp = openDatabase({ url: own.href, statementTimeoutMs: 0 });
  await migrate(setUp);
  const present = monthOf(Date.now());
  const since = monthAfter(present, 1 - months);
  if (months > 1) await layPastMonths(setUp, since, months);
  await makeMonths(createMonthStore(setUp));
  await fill(setUp, stored, months > 1 ? since : present);
  await setUp.query('vacuum analyze');
  await setUp.end();
  const database = openDatabase({ url: own.href, maxConnections: 1, idleTimeoutMs: 0 });
  const { rows } = await database.query<{ pid: number }>('select pg_backend_pid() as pid');
  return {
    database,
    name,
    url: own.href,
    stored,
    backend: (rows[0] as { pid: number }).pid,
    caseOf(index) {
      const of = Math.floor((index % stored) / PER_CASE);
      return { clientId: clientOf(of), caseId: `CASE-${of}` };
    },
    ownCase(index) {
      const own = Math.floor(stored / PER_CASE / CLIENTS);
      return `CASE-${(index % own) * CLIENTS}`;
    },
    async drop() {
      await database.end();
      await server.query(`drop database ${name} with (force)`);
      await server.end();
    },
  };
}

function clientOf(caseNumber: number): string {
  const client = caseNumber % CLIENTS;
  return client === 0 ? OWN_CLIENT : `oss-${client}`;
}

async function fill(database: Database, stored: number, since: Month): Promise<void> {
  const from = Date.parse(`${since}-01T00:00:00Z`);
  const stepMs = (Date.now() - from) / stored;
  // Bytes of one about a family of six, as JSON and as messages that were kept.
  await database.query(
    `insert into requests (id, client_id, municipality, service, adapter, operation, case_id, envelope, decision, state,
       result, attempts, evidence_count, next_attempt_at, deadline_at, accepted_at, updated_at, finished_at)
     select (lpad(to_hex(at), 12, '0') || '7' || substr(hash, 1, 3) || '8' || substr(hash, 4, 15))::uuid,
       case n / $2::int % $3::int when 0 then $6 else 'oss-' || (n / $2::int % $3::int) end, '20', 'AL012031', (array['civil', 'tax', 'property'])[1 + n % 3],
       'family-composition', 'CASE-' || n / $2::int, json_build_object('purpose', 'social-housing', 'text', repeat('x', 450)),
       json_build_object('grant', 'g', 'fields', '[]'::json), 'answered',
       json_build_object('kind', 'answered', 'evidenceType', 'family-composition',
         'evidence', json_build_object('text', repeat(hash, 25))), 1, 3, time, time + interval '1 hour', time,
       time, time
     from (select n, md5(n::text) as hash, floor($4::float8 + n * $5::float8)::bigint as at,
         to_timestamp(($4::float8 + n * $5::float8) / 1000) as time
       from generate_series(0, $1::int - 1) as n) as made`,
    [stored, PER_CASE, CLIENTS, from, stepMs, OWN_CLIENT],
  );
  await database.query(
    `insert into evidence (request_id, sequence, kind, bytes, sha256, media_type, recorded_at)
     select id, n, 'result', decode(repeat(md5(id::text), 6), 'hex'), decode(md5(id::text), 'hex'), 'text/xml', accepted_at
     from requests, generate_series(1, 3) as n order by id`,
  );
  await database.query(
    'insert into request_cases (client_id, case_id, request_id) select client_id, case_id, id from requests',
  );
  await database.query(
    `insert into idempotency_keys (client_id, key, body_sha256, request_id, created_at)
     select client_id, id::text, '', id, accepted_at from requests`,
  );
}
