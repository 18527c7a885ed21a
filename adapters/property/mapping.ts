import type {
  Encumbrance,
  Identifier,
  Party,
  Property,
  PropertyCard,
  PropertyOwner,
  PropertyOwnershipRecord,
} from '../../contracts/canonical/types.js';
import type { Exchange } from '../adapter.js';
import { soapContextOf } from '../mapping.js';
import {
  child,
  choice,
  list,
  optionalChild,
  optionalText,
  text,
  UnexpectedContent,
} from '../soap/decoded-content.js';
import type { SoapObject } from '../soap/soap-encoding.js';
import { UnmappableRequest } from '../soap/unmappable-request.js';

/** Between canonical JSON and `contracts/registries/property/property.xsd`. Names on the left are the registry's. */

const kinds = [
  'APARTMENT',
  'HOUSE',
  'PREMISES',
  'BUILDING_LAND',
  'AGRICULTURAL_LAND',
  'FOREST_OR_PASTURE',
] as const;
const encumbranceKinds = ['MORTGAGE', 'SEIZURE', 'PROHIBITION', 'EASEMENT', 'LEASE'] as const;

/**
 * Content of GetOwnership.
 *
 * @throws {UnmappableRequest} when the subject is neither a person nor a business.
 */
export function aboutParty(exchange: Exchange): SoapObject {
  const { scheme, notation } = exchange.subject;
  // The shapes overlap: the scheme alone says which of the two it is.
  if (scheme === 'NID') return { Context: soapContextOf(exchange), Nid: notation };
  if (scheme === 'NUIS') return { Context: soapContextOf(exchange), Nuis: notation };
  throw new UnmappableRequest('/subject/scheme');
}

/**
 * Content of GetPropertyCard: the zone stands before the first slash, and the number may hold more of them.
 *
 * @throws {UnmappableRequest} when the subject is no property.
 */
export function aboutProperty(exchange: Exchange): SoapObject {
  const { scheme, notation } = exchange.subject;
  if (scheme !== 'PROPERTY') throw new UnmappableRequest('/subject/scheme');
  const slash = notation.indexOf('/');
  if (slash < 0) throw new UnmappableRequest('/subject/notation');
  return {
    Context: soapContextOf(exchange),
    CadastralZone: notation.slice(0, slash),
    PropertyNumber: notation.slice(slash + 1),
  };
}

/**
 * Content of RegisterProhibition.
 *
 * @throws {UnmappableRequest} when the subject is no property, or the parameter `grounds` is no text.
 */
export function prohibitionOn(exchange: Exchange): SoapObject {
  const { grounds } = exchange.parameters;
  if (typeof grounds !== 'string') throw new UnmappableRequest('/parameters/grounds');
  return { ...aboutProperty(exchange), Grounds: grounds };
}

/** Out of an answer, a late answer or a callback: each holds one Ownership. */
export function toOwnershipRecord(content: unknown): PropertyOwnershipRecord {
  const ownership = child(content, 'Ownership');
  const query = toNumber(child(ownership, 'Query'));
  if (query === undefined) throw new UnexpectedContent('Query');
  return {
    query,
    found: flag(ownership, 'Found'),
    properties: list(ownership, 'Properties', 'Property').map(toProperty),
    asOf: text(ownership, 'AsOf'),
  };
}

export function toPropertyCard(content: unknown): PropertyCard {
  const card = child(content, 'PropertyCard');
  return { property: toProperty(child(card, 'Property')), asOf: text(card, 'AsOf') };
}

/** The identifier of a property: zone and number, joined by a slash. */
export function notationOf({ cadastralZone, propertyNumber }: Property): string {
  return `${cadastralZone}/${propertyNumber}`;
}

function toProperty(property: unknown): Property {
  return {
    cadastralZone: text(property, 'CadastralZone'),
    propertyNumber: text(property, 'PropertyNumber'),
    kind: choice(property, 'Kind', kinds),
    // At most eleven digits by the schema: a double holds them exactly enough to print them again.
    areaM2: Number(text(property, 'AreaM2')),
    owners: list(property, 'Owners', 'Owner').map(toOwner),
    encumbrances: list(property, 'Encumbrances', 'Encumbrance').map(toEncumbrance),
    municipalityCode: text(property, 'MunicipalityCode'),
  };
}

function toOwner(owner: unknown): PropertyOwner {
  return { party: toParty(child(owner, 'Party')), share: text(owner, 'Share') };
}

function toParty(party: unknown): Party {
  const identifier = toNumber(party);
  return { ...(identifier === undefined ? {} : { identifier }), name: text(party, 'Name') };
}

function toNumber(parent: unknown): Identifier | undefined {
  for (const [element, scheme] of [
    ['Nid', 'NID'],
    ['Nuis', 'NUIS'],
  ] as const) {
    if (optionalChild(parent, element) !== undefined) return { scheme, notation: text(parent, element) };
  }
  return undefined;
}

function toEncumbrance(encumbrance: unknown): Encumbrance {
  return {
    kind: choice(encumbrance, 'Kind', encumbranceKinds),
    registeredOn: text(encumbrance, 'RegisteredOn'),
    ...optionalText(encumbrance, 'InFavourOf', 'inFavourOf'),
  };
}

/** node-soap reads xs:boolean by itself. */
function flag(parent: unknown, element: string): boolean {
  const found = child(parent, element);
  if (typeof found !== 'boolean') throw new UnexpectedContent(element);
  return found;
}
