import { RegisterInMaking } from './births-and-marriages.js';
import { actsOnPaperOnly } from './books.js';
import {
  coupleWithChildren,
  divorcedParents,
  elderlyCouple,
  foreignWife,
  type Household,
  single,
  threeGenerations,
  widow,
  widower,
} from './households.js';
import { readMunicipalities } from './municipalities.js';
import { mulberry32 } from './random.js';
import type { Family, Population } from './register.js';

/** Divjakë, whose one-stop shop the demonstration plays. */
const demonstrationMunicipality = '20';

/** These live in Divjakë in every population, so that each kind of answer can be shown; see `samples.ts`. */
const alwaysThere: readonly Household[] = [
  threeGenerations,
  widow,
  single,
  coupleWithChildren,
  divorcedParents,
  foreignWife,
];

/** Share of each kind among all the others; the shares need not add up to one. */
const shares: readonly (readonly [Household, number])[] = [
  [coupleWithChildren, 46],
  [threeGenerations, 9],
  [elderlyCouple, 11],
  [widow, 8],
  [widower, 4],
  [single, 13],
  [divorcedParents, 6],
  [foreignWife, 3],
];

/** No kind of household brings more people into the register than this. */
const largestHousehold = 7;

/**
 * Synthetic people in plausible families: couples, children, grandmothers, widows, singles, divorced parents. The
 * same seed and count give the same people on every machine. Nobody is real.
 *
 * @param seed any 32-bit number.
 * @param count exactly so many people, the dead included. At least 40.
 * @param until `YYYY-MM-DD`; nothing happens after this date. Default 2026-01-01, and not today, so that a
 *   population does not change overnight.
 * @throws {RangeError} for fewer than 40 people.
 */
export function generatePopulation(seed: number, count: number, until = '2026-01-01'): Population {
  if (!Number.isInteger(count) || count < 40) throw new RangeError('a population has at least 40 people');
  const random = mulberry32(seed);
  const municipalities = readMunicipalities();
  const register = new RegisterInMaking(random, municipalities, until);
  const divjake = municipalities.find(({ code }) => code === demonstrationMunicipality);
  if (divjake === undefined) throw new Error(`municipality ${demonstrationMunicipality} is not in the list`);

  for (const household of alwaysThere) household(register, divjake);
  while (register.people.size < count) {
    const room = count - register.people.size;
    const home = random.pick(municipalities);
    (room < largestHousehold ? single : drawHousehold(random.next()))(register, home);
  }
  const familyOf = new Map<string, Family>();
  for (const family of register.families) {
    familyOf.set(family.headNid, family);
    for (const { nid } of family.members) familyOf.set(nid, family);
  }
  const { people, families } = register;
  return { seed, until, people, families, familyOf, onPaperOnly: actsOnPaperOnly(people.values()) };
}

/** @param drawn at least 0, less than 1. */
function drawHousehold(drawn: number): Household {
  const total = shares.reduce((sum, [, share]) => sum + share, 0);
  let left = drawn * total;
  for (const [household, share] of shares) {
    left -= share;
    if (left < 0) return household;
  }
  return single;
}
