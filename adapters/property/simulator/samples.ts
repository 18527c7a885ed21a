import type { Population } from '../../civil/simulator/register.js';
import { samples as civilSamples } from '../../civil/simulator/samples.js';
import { type Cadastre, type PartyNumber, wellKnownProperty } from './cadastre.js';

/** What to ask for when something is to be shown or tested. */
export interface PropertySamples {
  /** Half of the flat 8270/8/638 is theirs. */
  readonly owner: PartyNumber;
  /** Owns premises. */
  readonly business: PartyNumber;
  /** Head of the family of six in Divjakë: nobody of the family owns anything. */
  readonly without: PartyNumber;
  /** `zone/number` of the flat. */
  readonly property: string;
  /** A zone and number that no property has. */
  readonly unknownProperty: string;
}

/** @throws {Error} when the cadastre has none of a kind (none that `deriveCadastre` makes). */
export function samples(population: Population, cadastre: Cadastre): PropertySamples {
  const owner = cadastre.properties.get(wellKnownProperty)?.owners[0];
  const business = cadastre.businesses[0];
  if (owner === undefined || business === undefined)
    throw new Error('the cadastre lacks what always is in it');
  return {
    owner: { scheme: owner.scheme, notation: owner.notation },
    business: { scheme: business.scheme, notation: business.notation },
    without: { scheme: 'NID', notation: civilSamples(population).headOfSix },
    property: wellKnownProperty,
    unknownProperty: '8270/8/999999',
  };
}
