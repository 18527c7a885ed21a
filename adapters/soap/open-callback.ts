import type { ValidateEvidence } from '../../contracts/canonical/validate.js';
import type { SoapProfile } from '../../src/signing/profiles/profile.js';
import { SignatureRefused } from '../../src/signing/refusals.js';
import {
  elementsOf,
  isNamed,
  parseVerifiedBody,
  type SoapVersion,
  textOf,
  type VerifiedEnvelope,
} from '../../src/signing/wss-x509-integrity.js';
import { soapNamespaces } from '../../src/signing/xml/names.js';
import type {
  CallbackAnswer,
  CallbackMessage,
  CallbackVerdict,
  Exchange,
  OpenedCallback,
} from '../adapter.js';
import { findInBody } from './body-guard.js';
import type { BodyReader } from './body-reader.js';
import { readDelivered } from './late-answer.js';
import { requestOf } from './read-answer.js';
import { mediaTypes, replyAddress } from './send-question.js';
import type { LateAnswers, SoapDefinition, SoapOperation } from './soap-definition.js';
import type { SoapEncoding } from './soap-encoding.js';

export interface CallbackParts {
  readonly definition: SoapDefinition;
  readonly later: LateAnswers;
  readonly encoding: SoapEncoding;
  readonly reader: BodyReader;
  /** What wsa:To must be. */
  readonly callbackUrl: string;
  readonly profile: Pick<SoapProfile, 'verifyRequest' | 'signAnswer'>;
  readonly validateEvidence: ValidateEvidence;
  /** UUID of our answer. */
  readonly nextId: () => string;
  /** @throws {Error} for an exchange of an operation that the adapter lacks. */
  operationOf(exchange: Exchange): SoapOperation;
}

/**
 * Opens a late answer that the registry brings by itself: signature first, replay set included, then nothing but the
 * message id that it quotes. Everything else waits for the question.
 *
 * @throws {SignatureRefused} with the exact code.
 */
export async function openCallback(parts: CallbackParts, message: CallbackMessage): Promise<OpenedCallback> {
  const { definition, later, encoding, profile, callbackUrl } = parts;
  checkTransport(message, mediaTypes[definition.soapVersion]);
  const verified = await profile.verifyRequest(message.body, {
    soapVersion: definition.soapVersion,
    to: callbackUrl,
    actions: [later.callback.soapAction],
  });
  if (verified.bodyUnsigned) throw new SignatureRefused('coverage-body');
  const messageId = questionOf(verified, later, requestOf(later.callback, encoding));
  return {
    messageId,
    read: async (exchange, ticket) => ({
      outcome: await readDelivered(parts, later, parts.operationOf(exchange), exchange, ticket, verified),
      answerBytes: message.body,
      answerMediaType: mediaTypes[definition.soapVersion],
      answerMeta: { way: 'callback' },
      answerSignedBy: verified.certificateSha256,
      timings: { signMs: 0, callMs: 0, verifyMs: 0 },
    }),
    acknowledge: (verdict) => acknowledge(parts, verified, messageId, verdict),
  };
}

/** POST, of the media type of the SOAP version, neither compressed nor in another character set. */
function checkTransport({ method, headers }: CallbackMessage, mediaType: string): void {
  const values = (name: string) =>
    headers.filter((_, index) => index % 2 === 1 && headers[index - 1]?.toLowerCase() === name);
  if (method !== 'POST') throw new SignatureRefused('transport-media-type', 'method');
  const [encoding = 'identity'] = values('content-encoding');
  if (encoding.trim().toLowerCase() !== 'identity') throw new SignatureRefused('transport-content-encoding');
  const [type = '', ...others] = values('content-type');
  const [named = '', ...parameters] = type.split(';').map((each) => each.trim());
  const charset = parameters.find((each) => /^charset\s*=/i.test(each));
  const isUtf8 = charset === undefined || /^charset\s*=\s*"?utf-8"?$/i.test(charset);
  if (others.length > 0 || named.toLowerCase() !== mediaType || !isUtf8) {
    throw new SignatureRefused('transport-media-type');
  }
}

/** The one value that is needed before the question is known; from the signed Body, by exact path and form. */
function questionOf(
  verified: VerifiedEnvelope,
  later: LateAnswers,
  expected: { readonly namespace: string; readonly element: string },
): string {
  const body = parseVerifiedBody(verified.body);
  if (findInBody(body) !== undefined) throw new SignatureRefused('callback-content', 'body');
  const [delivered, ...surplus] = elementsOf(body) ?? [];
  if (delivered === undefined || surplus.length > 0) throw new SignatureRefused('callback-content', 'body');
  if (!isNamed(delivered, expected.namespace, expected.element)) {
    throw new SignatureRefused('callback-content', 'element');
  }
  const { questionElement } = later.callback;
  const [named, ...more] = (elementsOf(delivered) ?? []).filter((each) =>
    isNamed(each, expected.namespace, questionElement),
  );
  const uuid = /^urn:uuid:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(
    (named && more.length === 0 && textOf(named)) || '',
  )?.[1];
  if (uuid === undefined) throw new SignatureRefused('callback-content', questionElement);
  return uuid;
}

/** Our signed answer to the callback itself. */
async function acknowledge(
  { definition, later, encoding, profile, nextId }: CallbackParts,
  verified: VerifiedEnvelope,
  messageId: string,
  verdict: CallbackVerdict,
): Promise<CallbackAnswer> {
  const { soapVersion, faultAction } = definition;
  const { callback } = later;
  const isTaken = verdict === 'taken';
  const body = await profile.signAnswer(
    {
      soapVersion,
      bodyContent: isTaken
        ? encoding.encodeAnswer(callback.soapOperation, callback.toAcknowledgement(`urn:uuid:${messageId}`))
        : faultXml(soapVersion, callback.toFault(verdict)),
      to: verified.replyTo ?? replyAddress,
      action: isTaken ? callback.replyAction : faultAction,
      messageId: `urn:uuid:${nextId()}`,
      relatesTo: verified.messageId,
    },
    verified,
  );
  return {
    status: isTaken ? 200 : faultStatuses[soapVersion],
    headers: { 'content-type': `${mediaTypes[soapVersion]}; charset=utf-8` },
    body,
  };
}

/** Of a fault that the sender is to blame for: SOAP 1.1 §6.2 knows one, SOAP 1.2 part 2 §7.5.2.2 another. */
const faultStatuses = { '1.1': 500, '1.2': 400 } as const;

/** A fault that the sender is to blame for (SOAP 1.1 §4.4, SOAP 1.2 part 1 §5.4). Both texts hold no markup. */
function faultXml(
  soapVersion: SoapVersion,
  { detail, reason }: { readonly detail: string; readonly reason: string },
): string {
  const namespace = soapNamespaces[soapVersion];
  return soapVersion === '1.1'
    ? `<s:Fault xmlns:s="${namespace}"><faultcode>s:Client</faultcode><faultstring>${reason}</faultstring>` +
        `<detail>${detail}</detail></s:Fault>`
    : `<s:Fault xmlns:s="${namespace}"><s:Code><s:Value>s:Sender</s:Value></s:Code>` +
        `<s:Reason><s:Text xml:lang="en">${reason}</s:Text></s:Reason><s:Detail>${detail}</s:Detail></s:Fault>`;
}
