import type { ValidateEvidence } from '../../contracts/canonical/validate.js';
import type { Outcome } from '../../contracts/outcome.js';
import {
  elementsOf,
  isNamed,
  parseVerifiedBody,
  rebuildEnvelope,
  type VerifiedEnvelope,
  type XmlElement,
} from '../../src/signing/wss-x509-integrity.js';
import { canonicalize } from '../../src/signing/xml/c14n.js';
import { soapNamespaces } from '../../src/signing/xml/names.js';
import type { Exchange } from '../adapter.js';
import { findInBody } from './body-guard.js';
import { UnexpectedContent } from './decoded-content.js';
import type { MessagePair, SoapDefinition, SoapOperation } from './soap-definition.js';
import type { Decoded, EncodedOperation, SoapEncoding } from './soap-encoding.js';
import type { XsdValidation } from './xsd-validation.js';

/** What is left of a message whose signature verified; nothing in it has been interpreted yet. */
export type VerifiedAnswer = Pick<VerifiedEnvelope, 'soapVersion' | 'body' | 'action'>;

export interface ReadingParts {
  readonly encoding: SoapEncoding;
  readonly xsd: XsdValidation;
  readonly validateEvidence: ValidateEvidence;
}

/**
 * The meaning of a verified answer: guard, schema, decoding, mapping, canonical schema, and whether it answers
 * what was asked. Everything that does not fit is `invalid`, with a reason that holds no value.
 */
export function readAnswer(
  definition: SoapDefinition,
  operation: SoapOperation,
  exchange: Exchange,
  answer: VerifiedAnswer,
  parts: ReadingParts,
): Outcome {
  return readMessage(definition, answerOf(operation, parts.encoding), answer, parts, (content) => {
    const taken = definition.later?.takenIn(content);
    if (taken !== undefined) return { kind: 'pending', ...taken };
    return readEvidence(operation, exchange, content, parts.validateEvidence);
  });
}

/** What a message must be, by its own signed words. */
export interface ExpectedMessage {
  /** `wsa:Action` of the message, unless it is a fault. */
  readonly action: string;
  /** The only child of its Body. */
  readonly namespace: string;
  readonly element: string;
}

/** What the answer to a message of the WSDL must be. */
export function answerOf(pair: MessagePair, encoding: SoapEncoding): ExpectedMessage {
  const { namespace, answerElement } = operationNamed(pair.soapOperation, encoding);
  return { action: pair.replyAction, namespace, element: answerElement };
}

/** What a message of the WSDL must be that the registry sends by itself. */
export function requestOf(pair: MessagePair, encoding: SoapEncoding): ExpectedMessage {
  const { namespace, requestElement } = operationNamed(pair.soapOperation, encoding);
  return { action: pair.soapAction, namespace, element: requestElement };
}

function operationNamed(name: string, encoding: SoapEncoding): EncodedOperation {
  const operation = encoding.operations.get(name);
  // `createSoapAdapter` has looked.
  if (operation === undefined) throw new Error(`the WSDL has no operation ${name}`);
  return operation;
}

/**
 * Guard, schema and decoding of a verified message; the same for answers, late answers and callbacks.
 *
 * @param toOutcome reads the decoded content; an {@link UnexpectedContent} of it is `invalid`.
 */
export function readMessage(
  definition: SoapDefinition,
  expected: ExpectedMessage,
  message: VerifiedAnswer,
  { encoding, xsd }: Pick<ReadingParts, 'encoding' | 'xsd'>,
  toOutcome: (content: unknown) => Outcome,
): Outcome {
  const body = parseVerifiedBody(message.body);
  const finding = findInBody(body);
  if (finding !== undefined) return invalid(`body: ${finding}`);

  const [payload, ...others] = elementsOf(body) ?? [];
  if (payload === undefined || others.length > 0) return invalid('body: not-one-element');
  const isFault = isNamed(payload, soapNamespaces[definition.soapVersion], 'Fault');
  // The action is signed: a fault sent as an answer, or an answer sent as a fault, contradicts itself.
  if (message.action !== (isFault ? definition.faultAction : expected.action)) {
    return invalid('body: other-action');
  }
  const validated = isFault ? detailOf(payload, definition) : payload;
  if (validated === undefined) return invalid('fault: no-detail');
  const errors = xsd.validate(canonicalize(validated));
  if (errors.length > 0) return invalid(`xsd: ${errors.join('; ')}`);
  if (!isFault && !isNamed(payload, expected.namespace, expected.element))
    return invalid('body: other-operation');

  let decoded: Decoded;
  try {
    decoded = encoding.decode(rebuildEnvelope(message));
  } catch {
    return invalid('body: not-decoded');
  }
  if (decoded.kind === 'fault') return readFault(definition, decoded.detail);
  try {
    return toOutcome(decoded.content);
  } catch (error) {
    if (!(error instanceof UnexpectedContent)) throw error;
    return invalid(`mapping: ${error.element}`);
  }
}

/** @throws {UnexpectedContent} when the content is not what the schema promises after all. */
export function readEvidence(
  operation: SoapOperation,
  exchange: Exchange,
  content: unknown,
  validateEvidence: ValidateEvidence,
): Outcome {
  const evidence = operation.toEvidence(content);
  const errors = validateEvidence(operation.evidenceType, evidence);
  if (errors.length > 0) return invalid(`schema: ${errors.join('; ')}`);
  const mismatch = operation.mismatch(evidence, exchange);
  if (mismatch !== undefined) return invalid(mismatch);
  return { kind: 'answered', evidence, evidenceType: operation.evidenceType };
}

export function readFault(definition: SoapDefinition, detail: unknown): Outcome {
  const refusal = definition.refusalOf(detail);
  if (refusal === undefined) return invalid('fault: unknown-detail');
  if (refusal === 'busy') return { kind: 'unavailable', reason: 'registry-busy' };
  if ('manual' in refusal) return { kind: 'manual', ...refusal.manual };
  return { kind: 'refused', ...refusal };
}

/** `faultcode` is a QName in text, whose prefix the canonical form need not declare: only the detail counts. */
function detailOf(fault: XmlElement, { soapVersion }: SoapDefinition): XmlElement | undefined {
  const [namespace, name] =
    soapVersion === '1.1' ? (['', 'detail'] as const) : ([soapNamespaces['1.2'], 'Detail'] as const);
  const details = (elementsOf(fault) ?? []).filter((element) => isNamed(element, namespace, name));
  const [entry, ...others] = (details.length === 1 && details[0] && elementsOf(details[0])) || [];
  return others.length === 0 ? entry : undefined;
}

export function invalid(reason: string): Outcome {
  return { kind: 'invalid', reason };
}
