import type { Call } from '../exchange.js';
import { senderOf } from './sender.js';

/**
 * All that a request's signature covers besides its body, as evidence: with it and the bytes of the body, the
 * signature can be verified again by anyone who has the client's public key.
 */
export function signatureProof(call: Call, method: string) {
  const { headers } = call;
  const { verified, targetUri } = senderOf(call);
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
