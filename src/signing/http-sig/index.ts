/** Profile `http-sig`: HTTP message signatures (RFC 9421) with content digests (RFC 9530), both directions. */
export { authenticateRequest, type RequestAuthentication } from './authenticate-request.js';
export type { RawHeaders } from './field-lines.js';
export { httpRefusals } from './refusals.js';
export {
  type RequestSigning,
  type RequestToSign,
  type SignatureFields,
  signRequest,
} from './sign-request.js';
export { type ResponseToSign, signResponse } from './sign-response.js';
export { targetUri } from './target-uri.js';
export type { FindKey } from './trust-signature.js';
export {
  type ReceivedRequest,
  type RequestSignature,
  type VerifiedRequest,
  verifyRequest,
} from './verify-request.js';
export {
  type ReceivedResponse,
  requestSignatureOf,
  type VerifiedResponse,
  verifyResponse,
} from './verify-response.js';
