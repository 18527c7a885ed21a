import { Command } from 'commander';
import { dataFolderOf, isProduction } from '../../environment.js';
import type { CommandParts } from '../command-parts.js';
import { findMissing } from './check.js';
import type { Terminal } from './live-table.js';
import { takePlace } from './one-demo.js';
import { runMorning } from './run-morning.js';
import { type DemoParts, startParts } from './start-parts.js';
import { summarize } from './summary.js';

/** `ura demo` */
export function demoCommand(parts: CommandParts & { readonly terminal: Terminal }): Command {
  return new Command('demo')
    .description(
      'start everything, and play a morning at the one-stop shop of Divjakë and at a counter of ADISA',
    )
    .option('--once', 'end by itself: exit code 0 only if everything came out as it has to', false)
    .addHelpText(
      'after',
      `
Embedded PostgreSQL and broker (or those of DATABASE_URL and KAFKA_BROKERS), six simulated registries, the
gateway and the listener of Divjakë's one-stop shop. The morning has 12 cases of 8 services: one answer comes
late, one registry says no, one act is answered by hand out of a paper book, and one application comes from
ADISA, which is told each state by GET, webhook and topic. An agency asks by SOAP, and two misuses are turned
away. Every result is taken out of Kafka, and its evidence is verified by a second implementation. Data and logs
are in URA_DATA (default: .ura).

Examples:
  $ ura demo
      stays up until Ctrl-C; open http://127.0.0.1:8080/docs meanwhile
  $ ura demo --once
      for scripts: ends by itself
  $ PORT=8090 URA_DATA=/tmp/ura-demo ura demo
      on another port, with data of its own`,
    )
    .action(({ once }: { once: boolean }) => runDemo(parts, once));
}

async function runDemo(
  { print, variables, clock, asked, terminal }: CommandParts & { readonly terminal: Terminal },
  once: boolean,
): Promise<void> {
  if (isProduction(variables)) {
    throw new Error('the demo makes development keys and sends made-up requests: unset URA_ENV to run it');
  }
  const startedAt = performance.now();
  const run = clock.now().toString(36).slice(-6);
  const place = await takePlace(dataFolderOf(variables));
  const stops: (() => Promise<void>)[] = [];
  const stopping = new AbortController();
  void asked.then(() => stopping.abort(new Asked()));
  const { signal } = stopping;
  let takeLine: (line: string) => void = () => {};

  try {
    const parts = await startParts({
      variables,
      clock,
      place,
      run,
      print,
      signal,
      onListened: (line) => takeLine(line),
      onStarted(stop) {
        stops.push(stop);
      },
    });
    const listen = (take: typeof takeLine): void => {
      takeLine = take;
    };
    const outcome = await runMorning({ parts, variables, clock, run, terminal, signal, listen });
    for (const line of summarize(outcome, performance.now() - startedAt)) print(line);
    const missing = findMissing(outcome);
    if (once && missing.length > 0)
      throw new Error(`the demo did not come out right:\n${missing.join('\n')}`);
    if (once) return;
    for (const line of missing) print(line);
    printUrls(parts, print);
    await Promise.race([parts.died, asked]);
  } catch (error) {
    // To be asked to stop is how a demo that stays up ends; one that has to prove something has not.
    if (!(error instanceof Asked)) throw error;
    if (once) throw new Error('the demo was asked to stop before it had everything');
  } finally {
    print('stopping');
    await stopAll(stops);
    await place.leave();
  }
}

class Asked extends Error {}

/** Last started, first stopped; each at its own pace, and none keeps the next from being stopped. */
async function stopAll(stops: (() => Promise<void>)[]): Promise<void> {
  for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop().catch(() => {});
}

function printUrls({ gatewayUrl, registries, brokers }: DemoParts, print: (line: string) => void): void {
  print('');
  print(`gateway            ${gatewayUrl}`);
  print(`API page           ${gatewayUrl}/docs`);
  print(`metrics            ${gatewayUrl}/metrics`);
  print(`readiness          ${gatewayUrl}/health/ready`);
  for (const { name, url } of registries) print(`${name.padEnd(18)} ${url}/control`);
  print(`Kafka              ${brokers}`);
  print('Ctrl-C stops everything.');
}
