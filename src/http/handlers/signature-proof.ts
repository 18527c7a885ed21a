import { signatureFieldsOf } from '../../signing/profiles/index.js';
import type { Call } from '../exchange.js';
import { senderOf } from './sender.js';

export interface SignatureProof {
  readonly signedBy: string;
  /** Default: that of the API, JSON. */
  readonly mediaType?: string;
  readonly meta: Readonly<Record<string, unknown>>;
}

/**
 * All that a request's signature covers besides its body, as evidence: with it and the bytes of the body, the
 * signature can be verified again by anyone who has the client's public key.
 */
export function signatureProof(call: Call, method: string): SignatureProof {
  if (call.proof) {
    const { signedBy, mediaType, meta } = call.proof;
    return { signedBy, mediaType, meta };
  }
  const { headers } = call;
  const { verified, targetUri, choice } = senderOf(call);
  if (!verified || !choice) throw new Error(`operation ${call.operation.id} has no proof of its sender`);
  if (choice.profile === 'http-sig') {
    return {
      signedBy: verified.keyId,
      meta: {
        profile: 'http-sig',
        method,
        targetUri,
        contentType: headers['content-type'],
        contentDigest: headers['content-digest'],
        signatureInput: headers['signature-input'],
        signature: headers.signature,
      },
    };
  }
  const names = new Set([...signatureFieldsOf(choice), ...(verified.signedFields ?? [])]);
  const fields = Object.fromEntries([...names].map((name) => [name, headers[name]]));
  // The settings too: they may be others by the time that somebody looks at the evidence.
  return {
    signedBy: verified.keyId,
    meta: { profile: choice.profile, settings: choice, method, targetUri, fields },
  };
}
