import { generateKeyPairSync, sign } from 'node:crypto';
import { systemClock } from '../../src/clock.js';
import { uuidV7 } from '../../src/ids.js';
import { createDeadLetterNotices } from '../../src/outbox/dead-letter-notice.js';
import { createDeadLetterStore, type DeadLetterStore } from '../../src/outbox/dead-letter-store.js';
import { createOutboxStore, type OutboxRow, type OutboxStore } from '../../src/outbox/outbox-store.js';
import { createPartitionStore, type PartitionStore } from '../../src/outbox/partition-store.js';
import { Relay, type RelayParts, type RelaySettings } from '../../src/outbox/relay.js';
import type { EventSink } from '../../src/outbox/send-in-order.js';
import type { OutgoingEvent } from '../../src/requests/request.js';
import type { Signer } from '../../src/signing/signer.js';
import type { Database } from '../../src/store/database.js';
import { freshDatabase } from '../support/fresh-database.js';
import { waitFor } from '../support/wait-for.js';

export const signer: Signer = {
  keyId: 'gateway-2026',
  algorithm: 'ecdsa-p256-sha256',
  sign: async (data) => sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
};
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

export const notices = createDeadLetterNotices({
  ids: uuidV7(systemClock),
  source: 'https://ura.example/',
  contractsUrl: 'https://ura.example/contracts',
  signer,
});

/** Takes everything, until it is told otherwise. */
export class ScriptedSink implements EventSink {
  readonly seen: OutboxRow[] = [];
  readonly delivered: OutboxRow[] = [];
  /** Ids of the events of each call. */
  readonly calls: string[][] = [];
  /** True: delivered. A word: the code of the refusal. An error: the sink throws it. */
  verdict: (row: OutboxRow, call: readonly OutboxRow[]) => true | string | Error | Promise<true | string> =
    () => true;

  async produce(events: readonly OutboxRow[]) {
    this.seen.push(...events);
    this.calls.push(events.map(({ id }) => id));
    return Promise.all(
      events.map(async (row) => {
        const verdict = await this.verdict(row, events);
        if (verdict instanceof Error) throw verdict;
        if (verdict === true) this.delivered.push(row);
        return verdict === true ? { delivered: true } : { delivered: false, code: verdict };
      }),
    );
  }
}

/** A database with relays on it, and a sink that says what becomes of each event. */
export interface RelayScene {
  readonly database: Database;
  readonly store: OutboxStore;
  readonly partitions: PartitionStore;
  readonly deadLetters: DeadLetterStore;
  readonly sink: ScriptedSink;
  readonly failures: string[];
  put(...events: OutgoingEvent[]): Promise<void>;
  open(parts?: Partial<RelayParts>, settings?: RelaySettings): Relay;
  start(parts?: Partial<RelayParts>, settings?: RelaySettings): Relay;
  left(): Promise<number>;
  emptied(): Promise<void>;
  /** Process ids of the connections that hold locks, one for each lock. */
  lockHolders(): Promise<number[]>;
  close(): Promise<void>;
}

export async function openRelayScene(sessionTimeoutMs = 10_000): Promise<RelayScene> {
  const { database, drop } = await freshDatabase();
  const store = createOutboxStore(database);
  const partitions = createPartitionStore(database, { sessionTimeoutMs });
  const deadLetters = createDeadLetterStore(database);
  const sink = new ScriptedSink();
  const relays: Relay[] = [];
  const failures: string[] = [];
  const open: RelayScene['open'] = (parts = {}, settings = {}) => {
    const relay = new Relay(
      {
        store,
        partitions,
        deadLetters,
        sink,
        notices,
        clock: systemClock,
        onFailure: (reason) => failures.push(reason),
        ...parts,
      },
      { batchSize: 10, pollMs: 10, retryMs: 10, balanceMs: 50, ...settings },
    );
    relays.push(relay);
    return relay;
  };
  const left = async (): Promise<number> => (await store.waiting()).count;
  return {
    database,
    store,
    partitions,
    deadLetters,
    sink,
    failures,
    open,
    left,
    async put(...events) {
      for (const { id, topic, key, headers, value } of events) {
        await database.query(
          'insert into outbox (event_id, topic, key, headers, value, created_at) values ($1, $2, $3, $4, $5, now())',
          [id, topic, key, JSON.stringify(headers), value],
        );
      }
    },
    start(parts, settings) {
      const relay = open(parts, settings);
      relay.start();
      return relay;
    },
    async emptied() {
      await waitFor(async () => ((await left()) === 0 ? true : undefined), 'an empty outbox', 8_000);
    },
    async lockHolders() {
      const { rows } = await database.query<{ pid: number }>(
        `select pid from pg_locks where locktype = 'advisory' and granted and database =
           (select oid from pg_database where datname = current_database())`,
      );
      return rows.map(({ pid }) => pid);
    },
    async close() {
      await Promise.all(relays.map((relay) => relay.stop()));
      await drop();
    },
  };
}

export function ids(rows: readonly { readonly id: string }[]): string[] {
  return rows.map(({ id }) => id);
}
