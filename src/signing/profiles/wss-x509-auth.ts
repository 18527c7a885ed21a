import type { SoapProfile } from './profile.js';
import { signNow, verifyOnce, type WssParts } from './wss.js';

export const profileName = 'wss-x509-auth';

/**
 * As `wss-x509-integrity`, without the Body: who asks, when, of whom and for what is signed, the content is not.
 * Only for registries that offer nothing else, over TLS. A verified message says so in `bodyUnsigned`, and the
 * Body in it is what the transport brought, canonicalised; a Body that is signed all the same is checked.
 */
export function wssX509Auth(parts: WssParts): SoapProfile {
  const difference = { bodyMayBeUnsigned: true };
  return {
    signRequest: (message) => signNow({ ...message, signsBody: false }, parts),
    signAnswer: (message) => signNow({ ...message, signsBody: false }, parts),
    verifyRequest: (bytes, expected) => verifyOnce(profileName, bytes, expected, difference, parts),
    verifyAnswer: (bytes, expected) => verifyOnce(profileName, bytes, expected, difference, parts),
  };
}
