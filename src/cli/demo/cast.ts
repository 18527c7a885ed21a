import { isFromPaper } from '../../../adapters/business/simulator/business-register.js';
import { type Company, generateCompanies } from '../../../adapters/business/simulator/companies.js';
import type { CivilPerson, Population } from '../../../adapters/civil/simulator/register.js';
import { type Samples, samples } from '../../../adapters/civil/simulator/samples.js';
import { deriveCadastre } from '../../../adapters/property/simulator/cadastre.js';
import { samples as propertySamples } from '../../../adapters/property/simulator/samples.js';

/** Who comes to the counter. The registries are made from the same population, so they know them too. */
export interface Cast {
  readonly people: Samples;
  /** Owns half of `property`. */
  readonly owner: string;
  /** `zone/number`. */
  readonly property: { readonly zone: string; readonly number: string };
  /** Of the family of six. */
  readonly builder: string;
  /** Two businesses that are in the electronic register, so that their historic extracts come at once. */
  readonly hauliers: readonly [Company, Company];
  /** A child of kindergarten age, and who applies for it. */
  readonly kindergarten: { readonly parent: string; readonly child: string };
  /** Whose birth stands in a paper book; what the officer reads there. */
  readonly inBook: CivilPerson;
}

/**
 * Picks the people and businesses of the morning out of a population.
 *
 * @throws {Error} when the population has none of a kind (none that `generatePopulation` makes).
 */
export function castOf(population: Population): Cast {
  const people = samples(population);
  const property = propertySamples(population, deriveCadastre(population));
  const companies = [...generateCompanies(population).values()];
  const builder = companies.find(({ administrators }) => administrators[0]?.nid === people.headOfSix);
  const hauliers = companies.filter((company) => company.status === 'ACTIVE' && !isFromPaper(company));
  const inBook = population.people.get(people.onPaper);
  const [zone, ...number] = property.property.split('/');
  const [first, second] = hauliers;
  if (!builder || !first || !second || !inBook || zone === undefined)
    throw new Error('the population lacks somebody who always is in it');
  return {
    people,
    owner: property.owner.notation,
    property: { zone, number: number.join('/') },
    builder: builder.nuis,
    hauliers: [first, second],
    kindergarten: findChild(population) ?? { parent: people.headOfSix, child: people.childOfSix },
    inBook,
  };
}

/** A child of two to six years in Divjakë; undefined in a population that has none. */
function findChild(population: Population): Cast['kindergarten'] | undefined {
  const bornFrom = yearsBefore(population.until, 6);
  const bornBefore = yearsBefore(population.until, 2);
  for (const { headNid, members, municipality } of population.families) {
    if (municipality.code !== '20') continue;
    const child = members.find(({ nid, relationToHead }) => {
      const { dateOfBirth = '', birth } = population.people.get(nid) ?? {};
      const isChild = relationToHead === 'SON' || relationToHead === 'DAUGHTER';
      return isChild && birth !== undefined && dateOfBirth >= bornFrom && dateOfBirth < bornBefore;
    });
    if (child !== undefined) return { parent: headNid, child: child.nid };
  }
  return undefined;
}

function yearsBefore(date: string, years: number): string {
  return `${Number(date.slice(0, 4)) - years}${date.slice(4)}`;
}
