import { checkLetter } from '../../../contracts/identifiers/check-letter.js';
import { addDays, addYears, ageOn, daysBetween, earliest, latest } from '../../civil/simulator/calendar.js';
import { streets } from '../../civil/simulator/names.js';
import type { Random } from '../../civil/simulator/random.js';
import type { CivilPerson, Family, Population } from '../../civil/simulator/register.js';
import { samples } from '../../civil/simulator/samples.js';
import { drawFor } from '../../rest/simulator/draw.js';
import type { Administrator, Business, Entry, Owner } from '../messages.js';

/** A business as it stands in the simulated register. */
export interface Company extends Business {
  readonly administrators: readonly Administrator[];
  readonly owners: readonly Owner[];
  /** In the order of their dates. */
  readonly entries: readonly Entry[];
}

/** By NUIS, in the order in which their founders stand in the population. */
export type Companies = ReadonlyMap<string, Company>;

/** Share of the people between 22 and 70 who have founded a business. */
const founders = 0.08;
/** A year and a half before the end of the population: nothing later is entered in it. */
const lastRegistrationDays = 550;

const activities = ['Agro', 'Ndërtim', 'Transport', 'Tregti', 'Mobilieri', 'Bar Kafe', 'Elektrik', 'Servis'];

/**
 * Businesses of the people of a population: the same seed gives the same ones on every machine, in the business
 * register as at the tax office. Whatever the seed, the head of the family of six has an active company together
 * with his wife, and the divorced person of the samples an old sole trade. Nobody is real.
 */
export function generateCompanies(population: Population): Companies {
  const known = samples(population);
  const none = new Set([known.widow, known.single, known.foreigner, known.childOfSix, known.deceased]);
  const companies = new Map<string, Company>();
  let before: Company | undefined;
  for (const person of population.people.values()) {
    const family = population.familyOf.get(person.nid);
    const age = ageOn(population.until, person.dateOfBirth);
    if (family === undefined || age < 22 || age > 70 || none.has(person.nid)) continue;
    const draw = drawFor(population.seed, `company ${person.nid}`);
    const wellKnown = person.nid === known.headOfSix || person.nid === known.divorced;
    if (!draw.chance(founders) && !wellKnown) continue;
    const company = found(population, person, family, draw, {
      taken: companies,
      ...(person.nid === known.headOfSix ? { kind: 'shared' } : {}),
      ...(person.nid === known.divorced ? { kind: 'old' } : {}),
      ...(before?.status === 'ACTIVE' ? { investor: before } : {}),
    });
    companies.set(company.nuis, company);
    before = company;
  }
  return companies;
}

interface Founding {
  readonly taken: Companies;
  /** `shared`: active and owned with the spouse. `old`: an active sole trade from before 2005. */
  readonly kind?: 'shared' | 'old';
  /** Somebody who may hold a share. */
  readonly investor?: Company;
}

function found(
  population: Population,
  founder: CivilPerson,
  family: Family,
  draw: Random,
  { taken, kind, investor }: Founding,
): Company {
  const end = addDays(population.until, -lastRegistrationDays);
  const first = latest(addYears(founder.dateOfBirth, 21), '1995-01-01');
  const days = Math.max(0, daysBetween(first, end));
  const drawn = addDays(first, draw.whole(0, days));
  const registeredOn = kind === 'old' ? earliest(latest(first, '1999-05-17'), '2004-12-31') : drawn;
  const sole = kind === 'old' || (kind !== 'shared' && draw.chance(0.6));
  const status = kind === undefined ? draw.pick(statuses) : 'ACTIVE';
  const nuis = nuisFor(registeredOn, draw, taken);
  const name = `${founder.familyName} ${draw.pick(activities)}`;
  const founderName = `${founder.givenName} ${founder.familyName}`;
  const seat = {
    street: draw.pick(streets),
    number: String(draw.whole(1, 120)),
    town: family.municipality.nameSq,
    county: family.municipality.countySq,
    municipality: family.municipality.code,
  };
  return {
    nuis,
    name,
    legalForm: sole ? 'SOLE_TRADER' : 'LIMITED_LIABILITY',
    status,
    registeredOn,
    seat,
    administrators: [{ nid: founder.nid, name: founderName, since: registeredOn }],
    owners: sole
      ? [{ kind: 'PERSON', number: founder.nid, name: founderName, sharePercent: 100 }]
      : ownersOf(population, founder, family, draw, kind === 'shared' ? undefined : investor),
    entries: entriesOf(registeredOn, status, population.until, draw),
  };
}

/** Weights: nine of ten are active. */
const statuses: readonly Business['status'][] = [
  ...Array.from({ length: 18 }, () => 'ACTIVE' as const),
  'SUSPENDED',
  'DEREGISTERED',
];

function ownersOf(
  population: Population,
  founder: CivilPerson,
  family: Family,
  draw: Random,
  investor: Company | undefined,
): Owner[] {
  const own = draw.whole(51, 80);
  const ownerOf = ({ nid, givenName, familyName }: CivilPerson, sharePercent: number): Owner => {
    return { kind: 'PERSON', number: nid, name: `${givenName} ${familyName}`, sharePercent };
  };
  const spouseNid =
    family.headNid === founder.nid
      ? family.members.find(({ relationToHead }) => relationToHead === 'SPOUSE')?.nid
      : undefined;
  const spouse = population.people.get(spouseNid ?? '');
  if (spouse !== undefined) return [ownerOf(founder, own), ownerOf(spouse, 100 - own)];
  if (investor === undefined) return [ownerOf(founder, 100)];
  const { nuis, name } = investor;
  return [ownerOf(founder, own), { kind: 'BUSINESS', number: nuis, name, sharePercent: 100 - own }];
}

function entriesOf(registeredOn: string, status: Business['status'], until: string, draw: Random): Entry[] {
  const dayAfter = (date: string) => addDays(date, draw.whole(1, Math.max(1, daysBetween(date, until) - 1)));
  const entries: Entry[] = [
    { date: registeredOn, kind: 'REGISTRATION', text: 'Regjistrimi fillestar i subjektit.' },
  ];
  if (draw.chance(0.5)) {
    entries.push({ date: dayAfter(registeredOn), kind: 'ADDRESS_CHANGE', text: 'Ndryshim i selisë.' });
  }
  const last = entries.at(-1)?.date ?? registeredOn;
  if (status === 'SUSPENDED') {
    entries.push({ date: dayAfter(last), kind: 'SUSPENSION', text: 'Pezullim i veprimtarisë.' });
  }
  if (status === 'DEREGISTERED') {
    entries.push({ date: dayAfter(last), kind: 'DEREGISTRATION', text: 'Çregjistrim i subjektit.' });
  }
  return entries;
}

/** Decade and year digit, month and day of the registration, a serial, the check letter. */
function nuisFor(registeredOn: string, draw: Random, taken: Companies): string {
  const decade = 'JKLM'.charAt((Number(registeredOn.slice(0, 4)) - 1990) / 10);
  const date = registeredOn.slice(3).replaceAll('-', '');
  for (;;) {
    const firstNine = `${decade}${date}${String(draw.whole(0, 999)).padStart(3, '0')}`;
    const nuis = firstNine + checkLetter(firstNine);
    if (!taken.has(nuis)) return nuis;
  }
}
