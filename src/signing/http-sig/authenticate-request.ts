import type { Clock } from '../../clock.js';
import { SignatureRefused } from '../refusals.js';
import type { ReplaySet } from '../replay-set.js';
import { type FindKey, futureToleranceMs } from './trust-signature.js';
import { type ReceivedRequest, type VerifiedRequest, verifyRequest } from './verify-request.js';

/** What a request is held against. */
export interface RequestAuthentication {
  readonly findKey: FindKey;
  readonly replaySet: ReplaySet;
  readonly clock: Clock;
}

/**
 * Verifies a request and then, only if it verified, remembers its nonce. The nonce is kept per partner, so two
 * keys of one client cannot repeat each other, and a stranger cannot burn a client's nonces.
 *
 * @throws {SignatureRefused} `message-replayed` when the nonce was accepted before (the API answers 409); any
 * other code when the signature is not accepted (401).
 * @throws whatever the replay set throws: the request must then be turned away (503), not let in.
 */
export async function authenticateRequest(
  request: ReceivedRequest,
  { findKey, replaySet, clock }: RequestAuthentication,
): Promise<VerifiedRequest> {
  const verified = verifyRequest(request, findKey, { now: clock.now() });
  const isNew = await replaySet.remember({
    profile: 'http-sig',
    signer: verified.partner,
    messageId: verified.nonce,
    expiresAt: verified.expiresAt + futureToleranceMs,
  });
  if (isNew !== true) throw new SignatureRefused('message-replayed');
  return verified;
}
