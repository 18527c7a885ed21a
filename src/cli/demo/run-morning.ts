import { setTimeout as sleep } from 'node:timers/promises';
import { generatePopulation } from '../../../adapters/civil/simulator/population.js';
import type { Clock } from '../../clock.js';
import { readConfig } from '../../config/read-config.js';
import { configFolderOf, dataFolderOf } from '../../environment.js';
import { readAuditKeys } from '../../evidence/audit-keys.js';
import { openDatabase } from '../../store/database.js';
import { openOwnClient } from '../own-client.js';
import { startAdisaCounter } from './adisa-counter.js';
import { startApplicationDesk } from './application-desk.js';
import { castOf } from './cast.js';
import { follower } from './follow.js';
import { liveTable, type Terminal } from './live-table.js';
import { planMorning } from './plan-morning.js';
import { playMorning } from './play-morning.js';
import { begin, isSettled, type Progress } from './progress.js';
import { readJournals } from './registries.js';
import { openSoapAgency } from './soap-agency.js';
import type { DemoParts } from './start-parts.js';
import { frontDesk } from './submit-morning.js';

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

/** What came of the morning. */
export interface RunOutcome {
  readonly all: readonly Progress[];
  /** Codes of events and calls that were not accepted by whom they came to. */
  readonly refusedEvents: readonly string[];
  /** Questions of this run that each registry executed, by its own journal. */
  readonly journals: ReadonlyMap<string, number>;
}

/** Longest time for the whole morning, milliseconds. */
const morningLimitMs = 90_000;

/**
 * Plays the planned morning and follows each matter to its end, or to the limit.
 *
 * @throws the signal's reason when it aborts, and what `parts.died` rejects with.
 */
export async function runMorning(settings: RunSettings): Promise<RunOutcome> {
  const { parts, clock, run, terminal, signal } = settings;
  const { gatewayUrl, brokers, webhookUrl, registries } = parts;
  const variables = { ...parts.variables, URA_DATA: dataFolderOf(settings.variables) };
  const own = await openOwnClient(variables, { municipality: '20' });
  const cast = castOf(generatePopulation(2026, 2000));
  const all = planMorning(cast, run, own.organisation).map(begin);
  const folder = configFolderOf(variables);
  const keys = await readAuditKeys(await readConfig(folder, variables), folder);
  const database = openDatabase({ url: parts.databaseUrl, maxConnections: 2 });
  const counter = await startAdisaCounter({ variables, gatewayUrl, brokers, webhookUrl, run, clock });
  const desk = startApplicationDesk({ own, brokers, run, clock });
  const agency = await openSoapAgency(variables, gatewayUrl, clock);
  const table = liveTable(all, terminal);
  const onChange = table.update;
  const front = frontDesk({ gatewayUrl, own, clock, onChange });
  const follow = follower({ all, evidence: { database, ura: front.ura, keys, clock }, onChange });
  settings.listen(follow.take);
  const over = new AbortController();

  try {
    const until = AbortSignal.any([signal, over.signal]);
    const limitMs = morningLimitMs;
    const played = playMorning({
      all,
      front,
      counter,
      desk,
      agency,
      cast,
      registries,
      organisation: own.organisation,
      clock,
      limitMs,
      signal: until,
      onChange,
    });
    // Told at the end, by what is missing then; until then it must not end the process.
    let problem: Error | undefined;
    const ended = played.catch((error: Error) => {
      problem = error;
    });
    const endsAt = performance.now() + limitMs;
    let readAgainAt = 0;
    while (!all.every(isSettled) && performance.now() < endsAt && problem === undefined) {
      signal.throwIfAborted();
      await follow.step();
      if (table.isLive && performance.now() >= readAgainAt) {
        readAgainAt = performance.now() + 1_000;
        await follow.readSteps();
      }
      await Promise.race([sleep(20), parts.died]);
    }
    over.abort(new Error('the morning is over'));
    await ended;
    if (problem !== undefined && !all.every(isSettled)) {
      signal.throwIfAborted();
      for (const progress of all) if (!isSettled(progress)) progress.failure ??= problem.message;
    }
    table.end();
    const journals = await readJournals(registries, new Set(all.map(({ planned }) => planned.caseId)));
    return { all, refusedEvents: [...follow.refused, ...counter.refused, ...desk.refused], journals };
  } finally {
    over.abort(new Error('the morning is over'));
    front.ura.close();
    await Promise.all([counter.stop(), desk.stop()]);
    await database.end();
  }
}
