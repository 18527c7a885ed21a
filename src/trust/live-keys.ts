import type { Clock } from '../clock.js';
import type { CertificateTerm, Keyring } from '../config/keyring.js';
import { SignatureRefused } from '../signing/refusals.js';
import type { Signer, TrustedKey } from '../signing/signer.js';
import { currentSigner } from './current-signer.js';
import { Revocation } from './revocation.js';
import type { CrlStatus } from './revocation-list.js';

export interface LiveKeysParts {
  /** The set of keys in use at this moment. */
  readonly current: () => Keyring;
  readonly clock: Clock;
  readonly onCrlFailure: (name: string, problem: string) => void;
}

/** The keys in use, whichever set that is at the moment, and the revocation lists that go with them. */
export class LiveKeys {
  readonly http: Signer = currentSigner(() => this.current().http);
  readonly messages: Signer = currentSigner(() => this.current().messages);
  readonly current: () => Keyring;
  readonly #revocation: Revocation;

  constructor({ current, clock, onCrlFailure }: LiveKeysParts) {
    this.current = current;
    this.#revocation = new Revocation({ clock, onFailure: onCrlFailure });
  }

  /** Loads what a set needs before it is in use. Revocation lists are waited for, but none has to be there. */
  async prepare({ crls, covered }: Keyring): Promise<void> {
    await this.#revocation.follow(crls, covered);
  }

  /**
   * For profile `http-sig`.
   *
   * @throws {SignatureRefused} `key-revoked`, `key-revocation-unknown`.
   */
  findClientKey(keyId: string): TrustedKey | undefined {
    const key = this.current().clients.get(keyId);
    if (key !== undefined && this.isRevoked(key)) throw new SignatureRefused('key-revoked');
    return key;
  }

  /** For the profiles of one registry. */
  trustedOf(adapter: string): readonly TrustedKey[] {
    return this.current().registries.get(adapter) ?? [];
  }

  /** @throws {SignatureRefused} `key-revocation-unknown`. */
  isRevoked(key: TrustedKey): boolean {
    return this.#revocation.isRevoked(key);
  }

  certificates(): CertificateTerm[] {
    return this.current().certificates();
  }

  /** Where each revocation list stands. */
  lists(): CrlStatus[] {
    return this.#revocation.statuses();
  }

  /** Refreshes every revocation list now. */
  async refreshLists(): Promise<void> {
    await this.#revocation.refresh();
  }

  stop(): void {
    this.#revocation.stop();
  }
}
