import { boundEventHeaders, type EventHeaders } from '../event-signature.js';
import type { FindKey } from '../http-sig/trust-signature.js';
import { signDetached, type VerifiedJws, verifyDetached } from '../jws-detached.js';
import type { Signer } from '../signer.js';

/** Explicit type (RFC 8725 §3.11): what a client submits is never taken for an event of the gateway. */
export const submissionSignatureType = 'ura-submission+jws';

/** A submission as it lies in its topic. */
export interface SignedSubmission {
  readonly topic: string;
  readonly attributes: EventHeaders;
  readonly value: Uint8Array;
}

/**
 * Value of the header `ce_signature` of a submission: as that of an event, and besides bound to its topic, so that it
 * counts on no other. The key of the record has to equal `ce_subject`, which is bound.
 *
 * @param now milliseconds since the epoch.
 */
export function signSubmission(
  submission: SignedSubmission,
  signer: Signer,
  { now }: { readonly now: number },
): Promise<string> {
  const bound = boundOf(submission);
  return signDetached(submission.value, signer, { typ: submissionSignatureType, now, bound });
}

/**
 * @param futureMs how far ahead of `now` it may be signed, milliseconds.
 * @throws {SignatureRefused} with the exact code.
 */
export function verifySubmission(
  submission: SignedSubmission,
  signature: string,
  findKey: FindKey,
  { now, futureMs }: { readonly now: number; readonly futureMs: number },
): Promise<VerifiedJws> {
  const bound = boundOf(submission);
  return verifyDetached(signature, submission.value, findKey, {
    typ: submissionSignatureType,
    now,
    futureMs,
    bound,
  });
}

function boundOf({ topic, attributes }: SignedSubmission): Record<string, string> {
  return { ...Object.fromEntries(boundEventHeaders.map((name) => [name, attributes[name]])), topic };
}
