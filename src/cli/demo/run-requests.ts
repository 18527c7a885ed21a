import { setTimeout as sleep } from 'node:timers/promises';
import { generatePopulation } from '../../../adapters/civil/simulator/population.js';
import { samples } from '../../../adapters/civil/simulator/samples.js';
import type { Clock } from '../../clock.js';
import { readConfig } from '../../config/read-config.js';
import { configFolderOf, dataFolderOf } from '../../environment.js';
import { readAuditKeys } from '../../evidence/audit-keys.js';
import { openDatabase } from '../../store/database.js';
import type { ListenedEvent } from '../listen.js';
import { openOwnClient } from '../own-client.js';
import { liveTable, type Terminal } from './live-table.js';
import { planRequests } from './plan-requests.js';
import { isSettled, type Progress } from './progress.js';
import type { DemoParts } from './start-parts.js';
import { demoClient } from './submit-requests.js';
import { verifyEvidence } from './verify-evidence.js';

export interface RunSettings {
  readonly parts: DemoParts;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly run: string;
  readonly terminal: Terminal;
  /** Aborts when the demo is asked to stop. */
  readonly signal: AbortSignal;
  /** Lines of the listener come here from now on. */
  readonly listen: (take: (line: string) => void) => void;
}

/** What came of the run. */
export interface RunOutcome {
  readonly all: readonly Progress[];
  /** Codes of events that the listener did not accept. */
  readonly refusedEvents: readonly string[];
}

/** Longest time for all results, milliseconds. */
const resultsLimitMs = 60_000;

/**
 * Submits the planned requests and follows each of them to the end, or to the limit.
 *
 * @throws the signal's reason when it aborts, and what `parts.died` rejects with.
 */
export async function runRequests(settings: RunSettings): Promise<RunOutcome> {
  const { parts, clock, run, terminal, signal } = settings;
  const variables = { ...settings.variables, URA_DATA: dataFolderOf(settings.variables) };
  const own = await openOwnClient(variables, { municipality: '20' });
  const people = samples(generatePopulation(2026, 2000));
  const all: Progress[] = planRequests(people, run, own.organisation).map((planned) => ({ planned }));
  const folder = configFolderOf(variables);
  const keys = await readAuditKeys(await readConfig(folder, variables), folder);
  const database = openDatabase({ url: parts.databaseUrl, maxConnections: 2 });
  const table = liveTable(all, terminal);
  const onChange = table.update;
  const client = demoClient({ gatewayUrl: parts.gatewayUrl, own, clock, onChange });
  const refusedEvents: string[] = [];
  // Results may come before the answer over HTTP that says whose they are.
  const listened = new Map<string, ListenedEvent>();
  settings.listen((line) => {
    const parsed = JSON.parse(line) as ListenedEvent | { refused: string };
    if ('refused' in parsed) refusedEvents.push(parsed.refused);
    else listened.set(parsed.event.subject, parsed);
  });

  try {
    const submitted = client.submitAll(all);
    const until = performance.now() + resultsLimitMs;
    while (!all.every(isSettled) && performance.now() < until) {
      signal.throwIfAborted();
      for (const progress of all) await follow(progress);
      await Promise.race([sleep(20), parts.died]);
    }
    await submitted;
    table.end();
    return { all, refusedEvents };
  } finally {
    client.ura.close();
    await database.end();
  }

  /** Notices that a request has come out of Kafka, and has its evidence verified. */
  async function follow(progress: Progress): Promise<void> {
    const event = progress.requestId === undefined ? undefined : listened.get(progress.requestId);
    // What is replayed carries no request of its own.
    if (event === undefined || progress.checks !== undefined || progress.planned.replayOf !== undefined)
      return;
    progress.listened = event;
    onChange(progress);
    progress.checks = await verifyEvidence({ database, ura: client.ura, keys, clock }, event).catch(
      (error: Error) => [{ name: 'audit', ok: false, detail: error.message }],
    );
    onChange(progress);
  }
}
