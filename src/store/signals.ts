import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, openConnection } from './database.js';

/** What the nodes tell each other through the database, so that none has to wait for its next look. */
export interface Signals {
  /** A request was stored that nobody works on yet. */
  work(): void;
  /** A request ended that another node may have somebody waiting for. */
  ended(requestId: string): void;
  stop(): Promise<void>;
}

export interface SignalParts {
  /** For what is said. */
  readonly database: Database;
  /** For the connection that listens. */
  readonly url: string;
  readonly onWork: () => void;
  readonly onEnded: (requestId: string) => void;
  /** Not heard from the database: whoever waits finds out by looking. */
  readonly onProblem: (error: Error) => void;
}

const WORK = 'ura_work';
const ENDED = 'ura_ended';
/** Signals of this time go out together, milliseconds: a notification takes a lock over the whole server. */
const GATHER_MS = 25;
/** A payload holds 8,000 bytes; an id takes 37. */
const IDS_A_PAYLOAD = 200;
const RECONNECT_MS = 1_000;

/**
 * Signals over LISTEN and NOTIFY. They only save time: each can get lost, and everybody still looks by himself.
 */
export function openSignals(parts: SignalParts): Signals {
  const stopping = new AbortController();
  let hasWork = false;
  let ended: string[] = [];
  let timer: NodeJS.Timeout | undefined;

  const send = async (): Promise<void> => {
    timer = undefined;
    const payloads: [string, string][] = [];
    if (hasWork) payloads.push([WORK, '']);
    for (let from = 0; from < ended.length; from += IDS_A_PAYLOAD) {
      payloads.push([ENDED, ended.slice(from, from + IDS_A_PAYLOAD).join(',')]);
    }
    hasWork = false;
    ended = [];
    await parts.database.query(
      'select pg_notify(channel, payload) from unnest($1::text[], $2::text[]) as s (channel, payload)',
      [payloads.map(([channel]) => channel), payloads.map(([, payload]) => payload)],
    );
  };
  const sendSoon = (): void => {
    if (stopping.signal.aborted) return;
    timer ??= setTimeout(() => void send().catch(parts.onProblem), GATHER_MS);
  };
  const listening = listen(parts, stopping.signal);

  return {
    work() {
      hasWork = true;
      sendSoon();
    },
    ended(requestId) {
      ended.push(requestId);
      sendSoon();
    },
    async stop() {
      clearTimeout(timer);
      stopping.abort();
      await listening;
    },
  };
}

/** Listens on a connection of its own, and makes a new one whenever it breaks. */
async function listen(parts: SignalParts, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    const connection = openConnection(parts.url, 'ura signals');
    let end: () => void = () => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    connection.on('error', end);
    connection.on('end', end);
    stopping.addEventListener('abort', end);
    connection.on('notification', ({ channel, payload = '' }) => {
      if (channel === WORK) parts.onWork();
      else for (const id of payload.split(',')) parts.onEnded(id);
    });
    try {
      await connection.connect();
      await connection.query(`listen ${WORK}; listen ${ENDED}`);
      await over;
    } catch (error) {
      parts.onProblem(error as Error);
    }
    // A store that is away for long means many connections, and none of them may be kept.
    stopping.removeEventListener('abort', end);
    await connection.end().catch(() => {});
    await sleep(RECONNECT_MS, undefined, { signal: stopping }).catch(() => {});
  }
}
