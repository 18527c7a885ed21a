import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../clock.js';
import type { Config } from '../config/config.js';
import { type CertificateTerm, type Keyring, loadKeyring } from '../config/keyring.js';
import type { TrustSeen } from '../observe/readiness.js';
import { SignatureRefused } from '../signing/refusals.js';
import type { Signer, TrustedKey } from '../signing/signer.js';
import { currentSigner } from './current-signer.js';
import { fingerprintOf } from './fingerprint.js';
import { Revocation } from './revocation.js';
import { watchedPaths } from './watched-paths.js';

export interface LiveKeysParts {
  /** Folder of the configuration, watched with everything that it names. */
  readonly configFolder: string;
  /** Reads the configuration anew. @throws when it cannot be used. */
  readonly readConfig: () => Promise<Config>;
  /** What keeps a set from being used beside what reading finds, such as development keys in production. */
  readonly refuse: (config: Config, keyring: Keyring) => readonly string[];
  readonly clock: Clock;
  readonly observe: LiveKeysObserver;
  /** How often files are looked at. Default 10 000. */
  readonly pollMs?: number;
}

export interface LiveKeysObserver {
  /** A new set is in use. */
  loaded(keyring: Keyring): void;
  /** What is on disk cannot be used, and the set of before stays. Told once for each reason. */
  failed(error: Error): void;
  /** A revocation list could not be refreshed. */
  crlFailed(name: string, problem: string): void;
}

const defaultPollMs = 10_000;

/**
 * The keys in use, exchanged while the process runs: whatever the configuration names is looked at every few
 * seconds, and read anew as a whole when something changed. A set counts only as a whole: one broken file, and the
 * set of before stays in use. Revocation lists follow the set.
 */
export class LiveKeys {
  readonly http: Signer = currentSigner(() => this.#keyring.http);
  readonly messages: Signer = currentSigner(() => this.#keyring.messages);
  readonly #revocation: Revocation;
  readonly #stopping = new AbortController();
  readonly #parts: LiveKeysParts;
  #config: Config;
  #keyring: Keyring;
  /** What the files looked like when they were last read. */
  #seen = '';
  #loadedAt: number;
  #broken: { readonly since: number; readonly reason: string } | undefined;
  #reloading: Promise<boolean> = Promise.resolve(true);
  #follow: (keyring: Keyring) => void = () => {};

  private constructor(parts: LiveKeysParts, config: Config, keyring: Keyring) {
    this.#parts = parts;
    this.#config = config;
    this.#keyring = keyring;
    this.#loadedAt = parts.clock.now();
    this.#revocation = new Revocation({ clock: parts.clock, onFailure: parts.observe.crlFailed });
  }

  /**
   * Reads the first set. Revocation lists are asked for, and waited for, but none has to be there.
   *
   * @throws as `loadKeyring`, when there is nothing to begin with.
   */
  static async open(config: Config, parts: LiveKeysParts): Promise<LiveKeys> {
    const seen = await fingerprintOf(watchedPaths(parts.configFolder, config));
    const live = new LiveKeys(parts, config, await loadKeyring(config, parts.clock));
    live.#seen = seen;
    await live.#revocation.follow(live.#keyring.crls, live.#keyring.covered);
    return live;
  }

  /** The set in use at this moment. */
  current(): Keyring {
    return this.#keyring;
  }

  /**
   * For profile `http-sig`.
   *
   * @throws {SignatureRefused} `key-revoked`, `key-revocation-unknown`.
   */
  findClientKey(keyId: string): TrustedKey | undefined {
    const key = this.#keyring.clients.get(keyId);
    if (key !== undefined && this.isRevoked(key)) throw new SignatureRefused('key-revoked');
    return key;
  }

  /** For the profiles of one registry. */
  trustedOf(adapter: string): readonly TrustedKey[] {
    return this.#keyring.registries.get(adapter) ?? [];
  }

  /** @throws {SignatureRefused} `key-revocation-unknown`. */
  isRevoked(key: TrustedKey): boolean {
    return this.#revocation.isRevoked(key);
  }

  certificates(): CertificateTerm[] {
    return this.#keyring.certificates();
  }

  /** For `/health/ready` and the metrics. */
  status(): TrustSeen {
    const now = this.#parts.clock.now();
    const secondsSince = (at: number): number => Math.floor((now - at) / 1000);
    return {
      keysAgeSeconds: secondsSince(this.#loadedAt),
      // At least 1, because 0 says that all is well.
      unusableSeconds: this.#broken ? Math.max(1, secondsSince(this.#broken.since)) : 0,
      crls: this.#revocation.statuses().map(({ name, thisUpdate, nextUpdate, problem }) => ({
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
    await this.#revocation.refresh();
    return isGood;
  }

  /** Called with each new set that is in use from then on; for what cannot ask each time, such as a TLS server. */
  onReload(follow: (keyring: Keyring) => void): void {
    this.#follow = follow;
  }

  /** Looks at the files until {@link stop}. */
  watch(): void {
    void this.#poll();
  }

  stop(): void {
    this.#stopping.abort();
    this.#revocation.stop();
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stopping;
    const pollMs = this.#parts.pollMs ?? defaultPollMs;
    while (!signal.aborted) {
      await sleep(pollMs, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      await this.#inTurn(async () => {
        const seen = await fingerprintOf(watchedPaths(this.#parts.configFolder, this.#config));
        const isChanged = seen !== this.#seen;
        if (!isChanged && this.#broken === undefined) return true;
        this.#seen = seen;
        const isGood = await this.#load();
        // A changed file can be a revocation list.
        if (isChanged) await this.#revocation.refresh();
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
      const config = await this.#parts.readConfig();
      // Taken before the files are read: what changes meanwhile is seen at the next look.
      const seen = await fingerprintOf(watchedPaths(configFolder, config));
      const keyring = await loadKeyring(config, clock);
      const sentences = this.#parts.refuse(config, keyring);
      if (sentences.length > 0) throw new Error(sentences.join(' '));
      // Before the new keys are in use, or the first messages would find them without their list.
      await this.#revocation.follow(keyring.crls, keyring.covered);
      this.#config = config;
      this.#keyring = keyring;
      this.#seen = seen;
      this.#loadedAt = clock.now();
      this.#broken = undefined;
      this.#follow(keyring);
      observe.loaded(keyring);
      return true;
    } catch (error) {
      const reason = (error as Error).message;
      if (this.#broken?.reason !== reason) observe.failed(error as Error);
      this.#broken = { since: this.#broken?.since ?? clock.now(), reason };
      return false;
    }
  }
}
