import { performance } from 'node:perf_hooks';
import type { ValidateEvidence } from '../../contracts/canonical/validate.js';
import type { Outcome } from '../../contracts/outcome.js';
import type { Clock } from '../../src/clock.js';
import type { SoapProfile } from '../../src/signing/profiles/profile.js';
import { SignatureRefused } from '../../src/signing/refusals.js';
import type { SoapVersion, VerifiedEnvelope } from '../../src/signing/wss-x509-integrity.js';
import type { Adapter, Exchange, Exchanged } from '../adapter.js';
import { type Answer, createTransport, type Transport } from '../transport.js';
import { encodeRequest } from './encode-request.js';
import { readAnswer } from './read-answer.js';
import type { SoapDefinition, SoapOperation } from './soap-definition.js';
import { openSoapEncoding, type SoapEncoding } from './soap-encoding.js';
import { compileXsd, type XsdValidation } from './xsd-validation.js';

export interface SoapSettings {
  /** Where the registry listens, `https:` outside of a development machine. */
  readonly endpoint: string;
  /** `wsa:To`: the address of the registry as the registry knows it, which need not be where it is reached. */
  readonly to: string;
  /** Name look-up, TCP and TLS. */
  readonly connectTimeoutMs: number;
  /** From sending to the last byte of the answer; the exchange's deadline may end it sooner. */
  readonly callTimeoutMs: number;
  /** Connections at the same time. */
  readonly maxSockets: number;
  /** Trust and client certificate of the TLS layer; the platform's trust when absent. PEM. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

/** The asking side of a profile: how questions are signed and answers verified. */
export type AskingProfile = Pick<SoapProfile, 'signRequest' | 'verifyAnswer'>;

/** What an adapter does not make itself. */
export interface SoapParts {
  /** Signs questions and verifies answers; `wssX509Integrity(...)` is one. */
  readonly profile: AskingProfile;
  readonly clock: Clock;
  readonly validateEvidence: ValidateEvidence;
}

/**
 * An adapter for one SOAP registry: encode, validate, sign, send, verify, validate, decode, map.
 *
 * @throws {Error} when the WSDL or the schema cannot be read, or lacks an operation of the definition.
 */
export async function createSoapAdapter(
  definition: SoapDefinition,
  settings: SoapSettings,
  parts: SoapParts,
): Promise<Adapter> {
  const endpoint = new URL(settings.endpoint);
  const encoding = await openSoapEncoding(definition.wsdlPath);
  for (const { soapOperation } of definition.operations) {
    if (!encoding.operations.has(soapOperation))
      throw new Error(`the WSDL has no operation ${soapOperation}`);
  }
  const xsd = compileXsd(definition.xsdPath);
  const transport = createTransport(settings);
  const machinery: Machinery = { definition, settings, parts, endpoint, encoding, xsd, transport };
  const operations = new Map(definition.operations.map((operation) => [operation.name, operation]));

  return {
    name: definition.name,
    operations,
    call(exchange, signal) {
      const operation = operations.get(exchange.operation);
      // A fault of the catalogue, found by `config check`; there is no outcome that would be true.
      if (operation === undefined) return Promise.reject(new Error(`no operation ${exchange.operation}`));
      return call(machinery, operation, exchange, signal);
    },
    probe: (signal) => transport.reach(endpoint, { connectTimeoutMs: settings.connectTimeoutMs, signal }),
    async close() {
      transport.close();
      xsd.dispose();
    },
  };
}

interface Machinery {
  readonly definition: SoapDefinition;
  readonly settings: SoapSettings;
  readonly parts: SoapParts;
  readonly endpoint: URL;
  readonly encoding: SoapEncoding;
  readonly xsd: XsdValidation;
  readonly transport: Transport;
}

async function call(
  machinery: Machinery,
  operation: SoapOperation,
  exchange: Exchange,
  signal: AbortSignal,
): Promise<Exchanged> {
  const { definition, settings, parts, endpoint, transport } = machinery;
  const timings = { signMs: 0, callMs: 0, verifyMs: 0 };

  let since = performance.now();
  const request = encodeRequest(operation, exchange, machinery);
  if (request.errors.length > 0) {
    return { outcome: { kind: 'invalid', reason: `request: ${request.errors.join('; ')}` }, timings };
  }
  const requestBytes = await parts.profile.signRequest({
    soapVersion: definition.soapVersion,
    bodyContent: request.body,
    to: settings.to,
    action: operation.soapAction,
    messageId: messageIdOf(exchange),
    replyTo: replyAddress,
  });
  timings.signMs = performance.now() - since;

  const leftMs = exchange.deadlineAt - parts.clock.now();
  if (leftMs <= 0) return { outcome: { kind: 'unavailable', reason: 'call-timeout' }, timings };
  since = performance.now();
  const posted = await transport.post(endpoint, {
    headers: headersOf(definition.soapVersion, operation, exchange),
    body: requestBytes,
    connectTimeoutMs: Math.min(settings.connectTimeoutMs, leftMs),
    callTimeoutMs: Math.min(settings.callTimeoutMs, leftMs),
    signal,
  });
  timings.callMs = performance.now() - since;

  if (posted.kind === 'failed') {
    const { executed, reason, partialBytes } = posted;
    const outcome: Outcome =
      executed === 'no' ? { kind: 'unavailable', reason } : { kind: 'unknown', reason };
    // Bytes that surely never left prove nothing: only a request that may have arrived is evidence.
    return {
      outcome,
      ...(executed === 'no' ? {} : { requestBytes }),
      ...(partialBytes === undefined ? {} : { answerBytes: partialBytes }),
      timings,
    };
  }

  since = performance.now();
  const judged = await judge(machinery, operation, exchange, requestBytes, posted);
  timings.verifyMs = performance.now() - since;
  return {
    ...judged,
    requestBytes,
    answerBytes: posted.bytes,
    ...(posted.mediaType === '' ? {} : { answerMediaType: posted.mediaType }),
    timings,
  };
}

/** WS-Addressing 1.0 §3.4: an answer on the same connection is addressed to what `wsa:ReplyTo` said. */
const replyAddress = 'http://www.w3.org/2005/08/addressing/anonymous';

const mediaTypes = { '1.1': 'text/xml', '1.2': 'application/soap+xml' } as const satisfies Record<
  SoapVersion,
  string
>;

/** SOAP 1.1 names the action in its own header field (§6.1.1), SOAP 1.2 in the media type (RFC 3902). */
function headersOf(
  version: SoapVersion,
  operation: SoapOperation,
  exchange: Exchange,
): Record<string, string> {
  const trace = exchange.traceparent === undefined ? {} : { traceparent: exchange.traceparent };
  const type = `${mediaTypes[version]}; charset=utf-8`;
  return version === '1.1'
    ? { 'content-type': type, soapaction: `"${operation.soapAction}"`, ...trace }
    : { 'content-type': `${type}; action="${operation.soapAction}"`, ...trace };
}

function messageIdOf({ messageId }: Exchange): string {
  return `urn:uuid:${messageId}`;
}

/**
 * What a complete HTTP answer amounts to. Only a verified message can say whether the request was executed; of
 * everything else, whoever sent it, nothing can be concluded.
 */
async function judge(
  machinery: Machinery,
  operation: SoapOperation,
  exchange: Exchange,
  requestBytes: Uint8Array,
  answer: Answer,
): Promise<Pick<Exchanged, 'outcome' | 'answerSignedBy'>> {
  const { definition, parts } = machinery;
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
      actions: [operation.replyAction, definition.faultAction],
      relatesTo: messageIdOf(exchange),
      requestBytes,
    });
  } catch (error) {
    if (!(error instanceof SignatureRefused)) throw error;
    return { outcome: outcomeOfRefusal(error, answer.status) };
  }
  // No configuration allows it; a profile that did would make the answer anybody's.
  if (verified.bodyUnsigned) return { outcome: { kind: 'invalid', reason: 'coverage-body' } };
  const outcome = readAnswer(definition, operation, exchange, verified, {
    ...machinery,
    validateEvidence: parts.validateEvidence,
  });
  return { outcome, answerSignedBy: verified.certificateSha256 };
}

function outcomeOfRefusal({ code }: SignatureRefused, status: number): Outcome {
  if (code === 'unsigned-fault') return { kind: 'unknown', reason: 'unsigned-fault' };
  // An error page of a proxy in between may well be of an XML type; it never claimed to be signed.
  const claimsSignature = !/^(xml-.*|structure-envelope|security-absent)$/.test(code);
  if (status !== 200 && !claimsSignature) return { kind: 'unknown', reason: 'http-status' };
  return { kind: 'invalid', reason: code };
}
