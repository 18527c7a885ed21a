import type { SoapProfile } from './profile.js';
import { signNow, verifyOnce, type WssParts } from './wss.js';

export const profileName = 'wss-signature-confirmation';

/**
 * As `wss-x509-integrity`, and the answer repeats the SignatureValue of the request in a signed
 * `wsse11:SignatureConfirmation`. RelatesTo ties an answer to a message id; this ties it to the very bytes that
 * were signed, so that the answer alone proves which question it answers.
 *
 * @see WS-Security 1.1 §8.5
 */
export function wssSignatureConfirmation(parts: WssParts): SoapProfile {
  return {
    signRequest: (message) => signNow(message, parts),
    signAnswer: (message, { signatureValue }) => signNow({ ...message, confirms: signatureValue }, parts),
    verifyRequest: (bytes, expected) => verifyOnce(profileName, bytes, expected, {}, parts),
    verifyAnswer: async (bytes, { requestBytes, ...expected }) =>
      verifyOnce(profileName, bytes, expected, { confirms: signatureValueOf(requestBytes) }, parts),
  };
}

/**
 * The SignatureValue of a request that this process signed itself: our writer puts it before the Body and
 * escapes everything in front of it, so that the first one is the right one.
 */
function signatureValueOf(requestBytes: Uint8Array): string {
  const found = /<(?:\w+:)?SignatureValue>([A-Za-z0-9+/=]+)</.exec(
    Buffer.from(requestBytes).toString('latin1'),
  );
  if (found?.[1] === undefined) throw new TypeError('requestBytes are not a request that was signed here.');
  return found[1];
}
