import type { RefusalCode } from '../refusals.js';
import type { TrustedKey } from '../signer.js';
import type { Expectation, VerifiedEnvelope } from './expectation.js';

/** What crosses from the main thread into a verifying one, and back: plain values only. */

export interface ExportedKey extends Omit<TrustedKey, 'publicKey' | 'certificate'> {
  /** The same number for the same key, so that a thread builds it once. */
  readonly id: number;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** DER. */
  readonly certificate?: Uint8Array;
  /** Asked on the main thread, at the moment of the task. */
  readonly revoked: boolean;
}

export interface VerifyTask {
  readonly bytes: Uint8Array;
  readonly expected: Omit<Expectation, 'keys' | 'isRevoked'>;
  readonly keys: readonly ExportedKey[];
}

export type VerifyAnswer =
  | {
      readonly verified: Omit<VerifiedEnvelope, 'key'>;
      /** Index of the key that verified it. */
      readonly key: number;
    }
  | { readonly code: RefusalCode; readonly where: string };
