import { checkLetter } from '../../../contracts/identifiers/check-letter.js';
import { addDays } from '../../civil/simulator/calendar.js';
import { familyNames } from '../../civil/simulator/names.js';
import { mulberry32, type Random } from '../../civil/simulator/random.js';
import type { Family, Population } from '../../civil/simulator/register.js';

/** A person or business by number. */
export interface PartyNumber {
  readonly scheme: 'NID' | 'NUIS';
  readonly notation: string;
}

export interface CadastralOwner extends PartyNumber {
  readonly name: string;
  /** `1/2` */
  readonly share: string;
}

export interface CadastralProperty {
  readonly zone: string;
  readonly number: string;
  readonly kind:
    | 'APARTMENT'
    | 'HOUSE'
    | 'PREMISES'
    | 'BUILDING_LAND'
    | 'AGRICULTURAL_LAND'
    | 'FOREST_OR_PASTURE';
  /** Two decimals. */
  readonly areaM2: string;
  readonly owners: readonly CadastralOwner[];
  readonly encumbrances: readonly {
    readonly kind: 'MORTGAGE' | 'SEIZURE' | 'EASEMENT' | 'PROHIBITION';
    readonly registeredOn: string;
    readonly inFavourOf?: string;
  }[];
  readonly municipalityCode: string;
}

/** What the simulated cadastre knows. */
export interface Cadastre {
  /** By `zone/number`. */
  readonly properties: ReadonlyMap<string, CadastralProperty>;
  readonly businesses: readonly (PartyNumber & { readonly name: string })[];
  /** Everything of which the party owns a part; empty for most. */
  ownedBy(party: PartyNumber): readonly CadastralProperty[];
}

/** Tirana's best-known zone; the well-known property lies there. */
const tirana = { municipalityCode: '53', zone: '8270' } as const;
export const wellKnownProperty = '8270/8/638';

const businessCount = 12;
/** Of families that own something. */
const shareOfOwners = 0.35;

/**
 * Properties for the civil population of the same seed: most families own nothing, some one or two. Whatever the
 * seed, of those who always live in Divjakë the family of six and the widow own nothing, the one who lives alone
 * owns a field, and the couple with children owns the flat 8270/8/638 in Tirana. The same population gives the same
 * cadastre on every machine.
 */
export function deriveCadastre(population: Population): Cadastre {
  const random = mulberry32(population.seed ^ 0x0ca_da57e);
  const making = new CadastreInMaking(random, population);
  const [, , single, couple, ...others] = population.families;
  if (single === undefined || couple === undefined) throw new Error('the population has too few families');

  making.add(tirana.zone, '8/638', 'APARTMENT', '98.50', making.household(couple), tirana.municipalityCode);
  making.addFor(single, 'AGRICULTURAL_LAND');
  for (const family of others) {
    if (!random.chance(shareOfOwners)) continue;
    making.addFor(family, random.pick(['APARTMENT', 'HOUSE', 'HOUSE']));
    if (random.chance(0.3)) making.addFor(family, random.pick(['AGRICULTURAL_LAND', 'BUILDING_LAND']));
  }
  for (const business of making.businesses) {
    const { municipality } = random.pick(population.families);
    making.add(
      zoneOf(municipality.code, random),
      making.freeNumber(),
      'PREMISES',
      area(random, 40, 900),
      [{ ...business, share: '1/1' }],
      municipality.code,
    );
  }
  return making.done();
}

class CadastreInMaking {
  readonly businesses: (PartyNumber & { readonly name: string })[];
  private readonly properties = new Map<string, CadastralProperty>();
  private readonly owned = new Map<string, CadastralProperty[]>();
  private readonly numbers = new Set<string>();

  constructor(
    private readonly random: Random,
    private readonly population: Population,
  ) {
    this.businesses = Array.from({ length: businessCount }, () => makeBusiness(random));
  }

  /** The head alone, or head and spouse in halves. */
  household(family: Family): CadastralOwner[] {
    const spouse = family.members.find(({ relationToHead }) => relationToHead === 'SPOUSE');
    const owners = spouse === undefined ? [family.headNid] : [family.headNid, spouse.nid];
    return owners.map((nid) => {
      const person = this.population.people.get(nid);
      if (person === undefined) throw new Error('a family of somebody who is not in the population');
      const name = `${person.givenName} ${person.familyName}`;
      return { scheme: 'NID', notation: nid, name, share: `1/${owners.length}` };
    });
  }

  addFor(family: Family, kind: CadastralProperty['kind']): void {
    const { code } = family.municipality;
    const size = kind.endsWith('LAND') ? area(this.random, 500, 12_000) : area(this.random, 38, 240);
    this.add(zoneOf(code, this.random), this.freeNumber(), kind, size, this.household(family), code);
  }

  add(
    zone: string,
    number: string,
    kind: CadastralProperty['kind'],
    areaM2: string,
    owners: readonly CadastralOwner[],
    municipalityCode: string,
  ): void {
    const encumbrances = this.random.chance(0.2) ? [this.mortgage()] : [];
    const property = { zone, number, kind, areaM2, owners, encumbrances, municipalityCode };
    this.properties.set(`${zone}/${number}`, property);
    for (const owner of owners) {
      const key = keyOf(owner);
      this.owned.set(key, [...(this.owned.get(key) ?? []), property]);
    }
  }

  /** A number that no property has, whatever its zone. */
  freeNumber(): string {
    for (;;) {
      const number = `${this.random.whole(1, 40)}/${this.random.whole(1, 999)}`;
      if (number === '8/638' || this.numbers.has(number)) continue;
      this.numbers.add(number);
      return number;
    }
  }

  done(): Cadastre {
    const { properties, businesses, owned } = this;
    return { properties, businesses, ownedBy: (party) => owned.get(keyOf(party)) ?? [] };
  }

  private mortgage(): CadastralProperty['encumbrances'][number] {
    const registeredOn = addDays('2008-01-01', this.random.whole(0, 6_000));
    return this.random.chance(0.7)
      ? { kind: 'MORTGAGE', registeredOn, inFavourOf: 'Banka Shembull sh.a.' }
      : { kind: this.random.pick(['SEIZURE', 'EASEMENT']), registeredOn };
  }
}

function keyOf({ scheme, notation }: PartyNumber): string {
  return `${scheme} ${notation}`;
}

/** Ten zones a municipality; none of them is Tirana's well-known one. */
function zoneOf(municipalityCode: string, random: Random): string {
  return String(1000 + Number(municipalityCode) * 50 + random.whole(0, 9));
}

function area(random: Random, least: number, most: number): string {
  return `${random.whole(least, most)}.${random.pick(['00', '00', '50', '25'])}`;
}

function makeBusiness(random: Random): PartyNumber & { readonly name: string } {
  const nine = `${random.pick(['J', 'K', 'L', 'M'])}${random.whole(10_000_000, 99_999_999)}`;
  return { scheme: 'NUIS', notation: nine + checkLetter(nine), name: `${random.pick(familyNames)} sh.p.k.` };
}
