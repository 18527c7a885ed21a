import { join } from 'node:path';
import type { CivilStatusRecord, FamilyComposition, PersonRecord } from '../../contracts/canonical/types.js';
import { findPackageRoot } from '../../src/package-root.js';
import type { Exchange } from '../adapter.js';
import { text, UnexpectedContent } from '../soap/decoded-content.js';
import type { Mismatch, RegistryRefusal, SoapDefinition } from '../soap/soap-definition.js';
import {
  aboutFact,
  aboutPerson,
  factKindOf,
  toCivilStatusRecord,
  toFamilyComposition,
  toPersonRecord,
} from './mapping.js';

/** Target namespace of the contract, and the stem of its actions. */
export const civilNamespace = 'urn:al:ura:registry:civil:v1';

/** The civil status registry, as `contracts/registries/civil/civil.wsdl` describes it. */
export function civilDefinition(packageRoot: string = findPackageRoot()): SoapDefinition {
  const folder = join(packageRoot, 'contracts', 'registries', 'civil');
  return {
    name: 'civil',
    wsdlPath: join(folder, 'civil.wsdl'),
    xsdPath: join(folder, 'civil.xsd'),
    soapVersion: '1.1',
    faultAction: `${civilNamespace}/Fault`,
    refusalOf,
    operations: [
      {
        name: 'person',
        ...namedInWsdl('GetPerson'),
        evidenceType: 'person-record',
        toRequest: aboutPerson,
        toEvidence: toPersonRecord,
        mismatch: (evidence, exchange) => otherSubject([(evidence as PersonRecord).person], exchange),
      },
      {
        name: 'family-composition',
        ...namedInWsdl('GetFamilyComposition'),
        evidenceType: 'family-composition',
        toRequest: aboutPerson,
        toEvidence: toFamilyComposition,
        mismatch(evidence, exchange) {
          const { head, members } = evidence as FamilyComposition;
          return otherSubject([head, ...members.map(({ person }) => person)], exchange);
        },
      },
      {
        name: 'civil-fact',
        ...namedInWsdl('GetCivilFact'),
        evidenceType: 'civil-status-record',
        toRequest: aboutFact,
        toEvidence: toCivilStatusRecord,
        mismatch(evidence, exchange) {
          const { person, fact } = evidence as CivilStatusRecord;
          if (fact.kind !== factKindOf(exchange)) return 'other-fact';
          return otherSubject([person], exchange);
        },
      },
    ],
  };
}

function namedInWsdl(soapOperation: string) {
  return {
    soapOperation,
    soapAction: `${civilNamespace}/${soapOperation}`,
    replyAction: `${civilNamespace}/${soapOperation}Response`,
    // Promised by the WSDL's documentation: a message id is executed once.
    idempotentByMessageId: true,
  };
}

function otherSubject(
  people: readonly PersonRecord['person'][],
  { subject }: Exchange,
): Mismatch | undefined {
  const isAsked = ({ identifier }: PersonRecord['person']) =>
    identifier.scheme === subject.scheme && identifier.notation === subject.notation;
  return people.some(isAsked) ? undefined : 'other-subject';
}

function refusalOf(detail: unknown): RegistryRefusal | 'busy' | undefined {
  try {
    const fault = (detail as { RegistryFault?: unknown } | null | undefined)?.RegistryFault;
    const code = text(fault, 'Code');
    return code === 'BUSY' ? 'busy' : { code, message: text(fault, 'Message') };
  } catch (error) {
    if (error instanceof UnexpectedContent) return undefined;
    throw error;
  }
}
