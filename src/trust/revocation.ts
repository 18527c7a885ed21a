import type { Clock } from '../clock.js';
import { SignatureRefused } from '../signing/refusals.js';
import type { TrustedKey } from '../signing/signer.js';
import { type CrlSource, type CrlStatus, RevocationList } from './revocation-list.js';

export interface RevocationParts {
  readonly clock: Clock;
  /** Told of each refresh that brought no list; `problem` names one code for each source. */
  readonly onFailure: (name: string, problem: string) => void;
}

/** After a failure the next try comes sooner than the next refresh, milliseconds. */
const retryMs = 60_000;

interface Kept {
  readonly list: RevocationList;
  timer?: NodeJS.Timeout;
  /** The refresh under way, so that two never overlap. */
  running?: Promise<void>;
}

/** The revocation lists of all partners that have one, each refreshed by its own timer. */
export class Revocation {
  #lists = new Map<string, Kept>();
  #ofKey = new WeakMap<TrustedKey, RevocationList>();
  readonly #parts: RevocationParts;
  readonly #stopping = new AbortController();

  constructor(parts: RevocationParts) {
    this.#parts = parts;
  }

  /**
   * Follows a new set of keys. A list whose issuer and sources stayed the same is kept with what it knows; lists of
   * before are given up; new ones are loaded before this resolves, whether they can be or not.
   *
   * @param covered keys that a list speaks about, with that list.
   */
  async follow(sources: readonly CrlSource[], covered: ReadonlyMap<TrustedKey, CrlSource>): Promise<void> {
    const lists = new Map<string, Kept>();
    const fresh: Kept[] = [];
    for (const source of sources) {
      const known = this.#lists.get(source.name);
      if (known !== undefined && isSame(known.list.source, source)) lists.set(source.name, known);
      else {
        const kept = { list: new RevocationList(source, this.#parts.clock) };
        lists.set(source.name, kept);
        fresh.push(kept);
      }
    }
    await Promise.all(fresh.map((kept) => this.#refresh(kept)));
    for (const [name, kept] of this.#lists) if (lists.get(name) !== kept) clearTimeout(kept.timer);
    this.#lists = lists;
    for (const [key, { name }] of covered) {
      const list = lists.get(name)?.list;
      if (list !== undefined) this.#ofKey.set(key, list);
    }
  }

  /** Refreshes every list now. */
  async refresh(): Promise<void> {
    await Promise.all([...this.#lists.values()].map((kept) => this.#refresh(kept)));
  }

  /**
   * For the profiles: true when the key's certificate is on its partner's list.
   *
   * @throws {SignatureRefused} `key-revocation-unknown` when a list is configured and none was ever loaded: a key that
   * may be revoked is not taken for good.
   */
  isRevoked(key: TrustedKey): boolean {
    const list = this.#ofKey.get(key);
    if (list === undefined || key.certificate === undefined) return false;
    const standing = list.standing(key.certificate);
    if (standing === 'unknown') throw new SignatureRefused('key-revocation-unknown');
    return standing !== 'good';
  }

  statuses(): CrlStatus[] {
    return [...this.#lists.values()].map(({ list }) => list.status());
  }

  stop(): void {
    this.#stopping.abort();
    for (const { timer } of this.#lists.values()) clearTimeout(timer);
  }

  #refresh(kept: Kept): Promise<void> {
    kept.running ??= this.#refreshOnce(kept).finally(() => {
      delete kept.running;
    });
    return kept.running;
  }

  async #refreshOnce(kept: Kept): Promise<void> {
    const { signal } = this.#stopping;
    const { name, refreshMinutes } = kept.list.source;
    const problem = await kept.list.refresh(signal);
    if (signal.aborted) return;
    if (problem !== undefined) this.#parts.onFailure(name, problem);
    clearTimeout(kept.timer);
    const refreshMs = refreshMinutes * 60_000;
    const pauseMs = problem === undefined ? refreshMs : Math.min(refreshMs, retryMs);
    kept.timer = setTimeout(() => void this.#refresh(kept), pauseMs);
    // Nobody waits for a revocation list: it must not keep a process up.
    kept.timer.unref();
  }
}

function isSame(one: CrlSource, other: CrlSource): boolean {
  return (
    one.issuer.fingerprint256 === other.issuer.fingerprint256 &&
    one.refreshMinutes === other.refreshMinutes &&
    one.sources.join('\n') === other.sources.join('\n')
  );
}
