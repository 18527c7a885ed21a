import { composeNid } from '../../../contracts/identifiers/nid.js';
import { type CivilPerson, civilStatusOf, type Population } from './register.js';

/** Numbers to ask for when something is to be shown or tested. All but the last are in the population. */
export interface Samples {
  /** Head of a family of six: wife, three children, his mother. Lives in Divjakë. */
  readonly headOfSix: string;
  /** A child of that family; both parents are in the register, so the birth act names their numbers. */
  readonly childOfSix: string;
  /** A widow who lives alone in Divjakë: a head without members. */
  readonly widow: string;
  /** Her late husband: a death act; no family. */
  readonly deceased: string;
  /** Never married: asked for a marriage, the registry says FACT_NOT_FOUND. */
  readonly single: string;
  /** Married, with a marriage act. */
  readonly married: string;
  readonly divorced: string;
  /** A foreign citizen: no birth act. */
  readonly foreigner: string;
  /** Lives in Divjakë; his birth stands in a paper book only: IN_PAPER_BOOK. */
  readonly onPaper: string;
  /** A right number that nobody has: PERSON_NOT_FOUND. */
  readonly unknown: string;
}

/**
 * Finds the well-known people of a population; the first of each kind, who live in Divjakë.
 *
 * @throws {Error} when the population has none of a kind (none that `generatePopulation` makes).
 */
export function samples(population: Population): Samples {
  const people = [...population.people.values()];
  const first = (kind: string, is: (person: CivilPerson) => boolean): CivilPerson => {
    const found = people.find(is);
    if (found === undefined) throw new Error(`the population has nobody who is ${kind}`);
    return found;
  };
  const living = (person: CivilPerson) => person.death === undefined;
  const membersOf = (person: CivilPerson) => population.familyOf.get(person.nid)?.members ?? [];
  const heads = (person: CivilPerson) => population.familyOf.get(person.nid)?.headNid === person.nid;

  const headOfSix = first('head of six', (person) => heads(person) && membersOf(person).length === 5);
  const widow = first(
    'a widow alone',
    (person) =>
      person.sex === 'FEMALE' &&
      heads(person) &&
      membersOf(person).length === 0 &&
      civilStatusOf(person) === 'WIDOWED',
  );
  const foreigner = first('a foreigner', ({ citizenship }) => citizenship !== 'ALB');
  return {
    headOfSix: headOfSix.nid,
    childOfSix: first('a child of six', ({ father }) => father.nid === headOfSix.nid).nid,
    widow: widow.nid,
    deceased: first('deceased', ({ nid }) => nid === widow.marriages.at(-1)?.husband.nid).nid,
    single: first('single', (person) => heads(person) && civilStatusOf(person) === 'SINGLE').nid,
    married: first('married', (person) => living(person) && civilStatusOf(person) === 'MARRIED').nid,
    divorced: first('divorced', (person) => civilStatusOf(person) === 'DIVORCED').nid,
    foreigner: foreigner.nid,
    onPaper: first('on paper', ({ nid }) => nid === foreigner.marriages.at(-1)?.husband.nid).nid,
    unknown: unknownNid(population),
  };
}

function unknownNid(population: Population): string {
  for (let serial = 999; serial >= 0; serial -= 1) {
    const nid = composeNid({ sex: 'FEMALE', dateOfBirth: '1988-02-29', foreigner: false, serial });
    if (!population.people.has(nid)) return nid;
  }
  throw new Error('every number of 1988-02-29 is taken');
}
