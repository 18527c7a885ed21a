import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../clock.js';
import { dataFolderOf, prepareDevelopmentKeys } from '../../environment.js';
import { startEmbeddedBroker } from '../../kafka/embedded-broker.js';
import { ensureTopics } from '../../kafka/topics.js';
import { resultsTopic } from '../../results/result-event.js';
import { startEmbeddedPostgres } from '../../store/embedded-postgres.js';
import { type Child, startChild } from './child.js';
import type { DemoPlace } from './one-demo.js';
import { choosePort } from './ports.js';
import { type DemoRegistry, placeRegistries } from './registries.js';
import { answersOk, waitFor } from './wait-for.js';

/** Everything that the demo shows, running. */
export interface DemoParts {
  readonly gatewayUrl: string;
  readonly registries: readonly DemoRegistry[];
  /** Where the gateway calls ADISA. */
  readonly webhookUrl: string;
  /** Environment in which the configuration is what the gateway reads. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly databaseUrl: string;
  readonly brokers: string;
  /** Rejects when one of the processes ends before it is asked to, with the last lines of its log. */
  readonly died: Promise<never>;
}

export interface StartSettings {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly place: DemoPlace;
  /** Name of this run, for the listener's state and consumer group. */
  readonly run: string;
  readonly print: (line: string) => void;
  /** Takes what the listener prints. */
  readonly onListened: (line: string) => void;
  /** Aborts when the demo is asked to stop: nothing more is started then. */
  readonly signal: AbortSignal;
  /** Gets each part's way to stop, as soon as there is something to stop; to be run last one first. */
  readonly onStarted: (stop: () => Promise<void>) => void;
}

/** Longest time for one part to become ready, milliseconds. */
const readyLimitMs = 60_000;

/**
 * Starts PostgreSQL and a broker in this process where none is named, and the registries, the gateway and
 * the listener as processes of their own; each is ready when this resolves.
 *
 * @throws {Error} saying which part did not start, and why.
 */
export async function startParts(settings: StartSettings): Promise<DemoParts> {
  const { variables, clock, place, run, print, signal, onStarted } = settings;
  const data = dataFolderOf(variables);
  const logs = join(data, 'logs');
  const state = join(data, 'demo', run);
  const step = stepPrinter(print, signal);
  await step('development keys', () => prepareDevelopmentKeys(variables, clock));
  await mkdir(logs, { recursive: true });

  const databaseUrl =
    variables.DATABASE_URL ??
    (await step('embedded PostgreSQL', async () => {
      const postgres = await startEmbeddedPostgres(data);
      // One that a killed demo left behind is ours to stop; any other that was there already is not.
      const stays = postgres.adopted && !place.leftBehind;
      if (stays) print('          it was running already: it is used, and left running');
      else onStarted(() => postgres.stop());
      return postgres.url;
    }));
  const isOwnBroker = !variables.KAFKA_BROKERS;
  const brokers =
    variables.KAFKA_BROKERS ||
    (await step('embedded Kafka broker', async () => {
      const broker = await startEmbeddedBroker();
      onStarted(() => broker.close());
      const shape = { partitions: 3, replicationFactor: 1 };
      await ensureTopics({ brokers: broker.brokers, topics: [{ name: resultsTopic('20'), ...shape }] });
      return broker.brokers;
    }));

  const port = await choosePort(Number(variables.PORT ?? 8080));
  const webhookPort = await choosePort(9307);
  const registries = await placeRegistries();
  const gatewayUrl = `http://127.0.0.1:${port}`;
  const webhookUrl = `http://127.0.0.1:${webhookPort}/webhooks`;
  if (port !== Number(variables.PORT ?? 8080))
    print(`          port ${variables.PORT ?? 8080} is taken: ${port} instead`);
  const childVariables = {
    ...variables,
    URA_DATA: data,
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: brokers,
    PORT: String(port),
    HOST: '127.0.0.1',
    ...Object.fromEntries(registries.map(({ variable }) => variable)),
    URA_ADISA_WEBHOOK: webhookUrl,
  };

  const deaths: Promise<never>[] = [];
  const start = (name: string, args: string[], onLine?: (line: string) => void): Child => {
    const child = startChild({
      name,
      args,
      logFile: join(logs, `${name}.log`),
      variables: childVariables,
      ...(onLine ? { onLine } : {}),
    });
    let asked = false;
    onStarted(() => {
      asked = true;
      return child.stop();
    });
    const death = child.ended.then((how) => {
      if (asked) return new Promise<never>(() => {});
      throw new Error(`the ${name} ${how}; the end of ${child.logFile}:\n${child.lastLines()}`);
    });
    // Looked at by whoever waits for something; a death that nobody waits for is no error of ours.
    death.catch(() => {});
    deaths.push(death);
    return child;
  };
  const ready = async (what: string, isSo: () => boolean | Promise<boolean>): Promise<void> => {
    const over = new AbortController();
    const until = AbortSignal.any([signal, over.signal]);
    try {
      await Promise.race([waitFor(what, readyLimitMs, until, isSo), ...deaths]);
    } finally {
      // Or it would go on asking for a part that died, and keep the process from ending.
      over.abort();
    }
  };

  let listening = false;
  const startListener = (): Child =>
    start(
      'listener',
      ['listen', '--municipality', '20', '--json', '--state', state, '--group', `ura-demo-${run}`],
      (line) => {
        if (line.startsWith('{"listening":')) listening = true;
        else settings.onListened(line);
      },
    );
  start('simulator', ['simulate', ...registries.map(({ name }) => name)]);
  start('gateway', ['serve']);
  // Joining a group takes the embedded broker seconds, which pass while the gateway starts. On any other broker the
  // topic is the gateway's to create, and one that is missing is looked for again only after ten seconds.
  if (isOwnBroker) startListener();
  const names = registries.map(({ name }) => name).join(', ');
  await step(`simulated registries: ${names}`, () =>
    ready('the registries', async () => {
      const answers = await Promise.all(registries.map(({ url }) => answersOk(`${url}/health`)));
      return answers.every((isUp) => isUp);
    }),
  );
  await step(`gateway at ${gatewayUrl}`, () =>
    ready('the gateway', () => answersOk(`${gatewayUrl}/health/ready`)),
  );
  if (!isOwnBroker) startListener();
  await step("listener of Divjakë's workflow", () => ready('the listener', () => listening));
  print(`          logs in ${logs}`);
  const died = Promise.race(deaths);
  died.catch(() => {});
  return { gatewayUrl, registries, webhookUrl, variables: childVariables, databaseUrl, brokers, died };
}

/** Prints each step with the seconds since the first began. */
function stepPrinter(print: (line: string) => void, signal: AbortSignal) {
  const startedAt = performance.now();
  return async <Result>(what: string, work: () => Promise<Result>): Promise<Result> => {
    signal.throwIfAborted();
    const result = await work();
    print(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${what}`);
    return result;
  };
}
