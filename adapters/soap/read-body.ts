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
import { findInBody } from './body-guard.js';
import type { SoapDefinition } from './soap-definition.js';
import type { Decoded, SoapEncoding } from './soap-encoding.js';
import type { XsdValidation } from './xsd-validation.js';

/** What is left of a message whose signature verified; nothing in it has been interpreted yet. */
export type VerifiedAnswer = Pick<VerifiedEnvelope, 'soapVersion' | 'body' | 'action'>;

/** What a message must be, by its own signed words. */
export interface ExpectedMessage {
  /** `wsa:Action` of the message, unless it is a fault. */
  readonly action: string;
  /** The only child of its Body. */
  readonly namespace: string;
  readonly element: string;
}

/** What is known of a registry's messages without asking what they mean. */
export type SoapContract = Pick<SoapDefinition, 'wsdlPath' | 'xsdPath' | 'soapVersion' | 'faultAction'>;

/** The contract's files, opened. */
export interface OpenContract {
  readonly encoding: Pick<SoapEncoding, 'decode'>;
  readonly xsd: Pick<XsdValidation, 'validate'>;
}

/** What a Body holds, or why it is not what the contract promises; the reason holds no value. */
export type ReadBody = Decoded | { readonly kind: 'invalid'; readonly reason: string };

/** Guard, schema and decoding of a verified message. */
export function readBody(
  contract: SoapContract,
  { encoding, xsd }: OpenContract,
  expected: ExpectedMessage,
  message: VerifiedAnswer,
): ReadBody {
  const body = parseVerifiedBody(message.body);
  const finding = findInBody(body);
  if (finding !== undefined) return invalid(`body: ${finding}`);

  const [payload, ...others] = elementsOf(body) ?? [];
  if (payload === undefined || others.length > 0) return invalid('body: not-one-element');
  const isFault = isNamed(payload, soapNamespaces[contract.soapVersion], 'Fault');
  // The action is signed: a fault sent as an answer, or an answer sent as a fault, contradicts itself.
  if (message.action !== (isFault ? contract.faultAction : expected.action)) {
    return invalid('body: other-action');
  }
  const validated = isFault ? detailOf(payload, contract) : payload;
  if (validated === undefined) return invalid('fault: no-detail');
  const errors = xsd.validate(canonicalize(validated));
  if (errors.length > 0) return invalid(`xsd: ${errors.join('; ')}`);
  if (!isFault && !isNamed(payload, expected.namespace, expected.element))
    return invalid('body: other-operation');

  try {
    return encoding.decode(rebuildEnvelope(message));
  } catch {
    return invalid('body: not-decoded');
  }
}

/** `faultcode` is a QName in text, whose prefix the canonical form need not declare: only the detail counts. */
function detailOf(fault: XmlElement, { soapVersion }: SoapContract): XmlElement | undefined {
  const [namespace, name] =
    soapVersion === '1.1' ? (['', 'detail'] as const) : ([soapNamespaces['1.2'], 'Detail'] as const);
  const details = (elementsOf(fault) ?? []).filter((element) => isNamed(element, namespace, name));
  const [entry, ...others] = (details.length === 1 && details[0] && elementsOf(details[0])) || [];
  return others.length === 0 ? entry : undefined;
}

function invalid(reason: string): ReadBody {
  return { kind: 'invalid', reason };
}
