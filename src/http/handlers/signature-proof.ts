import { signatureFieldsOf } from '../../signing/profiles/index.js';
import type { Call } from '../exchange.js';
import { senderOf } from './sender.js';

/**
 * All that a request's signature covers besides its body, as evidence: with it and the bytes of the body, the
 * signature can be verified again by anyone who has the client's public key.
 */
export function signatureProof(call: Call, method: string) {
  const { headers } = call;
  const { verified, targetUri, choice } = senderOf(call);
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
