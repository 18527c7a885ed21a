import type { Queryable } from '../../../src/store/database.js';
import { readWitness, type WrittenEvent } from './witness.js';

/** A request or a case as the database has it. */
export interface StoredMatter {
  readonly kind: 'request' | 'case';
  readonly id: string;
  readonly client: string;
  readonly caseId: string;
  readonly adapter: string | null;
  readonly state: string;
  readonly ended: boolean;
  /** Case of which a procedure made this request. */
  readonly parent: string | null;
  readonly byHand: boolean;
  readonly evidenceCount: number;
}

/** One row of evidence without its bytes. */
export interface Proof {
  readonly id: string;
  readonly sequence: number;
  readonly kind: string;
  readonly sha256: string;
  /** The digest is that of the bytes. */
  readonly digestHolds: boolean;
  /** Of a registry's answer: what it was. */
  readonly outcome: string | null;
}

export interface DatabaseFacts {
  readonly matters: ReadonlyMap<string, StoredMatter>;
  readonly proofs: ReadonlyMap<string, readonly Proof[]>;
  /** Ids by client and idempotency key. */
  readonly keys: ReadonlyMap<string, string>;
  readonly written: readonly WrittenEvent[];
  /** Events that still wait in the outbox. */
  readonly waiting: ReadonlySet<string>;
}

/** Reads all that the checker wants to know, in one snapshot. */
export async function readDatabase(database: Queryable): Promise<DatabaseFacts> {
  const { rows: matters } = await database.query<StoredMatter>(
    `select 'request' as kind, id, client_id as client, case_id as "caseId", adapter, state,
       finished_at is not null as ended, envelope->'case'->>'id' as parent,
       coalesce(result->>'fulfilledBy' = 'officer', false) as "byHand", evidence_count as "evidenceCount"
     from requests
     union all
     select 'case', id, client_id, case_id, null, state, finished_at is not null, null, false, evidence_count
     from cases`,
  );
  const proofOf = (table: string, id: string): string =>
    `select ${id} as id, sequence, kind, encode(sha256, 'hex') as sha256, sha256 = sha256(bytes) as "digestHolds",
       meta->>'outcome' as outcome from ${table}`;
  const { rows: proofs } = await database.query<Proof>(
    `${proofOf('evidence', 'request_id')} union all ${proofOf('case_evidence', 'case_id')} order by id, sequence`,
  );
  const { rows: keys } = await database.query<{ name: string; id: string }>(
    `select client_id || ' ' || key as name, request_id as id from idempotency_keys`,
  );
  const { rows: waiting } = await database.query<{ id: string }>('select event_id as id from outbox');
  const grouped = new Map<string, Proof[]>();
  for (const proof of proofs) {
    const group = grouped.get(proof.id);
    if (group) group.push(proof);
    else grouped.set(proof.id, [proof]);
  }
  return {
    matters: new Map(matters.map((matter) => [matter.id, matter])),
    proofs: grouped,
    keys: new Map(keys.map(({ name, id }) => [name, id])),
    written: await readWitness(database),
    waiting: new Set(waiting.map(({ id }) => id)),
  };
}
