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
import type { SoapDefinition, SoapOperation } from './soap-definition.js';
import type { Decoded, SoapEncoding } from './soap-encoding.js';
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
  const body = parseVerifiedBody(answer.body);
  const finding = findInBody(body);
  if (finding !== undefined) return invalid(`body: ${finding}`);

  const [payload, ...others] = elementsOf(body) ?? [];
  if (payload === undefined || others.length > 0) return invalid('body: not-one-element');
  const isFault = isNamed(payload, soapNamespaces[definition.soapVersion], 'Fault');
  // The action is signed: a fault sent as an answer, or an answer sent as a fault, contradicts itself.
  if (answer.action !== (isFault ? definition.faultAction : operation.replyAction)) {
    return invalid('body: other-action');
  }
  const validated = isFault ? detailOf(payload, definition) : payload;
  if (validated === undefined) return invalid('fault: no-detail');
  const errors = parts.xsd.validate(canonicalize(validated));
  if (errors.length > 0) return invalid(`xsd: ${errors.join('; ')}`);
  if (!isFault && !isAnswerOf(operation, payload, parts.encoding)) return invalid('body: other-operation');

  let decoded: Decoded;
  try {
    decoded = parts.encoding.decode(rebuildEnvelope(answer));
  } catch {
    return invalid('body: not-decoded');
  }
  return decoded.kind === 'fault'
    ? readFault(definition, decoded.detail)
    : readEvidence(operation, exchange, decoded.content, parts.validateEvidence);
}

function readEvidence(
  operation: SoapOperation,
  exchange: Exchange,
  content: unknown,
  validateEvidence: ValidateEvidence,
): Outcome {
  let evidence: unknown;
  try {
    evidence = operation.toEvidence(content);
  } catch (error) {
    if (!(error instanceof UnexpectedContent)) throw error;
    return invalid(`mapping: ${error.element}`);
  }
  const errors = validateEvidence(operation.evidenceType, evidence);
  if (errors.length > 0) return invalid(`schema: ${errors.join('; ')}`);
  const mismatch = operation.mismatch(evidence, exchange);
  if (mismatch !== undefined) return invalid(mismatch);
  return { kind: 'answered', evidence, evidenceType: operation.evidenceType };
}

function readFault(definition: SoapDefinition, detail: unknown): Outcome {
  const refusal = definition.refusalOf(detail);
  if (refusal === undefined) return invalid('fault: unknown-detail');
  if (refusal === 'busy') return { kind: 'unavailable', reason: 'registry-busy' };
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

function isAnswerOf(operation: SoapOperation, payload: XmlElement, encoding: SoapEncoding): boolean {
  const expected = encoding.operations.get(operation.soapOperation);
  return expected !== undefined && isNamed(payload, expected.namespace, expected.answerElement);
}

function invalid(reason: string): Outcome {
  return { kind: 'invalid', reason };
}
