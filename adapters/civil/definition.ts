import { join } from 'node:path';
import type {
  CivilStatusRecord,
  FamilyComposition,
  Identifier,
  PersonRecord,
  ResidenceRecord,
} from '../../contracts/canonical/types.js';
import { findPackageRoot } from '../../src/package-root.js';
import type { Exchange } from '../adapter.js';
import { optionalText, text, UnexpectedContent } from '../soap/decoded-content.js';
import type { LeftToAPerson, Mismatch, RegistryRefusal, SoapDefinition } from '../soap/soap-definition.js';
import {
  aboutFact,
  aboutPerson,
  factKindOf,
  toCivilStatusRecord,
  toFamilyComposition,
  toPersonRecord,
  toResidenceRecord,
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
        mismatch: (evidence, exchange) =>
          otherSubject([(evidence as PersonRecord).person.identifier], exchange),
      },
      {
        name: 'family-composition',
        ...namedInWsdl('GetFamilyComposition'),
        evidenceType: 'family-composition',
        toRequest: aboutPerson,
        toEvidence: toFamilyComposition,
        mismatch(evidence, exchange) {
          const { head, members } = evidence as FamilyComposition;
          const people = [head, ...members.map(({ person }) => person)];
          return otherSubject(
            people.map(({ identifier }) => identifier),
            exchange,
          );
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
          return otherSubject([person.identifier], exchange);
        },
      },
      {
        name: 'residence',
        ...namedInWsdl('GetResidence'),
        evidenceType: 'residence-record',
        toRequest: aboutPerson,
        toEvidence: toResidenceRecord,
        mismatch: (evidence, exchange) => otherSubject([(evidence as ResidenceRecord).person], exchange),
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

function otherSubject(people: readonly Identifier[], { subject }: Exchange): Mismatch | undefined {
  const isAsked = ({ scheme, notation }: Identifier) =>
    scheme === subject.scheme && notation === subject.notation;
  return people.some(isAsked) ? undefined : 'other-subject';
}

function refusalOf(detail: unknown): RegistryRefusal | LeftToAPerson | 'busy' | undefined {
  try {
    const fault = (detail as { RegistryFault?: unknown } | null | undefined)?.RegistryFault;
    const code = text(fault, 'Code');
    if (code === 'BUSY') return 'busy';
    if (code === 'IN_PAPER_BOOK')
      return { manual: { code, ...optionalText(fault, 'MunicipalityCode', 'office') } };
    return { code, message: text(fault, 'Message') };
  } catch (error) {
    if (error instanceof UnexpectedContent) return undefined;
    throw error;
  }
}
