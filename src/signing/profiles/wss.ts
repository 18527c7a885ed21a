import { SignatureRefused } from '../refusals.js';
import type { RequestExpectation } from '../wss-x509-integrity.js';
import { defaultFutureToleranceSeconds } from '../xml/check-timestamp.js';
import type { Expectation, VerifiedEnvelope } from '../xml/expectation.js';
import { type OutgoingEnvelope, signEnvelope } from '../xml/sign-envelope.js';
import type { VerifyPool } from '../xml/verify-in-worker.js';
import { type ProfileParts, pinnedKeys } from './profile.js';

/** Parts of a profile of WS-Security, with its two tolerances. */
export interface WssParts extends ProfileParts {
  /** Default 300. */
  readonly maxAgeSeconds?: number;
  /** Default 60. */
  readonly futureToleranceSeconds?: number;
  /** Where large messages are verified; one for all profiles of a process, closed by whoever made it. */
  readonly pool: VerifyPool;
}

/** In what a profile differs from `wss-x509-integrity` when it verifies. */
export type WssDifference = Pick<Expectation, 'bodyMayBeUnsigned' | 'confirms' | 'acceptSha1'>;

/** Signs with Created = now. */
export function signNow(
  message: Omit<OutgoingEnvelope, 'createdAt'>,
  { signer, clock }: ProfileParts,
): Promise<Uint8Array> {
  return signEnvelope({ ...message, createdAt: clock.now() }, signer);
}

/**
 * Verifies, and then, only if the message verified, remembers its id.
 *
 * @throws {SignatureRefused} with the exact code; `replayed` when the message was accepted before.
 */
export async function verifyOnce(
  profile: string,
  bytes: Uint8Array,
  expected: RequestExpectation & { readonly relatesTo?: string },
  difference: WssDifference,
  parts: WssParts,
): Promise<VerifiedEnvelope> {
  const { clock, replaySet, isRevoked, maxAgeSeconds } = parts;
  const futureToleranceSeconds = parts.futureToleranceSeconds ?? defaultFutureToleranceSeconds;
  const { soapVersion, to, actions, relatesTo } = expected;
  const verified = await parts.pool.verify(bytes, {
    soapVersion,
    to,
    actions,
    ...(relatesTo === undefined ? {} : { relatesTo }),
    ...difference,
    keys: pinnedKeys(parts),
    now: clock.now(),
    futureToleranceSeconds,
    ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
    ...(isRevoked === undefined ? {} : { isRevoked }),
  });
  // Only now: strangers must neither fill the set nor burn somebody else's message ids.
  const isNew = await replaySet.remember({
    profile,
    signer: verified.key.partner,
    messageId: verified.messageId,
    expiresAt: verified.expiresAt + futureToleranceSeconds * 1000,
  });
  if (isNew !== true) throw new SignatureRefused('replayed');
  return verified;
}
