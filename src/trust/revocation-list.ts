import type { X509Certificate } from 'node:crypto';
import type { Clock } from '../clock.js';
import { type Crl, readCrl, serialOf } from './crl.js';
import { CrlUnusable } from './crl-unusable.js';
import { fetchCrl } from './fetch-crl.js';

/** The revocation list of one partner, as the configuration names it. */
export interface CrlSource {
  /** `registry-<adapter>` or `client-<id>`. */
  readonly name: string;
  /** Pinned: issued the partner's certificates, and signs the list. */
  readonly issuer: X509Certificate;
  /** Files and URLs, asked in this order until one gives a list that can be used. */
  readonly sources: readonly string[];
  readonly refreshMinutes: number;
}

/** What is known about the revocation of a certificate. `unknown`: no list was ever loaded. */
export type Standing = 'good' | 'revoked' | 'unknown';

export interface CrlStatus {
  readonly name: string;
  /** Milliseconds since the epoch, of the list in use. Absent when none was ever loaded. */
  readonly thisUpdate?: number;
  readonly nextUpdate?: number;
  /** Why the last refresh brought nothing; absent after a good one. */
  readonly problem?: string;
}

/**
 * Keeps the revocation list of one partner. Only {@link refresh} reads files or the network; the request path asks
 * memory. A refresh that fails leaves the list in use as it is, past its `nextUpdate` too: that is a warning for
 * people to act on, and no reason to cut off a whole registry.
 */
export class RevocationList {
  readonly #clock: Clock;
  #current: Crl | undefined;
  #problem: string | undefined;

  constructor(
    readonly source: CrlSource,
    clock: Clock,
  ) {
    this.#clock = clock;
  }

  /**
   * Asks the sources in order and takes the first list that can be used. Never throws.
   *
   * @returns the problem of each source when none gave a list; undefined after success.
   */
  async refresh(signal?: AbortSignal): Promise<string | undefined> {
    const problems: string[] = [];
    for (const source of this.source.sources) {
      try {
        const bytes = await fetchCrl(source, signal);
        const crl = await readCrl(bytes, this.source.issuer, this.#clock.now());
        // Whoever is on the way could serve yesterday's list to hide today's revocation.
        if (crl.thisUpdate < (this.#current?.thisUpdate ?? 0)) throw new CrlUnusable('crl-older');
        this.#current = crl;
        this.#problem = undefined;
        return undefined;
      } catch (error) {
        problems.push((error as CrlUnusable).code ?? (error as Error).name);
      }
    }
    this.#problem = problems.join(', ');
    return this.#problem;
  }

  /** Without any list, nothing is known: the caller must refuse then. */
  standing(certificate: X509Certificate): Standing {
    if (this.#current === undefined) return 'unknown';
    const serial = serialOf(certificate);
    return serial === undefined || this.#current.revoked.has(serial) ? 'revoked' : 'good';
  }

  status(): CrlStatus {
    const list = this.#current;
    return {
      name: this.source.name,
      ...(list === undefined ? {} : { thisUpdate: list.thisUpdate, nextUpdate: list.nextUpdate }),
      ...(this.#problem === undefined ? {} : { problem: this.#problem }),
    };
  }
}
