import type { Clock } from '../clock.js';
import { SignatureRefused } from './refusals.js';
import type { ReplaySet } from './replay-set.js';
import type { Signer, TrustedKey } from './signer.js';
import { defaultFutureToleranceSeconds } from './xml/check-timestamp.js';
import type { Expectation, VerifiedEnvelope } from './xml/expectation.js';
import { type OutgoingEnvelope, signEnvelope } from './xml/sign-envelope.js';
import { createVerifyPool, type VerifyPool } from './xml/verify-in-worker.js';

export type { SoapVersion } from './xml/names.js';
export { parseVerifiedBody, rebuildEnvelope } from './xml/rebuild-envelope.js';
export type { OutgoingEnvelope } from './xml/sign-envelope.js';
export { attributeOf, elementsOf, isNamed, textOf, type XmlElement } from './xml/tree.js';
export type { VerifiedEnvelope } from './xml/verify-envelope.js';

export const profileName = 'wss-x509-integrity';

export interface WssX509Options {
  /** Must carry a certificate. */
  readonly signer: Signer;
  /** Pinned certificates of the other side; a function where they can change while the process runs. */
  readonly trusted: readonly TrustedKey[] | (() => readonly TrustedKey[]);
  readonly replaySet: ReplaySet;
  readonly clock: Clock;
  /** Default: nothing is revoked. */
  readonly isRevoked?: (key: TrustedKey) => boolean;
  /** Default 300. */
  readonly maxAgeSeconds?: number;
  /** Default 60. */
  readonly futureToleranceSeconds?: number;
  /** Where messages over 200 KB are verified. Default: a thread of this profile's own, until `close()`. */
  readonly pool?: VerifyPool;
}

/** A message to be signed; Created is the moment of signing. */
export type OutgoingRequest = Omit<OutgoingEnvelope, 'createdAt' | 'relatesTo'>;
/** As {@link OutgoingRequest}, and always tied to the question. */
export type OutgoingAnswer = Omit<OutgoingEnvelope, 'createdAt' | 'relatesTo'> & {
  readonly relatesTo: string;
};

export type RequestExpectation = Pick<Expectation, 'soapVersion' | 'to' | 'actions'>;
export type AnswerExpectation = RequestExpectation & { readonly relatesTo: string };

/** Both directions of the profile, for the side that asks and for the side that answers. */
export interface WssX509Integrity {
  /** @throws {TypeError} and {SignatureRefused} as `signEnvelope`. */
  signRequest(message: OutgoingRequest): Promise<Uint8Array>;
  /** @throws {SignatureRefused} with the exact code; `replayed` when the answer was accepted before. */
  verifyAnswer(bytes: Uint8Array, expected: AnswerExpectation): Promise<VerifiedEnvelope>;
  /** @throws {SignatureRefused} with the exact code; `replayed` when the request was accepted before. */
  verifyRequest(bytes: Uint8Array, expected: RequestExpectation): Promise<VerifiedEnvelope>;
  /** @throws {TypeError} and {SignatureRefused} as `signEnvelope`. */
  signAnswer(message: OutgoingAnswer): Promise<Uint8Array>;
}

/** Ends the threads that a profile has started by itself; a pool that was handed in stays open. */
export interface Closeable {
  close(): Promise<void>;
}

/**
 * The default profile for SOAP: X.509 signature over Body, Timestamp, addressing headers and token, an answer
 * signed likewise and tied to its question.
 */
export function wssX509Integrity(options: WssX509Options): WssX509Integrity & Closeable {
  const { signer, trusted, replaySet, clock, pool = createVerifyPool() } = options;
  const sign = (message: Omit<OutgoingEnvelope, 'createdAt'>) =>
    signEnvelope({ ...message, createdAt: clock.now() }, signer);

  async function verify(bytes: Uint8Array, expected: RequestExpectation & { relatesTo?: string }) {
    const toleranceSeconds = options.futureToleranceSeconds ?? defaultFutureToleranceSeconds;
    const verified = await pool.verify(bytes, {
      ...expected,
      keys: typeof trusted === 'function' ? trusted() : trusted,
      now: clock.now(),
      futureToleranceSeconds: toleranceSeconds,
      ...(options.maxAgeSeconds === undefined ? {} : { maxAgeSeconds: options.maxAgeSeconds }),
      ...(options.isRevoked === undefined ? {} : { isRevoked: options.isRevoked }),
    });
    // Only now: strangers must neither fill the set nor burn somebody else's message ids.
    const isNew = await replaySet.remember({
      profile: profileName,
      signer: verified.key.partner,
      messageId: verified.messageId,
      expiresAt: verified.expiresAt + toleranceSeconds * 1000,
    });
    if (!isNew) throw new SignatureRefused('replayed');
    return verified;
  }

  return {
    signRequest: sign,
    signAnswer: sign,
    verifyRequest: verify,
    verifyAnswer: verify,
    async close() {
      if (options.pool === undefined) await pool.close();
    },
  };
}
