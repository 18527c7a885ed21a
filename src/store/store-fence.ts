import type { Database, Queryable } from './database.js';
import { beginFirstEpoch, readStoreState, type StoreState } from './epoch-store.js';

/** This process must not work on the database any more; the sentence says why, and what to do. */
export class StoreUnfit extends Error {
  override readonly name = 'StoreUnfit';
}

/** Pause between two looks at what the database says about itself, milliseconds. */
const LOOK_EVERY_MS = 5_000;

/**
 * Keeps a process off a database that is not the one it began with: restored, promoted or copied to another server, or
 * with a schema that it is too old for. A connection does not outlive its server, so looking at each new one is enough
 * to keep what was in hand before (leases, events, positions) away from a restored database.
 */
export class StoreFence {
  #began: StoreState | undefined;
  #timer: NodeJS.Timeout | undefined;
  #end: (reason: StoreUnfit) => void = () => {};
  /** Resolves when the process must end. */
  readonly unfit = new Promise<StoreUnfit>((resolve) => {
    this.#end = resolve;
  });

  /** @param program number of the latest migration that this program knows. */
  constructor(private readonly program: number) {}

  /** For each new connection. @throws {StoreUnfit} */
  verify = async (connection: Queryable): Promise<void> => {
    if (this.#began) this.#compare(await readStoreState(connection));
  };

  /**
   * Once the schema is in place. From then on the process belongs to this server.
   *
   * @param onFailure told when the database could not be asked; it is asked again.
   * @throws {StoreUnfit} when the database was restored, promoted or copied and nobody said what that means.
   */
  async begin(database: Database, onFailure: (error: Error) => void): Promise<void> {
    await beginFirstEpoch(database);
    const state = await readStoreState(database);
    if (state.server !== state.notedServer) {
      throw new StoreUnfit(
        'the database was restored, promoted or copied since a gateway last worked on it: stop all gateways, then ' +
          'run `ura after-restore` once (docs/backup.md says when with --nothing-lost)',
      );
    }
    this.#began = state;
    this.#timer = setInterval(() => {
      readStoreState(database)
        .then((now) => this.#compare(now))
        .catch((error: Error) => {
          if (!(error instanceof StoreUnfit)) onFailure(error);
        });
    }, LOOK_EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #compare(now: StoreState): void {
    const began = this.#began as StoreState;
    const reason =
      now.server !== began.server || now.epoch !== began.epoch
        ? 'the database is not the one that this process began with: it was restored or promoted. Start again'
        : now.oldestProgram > this.program
          ? 'a newer Ura changed the schema so that this version must not work on it: start the newer one'
          : undefined;
    if (reason === undefined) return;
    const unfit = new StoreUnfit(reason);
    this.#end(unfit);
    throw unfit;
  }
}
