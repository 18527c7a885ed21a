import type { Clock } from '../clock.js';
import { type Config, KEY_DAYS } from '../config/config.js';
import { makeMonths } from '../months/make-months.js';
import { createMonthStore } from '../months/month-store.js';
import type { Logger } from '../observe/logger.js';
import { createKeyStore } from '../requests/key-store.js';
import { type Database, openDatabase } from '../store/database.js';
import type { createExchangeStore } from '../store/exchange-store.js';
import { latestMigration, migrate } from '../store/migrate.js';
import type { createReplayStore } from '../store/replay-store.js';
import { StoreFence, type StoreUnfit } from '../store/store-fence.js';

const PURGE_EVERY_MS = 60_000;
const MONTHS_EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** How long exchanges under `nonrepudiation` are kept where the settings say nothing. */
const EXCHANGE_DAYS = 365;

/** The database of this process, with the schema in place. */
export interface OpenStore {
  readonly database: Database;
  /** Resolves when this process must not work on the database any more. */
  readonly unfit: Promise<StoreUnfit>;
  /** Begins to make the tables of coming months, and to delete what has been kept long enough. */
  keepHouse(parts: HousekeepingParts): void;
  close(): Promise<void>;
}

export interface HousekeepingParts {
  readonly settings: Pick<Config['gateway'], 'nonrepudiation' | 'idempotencyKeys'>;
  readonly replaySet: Pick<ReturnType<typeof createReplayStore>, 'purge'>;
  readonly exchanges: Pick<ReturnType<typeof createExchangeStore>, 'purge'>;
  readonly clock: Clock;
  readonly onFailure: (what: string, error: Error) => void;
}

/**
 * Opens the database, brings its schema up to date, and makes sure that it is the one that gateways worked on before.
 *
 * @throws {SchemaMismatch} {StoreUnfit}
 */
export async function openStore(url: string, logger: Logger): Promise<OpenStore> {
  const fence = new StoreFence(await latestMigration());
  const database = openDatabase({
    url,
    verify: fence.verify,
    onIdleError: (error) => logger.warn({ error }, 'an idle database connection broke'),
  });
  try {
    const migrated = await migrate(database);
    if (migrated.length > 0) logger.info({ migrations: migrated }, 'schema brought up to date');
    await fence.begin(database, (error) =>
      logger.warn({ error }, 'the store could not be asked for its state'),
    );
  } catch (error) {
    await database.end();
    throw error;
  }
  void fence.unfit.then((reason) =>
    logger.error({ reason: reason.message }, 'ALARM: the store is not ours any more'),
  );
  const timers: NodeJS.Timeout[] = [];
  const underWay = new Set<Promise<void>>();

  return {
    database,
    unfit: fence.unfit,

    keepHouse({ settings, replaySet, exchanges, clock, onFailure }) {
      const months = createMonthStore(database);
      const keys = createKeyStore(database);
      const run = (what: string, work: () => Promise<unknown>): void => {
        const running = work()
          .then(
            () => {},
            (error: Error) => onFailure(what, error),
          )
          .finally(() => underWay.delete(running));
        underWay.add(running);
      };
      const before = (days: number): number => clock.now() - days * DAY_MS;
      const purge = async (): Promise<void> => {
        await Promise.all([
          replaySet.purge(clock.now()),
          exchanges.purge(before(settings.nonrepudiation?.retentionDays ?? EXCHANGE_DAYS)),
          keys.purge(before(settings.idempotencyKeys?.retentionDays ?? KEY_DAYS)),
        ]);
      };
      const make = async (): Promise<void> => {
        const made = await makeMonths(months);
        if (made.length > 0) logger.info({ months: made }, 'tables of coming months made');
      };
      // Not waited for: every id has a place already, and a long backup may hold it up.
      run('months', make);
      timers.push(setInterval(() => run('months', make), MONTHS_EVERY_MS));
      timers.push(setInterval(() => run('purge', purge), PURGE_EVERY_MS));
    },

    async close() {
      fence.stop();
      for (const timer of timers) clearInterval(timer);
      await Promise.all(underWay);
      await database.end();
    },
  };
}
