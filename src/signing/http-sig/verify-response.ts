import { requireContentDigest } from '../content-digest.js';
import { SignatureRefused } from '../refusals.js';
import { onlyLine, type RawHeaders } from './field-lines.js';
import { readSignature } from './read-signature.js';
import { responseComponents } from './sign-response.js';
import { type FindKey, requireCoverage, requireFresh, trustSignature } from './trust-signature.js';
import type { RequestSignature } from './verify-request.js';

/** An answer as it came in. */
export interface ReceivedResponse {
  readonly status: number;
  readonly headers: RawHeaders;
  /** The bytes of the body as received; empty when there is none. */
  readonly body: Uint8Array;
}

/** Who answered. */
export interface VerifiedResponse {
  readonly keyId: string;
  readonly partner: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/**
 * Verifies an answer by profile `http-sig`. It must be bound to the signature of the request that was sent, so
 * an answer to another request, or to the same request sent before, is refused.
 *
 * @param requestSignature of the request that this answers; undefined only if the request was not signed.
 * @throws {SignatureRefused} with the exact code.
 */
export function verifyResponse(
  response: ReceivedResponse,
  requestSignature: RequestSignature | undefined,
  findKey: FindKey,
  { now }: { readonly now: number },
): VerifiedResponse {
  const read = readSignature(response.headers, { expires: 'refused', nonce: 'refused' });
  let digest: string | undefined;
  if (response.body.length > 0) {
    digest = onlyLine(response.headers, 'content-digest');
    if (digest === undefined) throw new SignatureRefused('digest-missing');
  }
  const components = responseComponents(response.status, digest, requestSignature);
  if (requestSignature !== undefined && !read.covered.some((name) => name.startsWith('"signature";req'))) {
    throw new SignatureRefused('answer-not-bound');
  }
  const lines = requireCoverage(read.covered, components);
  requireFresh(read.created, undefined, now);
  const key = trustSignature(read, lines, findKey, now);
  if (digest !== undefined) requireContentDigest(digest, response.body);
  return { keyId: key.keyId, partner: key.partner, createdAt: read.created * 1000 };
}

/** The signature out of the fields that were added to a request, to verify its answer against. */
export function requestSignatureOf(fields: { readonly signature: string }): RequestSignature {
  const separator = fields.signature.indexOf('=');
  return { label: fields.signature.slice(0, separator), value: fields.signature.slice(separator + 1) };
}
