import type { TrustedKey } from '../signer.js';
import type { SoapVersion } from './names.js';

/** What a received envelope must be, known before it is read. */
export interface Expectation {
  readonly soapVersion: SoapVersion;
  /** wsa:To must be one of these, character by character. */
  readonly to: string | readonly string[];
  /** wsa:Action must be one of these. */
  readonly actions: readonly string[];
  /** For an answer: wsa:RelatesTo must be present and equal to this. Absent for a request. */
  readonly relatesTo?: string;
  /** Pinned certificates. What the message says about its key only selects among these. */
  readonly keys: readonly TrustedKey[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Longest time from Created to now, and from Created to Expires. Default 300. */
  readonly maxAgeSeconds?: number;
  /** How far Created may lie ahead of `now`. Default 60. */
  readonly futureToleranceSeconds?: number;
  /** Asks the revocation list that is kept outside the request path. Default: nothing is revoked. */
  readonly isRevoked?: (key: TrustedKey) => boolean;
  /** Profile `wss-x509-auth`: a Body that no Reference covers is accepted. Default false. */
  readonly bodyMayBeUnsigned?: boolean;
  /**
   * Profile `wss-signature-confirmation`: the SignatureValue of our request, base64 in one line. Exactly one
   * signed SignatureConfirmation must repeat it. Default: none is expected, and one that is there is refused.
   */
  readonly confirms?: string;
  /** Profile `wss-legacy-sha1`: rsa-sha1 and SHA-1 digests are accepted as well. Default false. */
  readonly acceptSha1?: boolean;
}

/** What is left of a message once it was verified: canonical signed bytes and values out of them. */
export interface VerifiedEnvelope {
  readonly soapVersion: SoapVersion;
  /** Canonical XML of soap:Body, exactly the bytes whose digest was signed. */
  readonly body: string;
  readonly messageId: string;
  readonly to: string;
  readonly action: string;
  readonly relatesTo?: string;
  /** Address of wsa:ReplyTo. */
  readonly replyTo?: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** The pinned key that verified the message. */
  readonly key: TrustedKey;
  /** SHA-256 thumbprint of its certificate, lower-case hex. */
  readonly certificateSha256: string;
  /** Base64, in one line. */
  readonly signatureValue: string;
  /** Present when nobody signed the Body: only the transport vouches for it. */
  readonly bodyUnsigned?: true;
  /** Present when the signature or a digest was made with SHA-1. */
  readonly sha1Used?: true;
}
