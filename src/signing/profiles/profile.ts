import type { Clock } from '../../clock.js';
import type { RawHeaders } from '../http-sig/field-lines.js';
import type { FindKey } from '../http-sig/trust-signature.js';
import type { ReceivedRequest, RequestSignature } from '../http-sig/verify-request.js';
import type { ReceivedResponse } from '../http-sig/verify-response.js';
import type { ReplaySet } from '../replay-set.js';
import type { Signer, TrustedKey } from '../signer.js';
import type {
  AnswerExpectation,
  OutgoingAnswer,
  OutgoingRequest,
  RequestExpectation,
} from '../wss-x509-integrity.js';
import type { VerifiedEnvelope } from '../xml/expectation.js';

/** What every profile needs, whatever it signs. */
export interface ProfileParts {
  readonly signer: Signer;
  /** Pinned keys of the other side, or of all that may call; a function where they change while the process runs. */
  readonly trusted: readonly TrustedKey[] | (() => readonly TrustedKey[]);
  /** Selects one of the pinned keys by its id, where there are too many to look through. Default: looks through them. */
  readonly findKey?: FindKey;
  readonly replaySet: ReplaySet;
  readonly clock: Clock;
  /** Asks the revocation list that is kept outside the request path. Default: nothing is revoked. */
  readonly isRevoked?: (key: TrustedKey) => boolean;
}

/** The keys that are pinned at this moment. */
export function pinnedKeys({ trusted }: Pick<ProfileParts, 'trusted'>): readonly TrustedKey[] {
  return typeof trusted === 'function' ? trusted() : trusted;
}

/** An answer is held against the message id and against the bytes of the request that was really sent. */
export type SoapAnswerExpectation = AnswerExpectation & { readonly requestBytes: Uint8Array };

/** Signed SOAP messages, for the side that asks and for the side that answers. */
export interface SoapProfile {
  /** @throws {TypeError} when the message or the key cannot be signed by the profile. */
  signRequest(message: OutgoingRequest): Promise<Uint8Array>;
  /** @throws {SignatureRefused} with the exact code. */
  verifyAnswer(bytes: Uint8Array, expected: SoapAnswerExpectation): Promise<VerifiedEnvelope>;
  /** @throws {SignatureRefused} with the exact code. */
  verifyRequest(bytes: Uint8Array, expected: RequestExpectation): Promise<VerifiedEnvelope>;
  /** @param request as verified: some profiles confirm its signature in the answer. */
  signAnswer(message: OutgoingAnswer, request: VerifiedEnvelope): Promise<Uint8Array>;
}

/** Header fields to add to a message, lower-case names. */
export type HeaderFields = Readonly<Record<string, string>>;

/** A request before it is signed. */
export interface OutgoingHttpRequest {
  /**
   * 16 to 128 URL characters; sent as nonce or jti. New for each request, except where the receiver is known to
   * give its stored answer to a repetition (modifier `nonrepudiation`).
   */
  readonly messageId: string;
  readonly method: string;
  /** Absolute, as the receiver sees it. */
  readonly targetUri: string;
  /** Required when there is a body. */
  readonly contentType?: string;
  readonly body?: Uint8Array;
}

/** What was sent; its answer is held against it. */
export interface SentRequest {
  readonly messageId: string;
  /** To be added to the request exactly as they are. */
  readonly fields: HeaderFields;
  /** SHA-256 of the body, base64. */
  readonly bodySha256: string;
}

/** Who sent a request. From here on its body, and whatever else the profile signs, may be used. */
export interface VerifiedHttpRequest {
  readonly partner: string;
  readonly keyId: string;
  readonly messageId: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** SHA-256 of the body, base64. */
  readonly bodySha256: string;
  /** Of `http-sig` alone: what its answer signs along. */
  readonly signature?: RequestSignature;
  /** Of `modi-rest` alone: how the partner calls itself; its answer is addressed to that. */
  readonly issuer?: string;
  /** Of `modi-rest` alone: names of the header fields that the signature covers, lower case. */
  readonly signedFields?: readonly string[];
}

/** An answer before it is signed. */
export interface OutgoingHttpAnswer {
  /** New for each answer; sent as jti where the profile has one. */
  readonly messageId: string;
  readonly status: number;
  /** Required when there is a body. */
  readonly contentType?: string;
  readonly body?: Uint8Array;
}

/** Who answered. */
export interface VerifiedHttpAnswer {
  readonly partner: string;
  readonly keyId: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export type { RawHeaders, ReceivedRequest, ReceivedResponse };

/** Whether a holder of this key may send what is being received: over this connection, for example. */
export type Admit = (key: TrustedKey) => void;

/** Signed HTTP messages, for the side that asks and for the side that answers. */
export interface RestProfile {
  /** @throws {RangeError | TypeError} when the request or the key cannot be signed by the profile. */
  signRequest(request: OutgoingHttpRequest): Promise<SentRequest>;
  /** @throws {SignatureRefused} with the exact code. */
  verifyAnswer(answer: ReceivedResponse, sent: SentRequest): Promise<VerifiedHttpAnswer>;
  /**
   * @param admit is given the pinned key that the message names, before its signature is looked at and long before
   *   its message id is remembered; it throws a {@link SignatureRefused} to turn the message away.
   * @throws {SignatureRefused} with the exact code; `message-replayed` when it was accepted before.
   */
  verifyRequest(request: ReceivedRequest, admit?: Admit): Promise<VerifiedHttpRequest>;
  signAnswer(answer: OutgoingHttpAnswer, request: VerifiedHttpRequest): Promise<HeaderFields>;
}
