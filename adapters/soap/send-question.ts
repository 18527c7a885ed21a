import { performance } from 'node:perf_hooks';
import type { ValidateEvidence } from '../../contracts/canonical/validate.js';
import type { Outcome } from '../../contracts/outcome.js';
import type { Clock } from '../../src/clock.js';
import type { SoapProfile } from '../../src/signing/profiles/profile.js';
import { SignatureRefused } from '../../src/signing/refusals.js';
import type { SoapVersion, VerifiedEnvelope } from '../../src/signing/wss-x509-integrity.js';
import type { Exchange, Exchanged } from '../adapter.js';
import { withRetryAfter } from '../retry-after.js';
import type { Answer, Transport } from '../transport.js';
import type { BodyReader } from './body-reader.js';
import type { MessagePair, SoapDefinition } from './soap-definition.js';
import type { SoapEncoding } from './soap-encoding.js';
import type { XsdValidation } from './xsd-validation.js';

/** What a SOAP adapter is made of, once it is open. */
export interface Machinery {
  readonly definition: SoapDefinition;
  readonly settings: {
    readonly to: string;
    readonly connectTimeoutMs: number;
    readonly callTimeoutMs: number;
    readonly callbackUrl?: string;
  };
  readonly parts: {
    readonly profile: Pick<SoapProfile, 'signRequest' | 'verifyAnswer'>;
    readonly clock: Clock;
    readonly validateEvidence: ValidateEvidence;
  };
  readonly endpoint: URL;
  readonly encoding: SoapEncoding;
  readonly xsd: XsdValidation;
  readonly reader: BodyReader;
  readonly transport: Transport;
}

/** One signed question: the exchange itself, or the question after its late answer. */
export interface Question extends MessagePair {
  /** XML of the only child of Body. */
  readonly body: string;
  /** wsa:MessageID */
  readonly messageId: string;
  /** Meaning of an answer that verified. */
  read(verified: VerifiedEnvelope): Promise<Outcome>;
}

/** WS-Addressing 1.0 §3.4: an answer on the same connection is addressed to what `wsa:ReplyTo` said. */
export const replyAddress = 'http://www.w3.org/2005/08/addressing/anonymous';

export const mediaTypes = { '1.1': 'text/xml', '1.2': 'application/soap+xml' } as const satisfies Record<
  SoapVersion,
  string
>;

/** Signs, sends, verifies and reads. Never rejects for anything that the other side or the network does. */
export async function sendQuestion(
  machinery: Machinery,
  question: Question,
  exchange: Exchange,
  signal: AbortSignal,
): Promise<Exchanged> {
  const { definition, settings, parts, endpoint, transport } = machinery;
  const timings = { signMs: 0, callMs: 0, verifyMs: 0 };

  let since = performance.now();
  const requestBytes = await parts.profile.signRequest({
    soapVersion: definition.soapVersion,
    bodyContent: question.body,
    to: settings.to,
    action: question.soapAction,
    messageId: question.messageId,
    replyTo: replyAddress,
  });
  timings.signMs = performance.now() - since;

  const leftMs = exchange.deadlineAt - parts.clock.now();
  if (leftMs <= 0) return { outcome: { kind: 'unavailable', reason: 'call-timeout' }, timings };
  since = performance.now();
  const posted = await transport.post(endpoint, {
    headers: headersOf(definition.soapVersion, question, exchange),
    body: requestBytes,
    connectTimeoutMs: Math.min(settings.connectTimeoutMs, leftMs),
    callTimeoutMs: Math.min(settings.callTimeoutMs, leftMs),
    signal,
  });
  timings.callMs = performance.now() - since;

  const requestMediaType = mediaTypes[definition.soapVersion];
  if (posted.kind === 'failed') {
    const { executed, reason, partialBytes } = posted;
    const outcome: Outcome =
      executed === 'no' ? { kind: 'unavailable', reason } : { kind: 'unknown', reason };
    // Bytes that surely never left prove nothing: only a request that may have arrived is evidence.
    return {
      outcome,
      ...(executed === 'no' ? {} : { requestBytes, requestMediaType }),
      ...(partialBytes === undefined ? {} : { answerBytes: partialBytes }),
      timings,
    };
  }

  since = performance.now();
  const judged = await judge(machinery, question, requestBytes, posted);
  timings.verifyMs = performance.now() - since;
  return {
    ...judged,
    outcome: withRetryAfter(judged.outcome, posted, parts.clock.now()),
    requestBytes,
    requestMediaType,
    answerBytes: posted.bytes,
    ...(posted.mediaType === '' ? {} : { answerMediaType: posted.mediaType }),
    timings,
  };
}

/** SOAP 1.1 names the action in its own header field (§6.1.1), SOAP 1.2 in the media type (RFC 3902). */
function headersOf(
  version: SoapVersion,
  { soapAction }: MessagePair,
  { traceparent }: Exchange,
): Record<string, string> {
  const trace = traceparent === undefined ? {} : { traceparent };
  const type = `${mediaTypes[version]}; charset=utf-8`;
  return version === '1.1'
    ? { 'content-type': type, soapaction: `"${soapAction}"`, ...trace }
    : { 'content-type': `${type}; action="${soapAction}"`, ...trace };
}

/**
 * What a complete HTTP answer amounts to. Only a verified message can say whether the request was executed; of
 * everything else, whoever sent it, nothing can be concluded.
 */
async function judge(
  { definition, parts }: Machinery,
  question: Question,
  requestBytes: Uint8Array,
  answer: Answer,
): Promise<Pick<Exchanged, 'outcome' | 'answerSignedBy'>> {
  // A redirect names another place to send personal data to: it is not followed and not read.
  const isRedirect = answer.status >= 300 && answer.status < 400;
  if (isRedirect || answer.mediaType !== mediaTypes[definition.soapVersion]) {
    return { outcome: { kind: 'unknown', reason: 'http-status' } };
  }
  let verified: VerifiedEnvelope;
  try {
    verified = await parts.profile.verifyAnswer(answer.bytes, {
      soapVersion: definition.soapVersion,
      to: replyAddress,
      actions: [question.replyAction, definition.faultAction],
      relatesTo: question.messageId,
      requestBytes,
    });
  } catch (error) {
    if (!(error instanceof SignatureRefused)) throw error;
    return { outcome: outcomeOfRefusal(error, answer.status) };
  }
  // No configuration allows it; a profile that did would make the answer anybody's.
  if (verified.bodyUnsigned) return { outcome: { kind: 'invalid', reason: 'coverage-body' } };
  return { outcome: await question.read(verified), answerSignedBy: verified.certificateSha256 };
}

function outcomeOfRefusal({ code }: SignatureRefused, status: number): Outcome {
  if (code === 'unsigned-fault') return { kind: 'unknown', reason: 'unsigned-fault' };
  // An error page of a proxy in between may well be of an XML type; it never claimed to be signed.
  const claimsSignature = !/^(xml-.*|structure-envelope|security-absent)$/.test(code);
  if (status !== 200 && !claimsSignature) return { kind: 'unknown', reason: 'http-status' };
  return { kind: 'invalid', reason: code };
}
