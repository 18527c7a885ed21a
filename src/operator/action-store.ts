import type { EvidenceItem } from '../requests/request.js';
import type { RequestState } from '../requests/states.js';
import type { Queryable } from '../store/database.js';
import { evidenceColumns } from '../store/evidence-columns.js';

/** One sending of an action. */
export interface KeyUse {
  readonly operatorId: string;
  readonly key: string;
  /** Path that it was sent to. */
  readonly target: string;
  readonly bodySha256: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export type Remembered =
  | { readonly kind: 'new' }
  /** `answer` is what {@link ActionStore.keepAnswer} was given, if it came to that. */
  | { readonly kind: 'repeated'; readonly answer?: unknown }
  | { readonly kind: 'other-body' };

/** An action as its evidence tells it. */
export interface RecordedAction {
  readonly sequence: number;
  readonly action: string;
  readonly operator: string;
  readonly role: string;
  readonly idempotencyKey: string;
  readonly reason: { readonly code: string; readonly text: string };
}

/** What operators write beside the change of a request itself, which goes through `results/complete.ts`. */
export interface ActionStore {
  /** Takes a key, or says what it was used for. */
  remember(use: KeyUse): Promise<Remembered>;
  /** What a repetition of the same sending is answered. */
  keepAnswer(operatorId: string, key: string, answer: unknown): Promise<void>;
  /** What operators did to a request so far. */
  actionsOn(requestId: string): Promise<RecordedAction[]>;
  /**
   * Takes over a request whose holder's lease has run out.
   *
   * @returns false when it is held by somebody, or is not being dispatched any more.
   */
  seize(requestId: string, owner: string, leaseMs: number): Promise<boolean>;
  /**
   * Adds evidence to a request without moving it, if it stands in one of these states.
   *
   * @returns false when it does not.
   */
  attach(
    requestId: string,
    states: readonly RequestState[],
    evidence: readonly EvidenceItem[],
    at: number,
  ): Promise<boolean>;
}

export function createActionStore(database: Queryable): ActionStore {
  return {
    async remember({ operatorId, key, target, bodySha256, at }) {
      const { rowCount } = await database.query(
        `insert into operator_actions (operator_id, key, target, body_sha256, created_at)
         values ($1, $2, $3, $4, $5) on conflict do nothing`,
        [operatorId, key, target, bodySha256, new Date(at)],
      );
      if (rowCount === 1) return { kind: 'new' };
      const { rows } = await database.query<{ same: boolean; answer: unknown }>(
        `select target = $3 and body_sha256 = $4 as same, answer from operator_actions
         where operator_id = $1 and key = $2`,
        [operatorId, key, target, bodySha256],
      );
      const [earlier] = rows;
      if (!earlier?.same) return { kind: 'other-body' };
      return earlier.answer === null ? { kind: 'repeated' } : { kind: 'repeated', answer: earlier.answer };
    },

    async keepAnswer(operatorId, key, answer) {
      await database.query('update operator_actions set answer = $3 where operator_id = $1 and key = $2', [
        operatorId,
        key,
        JSON.stringify(answer),
      ]);
    },

    async actionsOn(requestId) {
      const { rows } = await database.query<{ sequence: number; bytes: Buffer; meta: ActionMeta }>(
        `select sequence, bytes, meta from evidence where request_id = $1 and kind = 'operator-action'
         order by sequence`,
        [requestId],
      );
      return rows.map(({ sequence, bytes, meta: { action, operator, role, idempotencyKey } }) => ({
        sequence,
        action,
        operator,
        role,
        idempotencyKey,
        reason: (JSON.parse(bytes.toString()) as Pick<RecordedAction, 'reason'>).reason,
      }));
    },

    async seize(requestId, owner, leaseMs) {
      const { rowCount } = await database.query(
        `update requests set lease_owner = $2, lease_until = now() + $3 * interval '1 millisecond'
         where id = $1 and state = 'dispatching' and (lease_until is null or lease_until < now())`,
        [requestId, owner, leaseMs],
      );
      return rowCount === 1;
    },

    async attach(requestId, states, evidence, at) {
      const { rowCount } = await database.query(
        `with step as (
           update requests set evidence_count = evidence_count + cardinality($4::text[])
           where id = $1 and state = any ($2)
           returning id, evidence_count - cardinality($4::text[]) as evidence_before
         )
         insert into evidence
           (request_id, sequence, kind, bytes, sha256, media_type, signed_by, meta, recorded_at)
         select step.id, step.evidence_before + item.n, item.kind, item.bytes, item.sha256, item.media_type,
           item.signed_by, item.meta, $3
         from step, unnest($4::text[], $5::bytea[], $6::bytea[], $7::text[], $8::text[], $9::json[])
           with ordinality as item (kind, bytes, sha256, media_type, signed_by, meta, n)`,
        [requestId, states, new Date(at), ...evidenceColumns(evidence)],
      );
      return rowCount === evidence.length;
    },
  };
}

type ActionMeta = Pick<RecordedAction, 'action' | 'operator' | 'role' | 'idempotencyKey'>;
