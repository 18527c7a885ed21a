import { requireContentDigest } from '../content-digest.js';
import { SignatureRefused } from '../refusals.js';
import { onlyLine, type RawHeaders } from './field-lines.js';
import { label, readSignature } from './read-signature.js';
import type { Component } from './signature-base.js';
import {
  type FindKey,
  maxAgeSeconds,
  requireCoverage,
  requireFresh,
  trustSignature,
} from './trust-signature.js';

/** A request as it came in. */
export interface ReceivedRequest {
  readonly method: string;
  /**
   * Absolute form of what the client addressed. Build it from the gateway's own configured origin and the raw
   * request target, never from Host or Forwarded: those are the sender's word.
   */
  readonly targetUri: string;
  readonly headers: RawHeaders;
  /** The bytes of the body as received; empty when there is none. */
  readonly body: Uint8Array;
}

/** The signature that an answer is bound to. */
export interface RequestSignature {
  readonly label: string;
  /** Structured form, `:<base64>:`. */
  readonly value: string;
}

/** Who sent the request. Method, target, type and body of the request may be used from here on, nothing else. */
export interface VerifiedRequest {
  readonly keyId: string;
  /** Holder of the pinned key. */
  readonly partner: string;
  readonly nonce: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Milliseconds since the epoch: when the signature stops being fresh. */
  readonly expiresAt: number;
  readonly signature: RequestSignature;
}

/**
 * Verifies a request by profile `http-sig`: one signature, exactly the required coverage, a pinned key, fresh,
 * digest of this body. Does not look for a replay; see {@link authenticateRequest}.
 *
 * @throws {SignatureRefused} with the exact code, for the log alone.
 * @see RFC 9421 §3.2
 */
export function verifyRequest(
  request: ReceivedRequest,
  findKey: FindKey,
  { now }: { readonly now: number },
): VerifiedRequest {
  const read = readSignature(request.headers, { expires: 'required', nonce: 'required' });
  const components: Component[] = [
    ['"@method"', request.method],
    ['"@target-uri"', request.targetUri],
  ];
  let digest: string | undefined;
  if (request.body.length > 0) {
    digest = onlyLine(request.headers, 'content-digest');
    if (digest === undefined) throw new SignatureRefused('digest-missing');
    const contentType = onlyLine(request.headers, 'content-type');
    if (contentType === undefined) throw new SignatureRefused('component-missing', '"content-type"');
    components.push(['"content-digest"', digest], ['"content-type"', contentType]);
  }
  const lines = requireCoverage(read.covered, components);
  requireFresh(read.created, read.expires, now);
  const key = trustSignature(read, lines, findKey, now);
  if (digest !== undefined) requireContentDigest(digest, request.body);
  const expires = Math.min(read.expires as number, read.created + maxAgeSeconds);
  return {
    keyId: key.keyId,
    partner: key.partner,
    nonce: read.nonce as string,
    createdAt: read.created * 1000,
    expiresAt: expires * 1000,
    signature: { label, value: read.structuredValue },
  };
}
