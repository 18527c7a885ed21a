import { contentDigest } from '../content-digest.js';
import type { Signer } from '../signer.js';
import { type SignatureFields, signComponents } from './sign-request.js';
import type { Component } from './signature-base.js';
import type { RequestSignature } from './verify-request.js';

/** An answer as the profile signs it. */
export interface ResponseToSign {
  /** Three digits. */
  readonly status: number;
  /** Absent or empty: no digest is signed. */
  readonly body?: Uint8Array;
}

/**
 * Signs an answer by profile `http-sig`: status, digest of the body, and the signature of the request that it
 * answers (RFC 9421 §2.4), so that one answer cannot be given for another.
 *
 * @param requestSignature from the verified request; undefined only where the request needed no signature.
 */
export async function signResponse(
  response: ResponseToSign,
  requestSignature: RequestSignature | undefined,
  signer: Signer,
  { now }: { readonly now: number },
): Promise<SignatureFields> {
  const digest =
    response.body === undefined || response.body.length === 0 ? undefined : contentDigest(response.body);
  const fields = await signComponents(
    responseComponents(response.status, digest, requestSignature),
    `;created=${Math.floor(now / 1000)};keyid="${signer.keyId}"`,
    signer,
  );
  return digest === undefined ? fields : { 'content-digest': digest, ...fields };
}

/** What an answer covers: the same list for signing and for verifying. */
export function responseComponents(
  status: number,
  digest: string | undefined,
  requestSignature: RequestSignature | undefined,
): Component[] {
  const components: Component[] = [['"@status"', String(status)]];
  if (digest !== undefined) components.push(['"content-digest"', digest]);
  if (requestSignature !== undefined) {
    components.push([`"signature";req;key="${requestSignature.label}"`, requestSignature.value]);
  }
  return components;
}
