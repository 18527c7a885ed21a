import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../clock.js';
import type { TrustSeen } from '../observe/readiness.js';
import { fingerprintOf } from '../trust/fingerprint.js';
import { LiveKeys } from '../trust/live-keys.js';
import { watchedPaths } from '../trust/watched-paths.js';
import type { Config } from './config.js';
import { type Keyring, loadKeyring } from './keyring.js';
import { adaptersLacking, needsRestart } from './needs-restart.js';
import type { WholeConfig } from './read-whole.js';
import { createSnapshot, type Snapshot } from './snapshot.js';

export interface LiveConfigParts {
  /** Folder of the configuration, watched with everything that it names. */
  readonly configFolder: string;
  /** Reads the configuration anew. @throws when it cannot be used. */
  readonly read: () => Promise<WholeConfig>;
  /** What keeps a set from being used beside what reading finds, such as development keys in production. */
  readonly refuse: (config: Config, keyring: Keyring) => readonly string[];
  readonly clock: Clock;
  readonly observe: LiveConfigObserver;
  /** How often files are looked at. Default 10 000. */
  readonly pollMs?: number;
}

export interface LiveConfigObserver {
  /** A new set is in use; `restart` names changed settings that count from the next start only. */
  loaded(snapshot: Snapshot, restart: readonly string[]): void;
  /** What is on disk cannot be used, and the set of before stays. Told once for each reason. */
  failed(error: Error): void;
  /** A revocation list could not be refreshed. */
  crlFailed(name: string, problem: string): void;
}

const defaultPollMs = 10_000;

/**
 * The configuration in use, exchanged while the process runs: its folder and whatever it names is looked at every few
 * seconds, and read anew as a whole when something changed. A set counts only as a whole: one broken file, and the set
 * of before stays in use. Clients, policies, queries, catalogue, municipalities and keys change in one step; settings
 * of the gateway itself and of its adapters count from the next start.
 */
export class LiveConfig {
  readonly keys: LiveKeys;
  readonly #stopping = new AbortController();
  readonly #parts: LiveConfigParts;
  /** What the process was started with. */
  readonly #started: Config;
  #current: Snapshot;
  /** What the files looked like when they were last read. */
  #seen = '';
  #loadedAt: number;
  #broken: { readonly since: number; readonly reason: string } | undefined;
  #reloading: Promise<boolean> = Promise.resolve(true);

  private constructor(parts: LiveConfigParts, snapshot: Snapshot) {
    this.#parts = parts;
    this.#started = snapshot.config;
    this.#current = snapshot;
    this.#loadedAt = parts.clock.now();
    this.keys = new LiveKeys({
      current: () => this.#current.keyring,
      clock: parts.clock,
      onCrlFailure: parts.observe.crlFailed,
    });
  }

  /**
   * Reads the first set. Revocation lists are asked for, and waited for, but none has to be there.
   *
   * @throws as `read` and `loadKeyring`, when there is nothing to begin with. `refuse` is left to the caller here.
   */
  static async open(parts: LiveConfigParts): Promise<LiveConfig> {
    const whole = await parts.read();
    const seen = await fingerprintOf(watchedPaths(parts.configFolder, whole.config));
    const keyring = await loadKeyring(whole.config, parts.clock);
    const live = new LiveConfig(parts, createSnapshot(whole, keyring));
    live.#seen = seen;
    await live.keys.prepare(keyring);
    return live;
  }

  /** The set in use at this moment. */
  current(): Snapshot {
    return this.#current;
  }

  /** For `/health/ready` and the metrics. */
  status(): TrustSeen {
    const now = this.#parts.clock.now();
    const secondsSince = (at: number): number => Math.floor((now - at) / 1000);
    return {
      configurationAgeSeconds: secondsSince(this.#loadedAt),
      // At least 1, because 0 says that all is well.
      unusableSeconds: this.#broken ? Math.max(1, secondsSince(this.#broken.since)) : 0,
      crls: this.keys.lists().map(({ name, thisUpdate, nextUpdate, problem }) => ({
        name,
        ...(thisUpdate === undefined ? {} : { ageSeconds: secondsSince(thisUpdate) }),
        ...(nextUpdate === undefined ? {} : { nextInSeconds: -secondsSince(nextUpdate) }),
        ...(problem === undefined ? {} : { problem }),
      })),
    };
  }

  /** Reads everything anew now, revocation lists included. @returns whether the new set is in use. */
  async reload(): Promise<boolean> {
    const isGood = await this.#inTurn(() => this.#load());
    await this.keys.refreshLists();
    return isGood;
  }

  /** Looks at the files until {@link stop}. */
  watch(): void {
    void this.#poll();
  }

  stop(): void {
    this.#stopping.abort();
    this.keys.stop();
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stopping;
    const pollMs = this.#parts.pollMs ?? defaultPollMs;
    while (!signal.aborted) {
      await sleep(pollMs, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      await this.#inTurn(async () => {
        const seen = await fingerprintOf(watchedPaths(this.#parts.configFolder, this.#current.config));
        const isChanged = seen !== this.#seen;
        if (!isChanged && this.#broken === undefined) return true;
        this.#seen = seen;
        const isGood = await this.#load();
        // A changed file can be a revocation list.
        if (isChanged) await this.keys.refreshLists();
        return isGood;
      });
    }
  }

  /** One reload at a time, in the order in which they were asked for. */
  #inTurn(work: () => Promise<boolean>): Promise<boolean> {
    this.#reloading = this.#reloading.then(work);
    return this.#reloading;
  }

  /** Never throws. */
  async #load(): Promise<boolean> {
    const { configFolder, clock, observe } = this.#parts;
    try {
      const whole = await this.#parts.read();
      const { config } = whole;
      // Taken before the files are read: what changes meanwhile is seen at the next look.
      const seen = await fingerprintOf(watchedPaths(configFolder, config));
      const keyring = await loadKeyring(config, clock);
      const sentences = [...this.#lacking(config), ...this.#parts.refuse(config, keyring)];
      if (sentences.length > 0) throw new Error(sentences.join(' '));
      const snapshot = createSnapshot(whole, keyring);
      // Before the new keys are in use, or the first messages would find them without their list.
      await this.keys.prepare(keyring);
      this.#current = snapshot;
      this.#seen = seen;
      this.#loadedAt = clock.now();
      this.#broken = undefined;
      observe.loaded(snapshot, needsRestart(this.#started, config));
      return true;
    } catch (error) {
      const reason = (error as Error).message;
      if (this.#broken?.reason !== reason) observe.failed(error as Error);
      this.#broken = { since: this.#broken?.since ?? clock.now(), reason };
      return false;
    }
  }

  /** A query whose registry nobody can ask must not be offered, so such a set waits for the start that opens it. */
  #lacking(config: Config): string[] {
    return adaptersLacking(this.#started, config).map(
      (name) => `Queries need adapter ${name}, which this process was started without: restart it.`,
    );
  }
}
