import { type Content, type Element, element } from '../../soap/simulator/write-xml.js';
import type { CadastralOwner, CadastralProperty, Cadastre, PartyNumber } from './cadastre.js';
import type { FaultCode } from './protocol.js';

/** A question whose signature and schema are already checked. */
export type Question =
  | { readonly operation: 'GetOwnership'; readonly party: PartyNumber }
  | { readonly operation: 'GetPropertyCard'; readonly zone: string; readonly number: string }
  | {
      readonly operation: 'RegisterProhibition';
      readonly zone: string;
      readonly number: string;
      readonly inFavourOf: string;
    };

/** A prohibition that was entered; every execution is one. */
export interface Entry {
  readonly zone: string;
  readonly number: string;
  readonly inFavourOf: string;
  /** Milliseconds since the epoch. */
  readonly enteredAt: number;
}

export type Answer =
  | {
      readonly kind: 'answer';
      /** `Ownership` or `PropertyCard`. */
      readonly content: Element;
    }
  | { readonly kind: 'fault'; readonly code: FaultCode; readonly message: string };

/**
 * Answers a question from the cadastre, with the prohibitions that were entered. Whoever owns nothing, known or not, gets the negative certificate: the
 * cadastre keeps properties, not people.
 *
 * @param asOf milliseconds since the epoch; goes into the answer.
 */
export function answerFrom(
  cadastre: Cadastre,
  question: Question,
  asOf: number,
  entries: readonly Entry[] = [],
): Answer {
  const moment = `${new Date(asOf).toISOString().slice(0, 19)}Z`;
  if (question.operation === 'GetOwnership') {
    const owned = cadastre.ownedBy(question.party);
    return {
      kind: 'answer',
      content: element('Ownership', [
        ['Query', [numberXml(question.party)]],
        ['Found', String(owned.length > 0)],
        ['Properties', owned.map((property) => element('Property', propertyXml(property)))],
        ['AsOf', moment],
      ]),
    };
  }
  const property = cadastre.properties.get(`${question.zone}/${question.number}`);
  if (property === undefined) {
    return { kind: 'fault', code: 'PROPERTY_NOT_FOUND', message: 'No property has this zone and number.' };
  }
  const entered = entries
    .filter((entry) => entry.zone === question.zone && entry.number === question.number)
    .map(({ inFavourOf, enteredAt }) => {
      const registeredOn = new Date(enteredAt).toISOString().slice(0, 10);
      return { kind: 'PROHIBITION' as const, registeredOn, inFavourOf };
    });
  const encumbrances = [...property.encumbrances, ...entered];
  const content = element('PropertyCard', [
    ['Property', propertyXml({ ...property, encumbrances })],
    ['AsOf', moment],
  ]);
  return { kind: 'answer', content };
}

function propertyXml(property: CadastralProperty): Content {
  return [
    ['CadastralZone', property.zone],
    ['PropertyNumber', property.number],
    ['Kind', property.kind],
    ['AreaM2', property.areaM2],
    ['Owners', property.owners.map((owner) => element('Owner', ownerXml(owner)))],
    [
      'Encumbrances',
      property.encumbrances.map(({ kind, registeredOn, inFavourOf }) =>
        element('Encumbrance', [
          ['Kind', kind],
          ['RegisteredOn', registeredOn],
          ...(inFavourOf === undefined ? [] : [element('InFavourOf', inFavourOf)]),
        ]),
      ),
    ],
    ['MunicipalityCode', property.municipalityCode],
  ];
}

function ownerXml(owner: CadastralOwner): Content {
  return [
    ['Party', [numberXml(owner), ['Name', owner.name]]],
    ['Share', owner.share],
  ];
}

function numberXml({ scheme, notation }: PartyNumber): Element {
  return [scheme === 'NID' ? 'Nid' : 'Nuis', notation];
}
