import { wssX509Integrity as integrity } from '../wss-x509-integrity.js';
import type { SoapProfile } from './profile.js';
import type { WssParts } from './wss.js';

/** The default for SOAP, see `src/signing/wss-x509-integrity.ts`. Its answers are tied by wsa:RelatesTo. */
export function wssX509Integrity(parts: WssParts): SoapProfile {
  const profile = integrity(parts);
  return {
    signRequest: (message) => profile.signRequest(message),
    signAnswer: (message) => profile.signAnswer(message),
    verifyRequest: (bytes, expected) => profile.verifyRequest(bytes, expected),
    verifyAnswer: (bytes, { requestBytes: _, ...expected }) => profile.verifyAnswer(bytes, expected),
  };
}
