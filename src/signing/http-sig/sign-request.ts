import { contentDigest } from '../content-digest.js';
import type { Signer } from '../signer.js';
import { label } from './read-signature.js';
import { type Component, signatureBase } from './signature-base.js';

/** A request as the profile signs it. */
export interface RequestToSign {
  /** Exactly as sent; methods are case-sensitive (RFC 9110 §9.1). */
  readonly method: string;
  /** Absolute form: scheme, authority, path and query, as the receiver sees them (RFC 9421 §2.2.2). */
  readonly targetUri: string;
  /** Required when there is a body. */
  readonly contentType?: string;
  /** Absent or empty: neither digest nor type is signed. */
  readonly body?: Uint8Array;
}

/** When and how often. */
export interface RequestSigning {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** 16 to 128 characters that no other request of this key ever carries, for example a UUID. */
  readonly nonce: string;
  /** 60 to 300, default 120. */
  readonly lifetimeSeconds?: number;
}

/** Fields to add to the request, lower-case names. */
export interface SignatureFields {
  'content-digest'?: string;
  'signature-input': string;
  signature: string;
}

/**
 * Signs a request by profile `http-sig` (RFC 9421, RFC 9530).
 *
 * ```ts
 * const fields = await signRequest(
 *   { method: 'POST', targetUri: 'https://ura.example/v1/requests', contentType: 'application/json', body },
 *   signer,
 *   { now: clock.now(), nonce: ids.next() },
 * );
 * ```
 *
 * @throws {RangeError} when the request cannot be signed by this profile: a body without a type, a lifetime out
 * of range, text that is not printable ASCII.
 */
export async function signRequest(
  request: RequestToSign,
  signer: Signer,
  { now, nonce, lifetimeSeconds = 120 }: RequestSigning,
): Promise<SignatureFields> {
  if (!(lifetimeSeconds >= 60 && lifetimeSeconds <= 300))
    throw new RangeError('lifetimeSeconds is not in 60..300');
  if (!/^[A-Za-z0-9._~+/=-]{16,128}$/.test(nonce))
    throw new RangeError('nonce does not have 16 to 128 URL characters');
  const components: Component[] = [
    ['"@method"', request.method],
    ['"@target-uri"', request.targetUri],
  ];
  const digest =
    request.body === undefined || request.body.length === 0 ? undefined : contentDigest(request.body);
  if (digest !== undefined) {
    if (request.contentType === undefined) throw new RangeError('a body needs a contentType');
    components.push(['"content-digest"', digest], ['"content-type"', request.contentType]);
  }
  const created = Math.floor(now / 1000);
  const fields = await signComponents(
    components,
    `;created=${created};expires=${created + lifetimeSeconds};keyid="${signer.keyId}";nonce="${nonce}"`,
    signer,
  );
  return digest === undefined ? fields : { 'content-digest': digest, ...fields };
}

/** Signs the components and writes the two fields. */
export async function signComponents(
  components: readonly Component[],
  parameters: string,
  signer: Signer,
): Promise<{ 'signature-input': string; signature: string }> {
  for (const [identifier, value] of components) {
    if (!/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)) {
      throw new RangeError(`the value of ${identifier} is not trimmed printable ASCII`);
    }
  }
  if (!/^[\x20\x21\x23-\x5b\x5d-\x7e]{1,256}$/.test(signer.keyId))
    throw new RangeError('keyId is not printable ASCII');
  const written = `(${components.map(([identifier]) => identifier).join(' ')})${parameters};tag="${label}"`;
  const value = await signer.sign(signatureBase(components, written));
  return {
    'signature-input': `${label}=${written}`,
    signature: `${label}=:${Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64')}:`,
  };
}
