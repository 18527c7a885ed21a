import type {
  Address,
  CivilStatusRecord,
  Fact,
  FamilyComposition,
  FamilyMember,
  Identifier,
  MaritalEvent,
  Person,
  PersonRecord,
  RelatedPerson,
  ResidenceRecord,
} from '../../contracts/canonical/types.js';
import type { Exchange } from '../adapter.js';
import { soapContextOf } from '../mapping.js';
import { child, choice, list, optionalChild, optionalText, text } from '../soap/decoded-content.js';
import type { SoapObject } from '../soap/soap-encoding.js';
import { UnmappableRequest } from '../soap/unmappable-request.js';

/** Between canonical JSON and `contracts/registries/civil/civil.xsd`. Names on the left are the registry's. */

export const factKinds = ['BIRTH', 'MARRIAGE', 'DEATH'] as const;
export type FactKind = (typeof factKinds)[number];

const civilStatuses = ['SINGLE', 'MARRIED', 'DIVORCED', 'WIDOWED'] as const;
const relationsToHead = ['SPOUSE', 'SON', 'DAUGHTER', 'FATHER', 'MOTHER', 'OTHER'] as const;
const maritalEventKinds = ['MARRIAGE', 'DIVORCE', 'SPOUSE_DEATH'] as const;

/**
 * Content of GetPerson, GetFamilyComposition and GetResidence.
 *
 * @throws {UnmappableRequest} when the subject is not a person.
 */
export function aboutPerson(exchange: Exchange): SoapObject {
  // The shapes overlap: a business would be asked for as if it were a person.
  if (exchange.subject.scheme !== 'NID') throw new UnmappableRequest('/subject/scheme');
  return { Context: soapContextOf(exchange), Nid: exchange.subject.notation };
}

/** Content of GetCivilFact. */
export function aboutFact(exchange: Exchange): SoapObject {
  return { ...aboutPerson(exchange), FactKind: factKindOf(exchange) };
}

/**
 * The parameter `factKind`.
 *
 * @throws {UnmappableRequest} when it is none.
 */
export function factKindOf(exchange: Exchange): FactKind {
  const kind = factKinds.find((each) => each === exchange.parameters.factKind);
  if (kind === undefined) throw new UnmappableRequest('/parameters/factKind');
  return kind;
}

export function toPersonRecord(content: unknown): PersonRecord {
  return {
    person: toPerson(child(content, 'Person')),
    civilStatus: choice(content, 'CivilStatus', civilStatuses),
    asOf: text(content, 'AsOf'),
    source: toSource(content),
  };
}

export function toFamilyComposition(content: unknown): FamilyComposition {
  return {
    head: toPerson(child(content, 'Head')),
    members: list(content, 'Members', 'Member').map(toFamilyMember),
    address: toAddress(child(content, 'Address')),
    asOf: text(content, 'AsOf'),
  };
}

export function toCivilStatusRecord(content: unknown): CivilStatusRecord {
  return {
    person: toPerson(child(content, 'Person')),
    civilStatus: choice(content, 'CivilStatus', civilStatuses),
    maritalEvents: list(content, 'MaritalEvents', 'MaritalEvent').map(toMaritalEvent),
    fact: toFact(child(content, 'Fact')),
    registerReference: text(content, 'RegisterReference'),
    municipalityCode: text(content, 'MunicipalityCode'),
    asOf: text(content, 'AsOf'),
    source: toSource(content),
  };
}

export function toResidenceRecord(content: unknown): ResidenceRecord {
  const address = toAddress(child(content, 'Address'));
  return {
    person: toNid(content),
    address,
    since: text(content, 'Since'),
    municipalityCode: address.municipalityCode,
    asOf: text(content, 'AsOf'),
  };
}

function toFamilyMember(member: unknown): FamilyMember {
  return {
    person: toPerson(child(member, 'Person')),
    relationToHead: choice(member, 'RelationToHead', relationsToHead),
  };
}

function toMaritalEvent(event: unknown): MaritalEvent {
  return {
    kind: choice(event, 'Kind', maritalEventKinds),
    date: text(event, 'Date'),
    ...optionalText(event, 'Place', 'place'),
    ...optionalRelated(event, 'Spouse', 'spouse'),
  };
}

function toFact(fact: unknown): Fact {
  return {
    kind: choice(fact, 'Kind', factKinds),
    date: text(fact, 'Date'),
    place: text(fact, 'Place'),
    ...optionalRelated(fact, 'Mother', 'mother'),
    ...optionalRelated(fact, 'Father', 'father'),
    ...optionalRelated(fact, 'Spouse', 'spouse'),
  };
}

function optionalRelated<Key extends 'mother' | 'father' | 'spouse'>(
  parent: unknown,
  element: string,
  key: Key,
): { readonly [K in Key]?: RelatedPerson } {
  const related = optionalChild(parent, element);
  if (related === undefined) return {};
  return { [key]: toRelatedPerson(related) } as { readonly [K in Key]?: RelatedPerson };
}

function toRelatedPerson(related: unknown): RelatedPerson {
  return {
    ...(optionalChild(related, 'Nid') === undefined ? {} : { identifier: toNid(related) }),
    givenName: text(related, 'GivenName'),
    familyName: text(related, 'FamilyName'),
  };
}

function toPerson(person: unknown): Person {
  const domicile = optionalChild(person, 'Domicile');
  return {
    identifier: toNid(person),
    givenName: text(person, 'GivenName'),
    familyName: text(person, 'FamilyName'),
    ...optionalText(person, 'PatronymicName', 'patronymicName'),
    sex: choice(person, 'Sex', ['MALE', 'FEMALE']),
    dateOfBirth: text(person, 'DateOfBirth'),
    placeOfBirth: text(person, 'PlaceOfBirth'),
    ...optionalText(person, 'DateOfDeath', 'dateOfDeath'),
    citizenship: text(person, 'Citizenship'),
    ...(domicile === undefined ? {} : { domicile: toAddress(domicile) }),
  };
}

function toNid(person: unknown): Identifier {
  return { scheme: 'NID', notation: text(person, 'Nid') };
}

function toAddress(address: unknown): Address {
  return {
    ...optionalText(address, 'Thoroughfare', 'thoroughfare'),
    ...optionalText(address, 'LocatorDesignator', 'locatorDesignator'),
    ...optionalText(address, 'PostCode', 'postCode'),
    postName: text(address, 'PostName'),
    administrativeUnitLevel2: text(address, 'AdministrativeUnitLevel2'),
    municipalityCode: text(address, 'MunicipalityCode'),
    fullAddress: text(address, 'FullAddress'),
  };
}

function toSource(content: unknown): 'register' | 'book' {
  return choice(content, 'Source', ['REGISTER', 'BOOK']) === 'REGISTER' ? 'register' : 'book';
}
