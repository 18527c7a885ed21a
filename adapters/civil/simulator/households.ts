import type { RegisterInMaking } from './births-and-marriages.js';
import { addDays, addYears, ageOn, earliest, latest } from './calendar.js';
import type { Municipality } from './municipalities.js';
import { foreigners } from './names.js';
import type { CivilPerson, RelationToHead } from './register.js';

/** Makes one household up, and the people and acts that belong to it. */
export type Household = (register: RegisterInMaking, home: Municipality) => void;

type Member = { readonly nid: string; readonly relationToHead: RelationToHead };

/** A couple with the children that came; none to four. */
export const coupleWithChildren: Household = (register, home) => {
  const { random } = register;
  const husband = adult(register, 'MALE', home, 27, 52);
  const wife = wifeFor(register, husband, home);
  const married = wedding(register, husband, wife, home, 8);
  const children = childrenOf(
    register,
    husband,
    wife,
    home,
    married,
    random.pick([0, 1, 1, 2, 2, 2, 3, 3, 4]),
  );
  register.family(home, husband, [spouse(wife), ...children.map(child)]);
};

/** Husband, wife, three children and the husband's widowed mother: six people, and a dead grandfather. */
export const threeGenerations: Household = (register, home) => {
  const grandfather = adult(register, 'MALE', home, 74, 80);
  const grandmother = wifeFor(register, grandfather, home);
  const married = wedding(register, grandfather, grandmother, home, 2);
  const [son] = childrenOf(register, grandfather, grandmother, home, married, 1, 'MALE');
  if (son === undefined) throw new Error('the grandparents have no son');
  // He saw his son grow up and no more than that, so the order of the acts holds whatever the dates are.
  register.death(grandfather, register.day(addYears(son.dateOfBirth, 30), register.until), home);
  const wife = wifeFor(register, son, home);
  const children = childrenOf(register, son, wife, home, wedding(register, son, wife, home, 1), 3);
  register.family(home, son, [
    spouse(wife),
    ...children.map(child),
    { nid: grandmother.nid, relationToHead: 'MOTHER' },
  ]);
};

/** An elderly couple on their own. */
export const elderlyCouple: Household = (register, home) => {
  const husband = adult(register, 'MALE', home, 66, 88);
  const wife = wifeFor(register, husband, home);
  wedding(register, husband, wife, home, 10);
  register.family(home, husband, [spouse(wife)]);
};

/** A widow who lives alone; her husband is dead and in the register. */
export const widow: Household = (register, home) => {
  const husband = adult(register, 'MALE', home, 66, 90);
  const wife = wifeFor(register, husband, home);
  const married = wedding(register, husband, wife, home, 10);
  register.death(
    husband,
    register.day(latest(addYears(married, 1), addYears(register.until, -20)), register.until),
    home,
  );
  register.family(home, wife, []);
};

/** A widower who lives alone. */
export const widower: Household = (register, home) => {
  const husband = adult(register, 'MALE', home, 62, 90);
  const wife = wifeFor(register, husband, home);
  const married = wedding(register, husband, wife, home, 10);
  register.death(
    wife,
    register.day(latest(addYears(married, 1), addYears(register.until, -20)), register.until),
    home,
  );
  register.family(home, husband, []);
};

/** Somebody who never married and lives alone. */
export const single: Household = (register, home) => {
  const sex = register.random.chance(0.5) ? 'MALE' : 'FEMALE';
  register.family(home, adult(register, sex, home, 20, 72), []);
};

/** A divorced mother with her children, and their father in a household of his own. */
export const divorcedParents: Household = (register, home) => {
  const father = adult(register, 'MALE', home, 40, 54);
  const mother = wifeFor(register, father, home);
  const married = wedding(register, father, mother, home, 2);
  const children = childrenOf(register, father, mother, home, married, register.random.whole(1, 2));
  const youngest = latest(addYears(married, 1), ...children.map(({ dateOfBirth }) => dateOfBirth));
  const marriage = father.marriages.at(-1);
  if (marriage !== undefined) {
    marriage.ended = { kind: 'DIVORCE', date: register.day(addDays(youngest, 30), register.until) };
  }
  register.family(home, mother, children.map(child));
  register.family(home, father, []);
};

/** A couple whose wife came from abroad; her birth is in no register here. */
export const foreignWife: Household = (register, home) => {
  const husband = adult(register, 'MALE', home, 30, 50);
  const abroad = register.random.pick(foreigners);
  const date = register.day(addYears(husband.dateOfBirth, -2), addYears(husband.dateOfBirth, 5));
  const wife = register.birth({ sex: 'FEMALE', date, municipality: home, abroad });
  wedding(register, husband, wife, home, 5);
  register.family(home, husband, [spouse(wife)]);
};

function adult(
  register: RegisterInMaking,
  sex: 'MALE' | 'FEMALE',
  home: Municipality,
  least: number,
  most: number,
): CivilPerson {
  const date = register.day(
    addDays(addYears(register.until, -most - 1), 1),
    addYears(register.until, -least),
  );
  // Seven of ten live where they were born.
  const municipality = register.random.chance(0.7) ? home : register.random.pick(register.municipalities);
  return register.birth({ sex, date, municipality });
}

/** From two years older to five years younger than the husband. */
function wifeFor(register: RegisterInMaking, husband: CivilPerson, home: Municipality): CivilPerson {
  const date = register.day(addYears(husband.dateOfBirth, -2), addYears(husband.dateOfBirth, 5));
  const municipality = register.random.chance(0.6) ? home : register.random.pick(register.municipalities);
  return register.birth({ sex: 'FEMALE', date, municipality });
}

/** They marry within some years of both being of age (he 21, she 19). @returns the day. */
function wedding(
  register: RegisterInMaking,
  husband: CivilPerson,
  wife: CivilPerson,
  home: Municipality,
  withinYears: number,
): string {
  const from = latest(addYears(husband.dateOfBirth, 21), addYears(wife.dateOfBirth, 19));
  const to = addYears(from, withinYears);
  const date = register.day(from, earliest(to, register.until));
  register.marriage(husband, wife, date, home);
  return date;
}

/** At most so many children: none after the mother is 43, and none in the future. */
function childrenOf(
  register: RegisterInMaking,
  father: CivilPerson,
  mother: CivilPerson,
  home: Municipality,
  married: string,
  atMost: number,
  sex?: 'MALE' | 'FEMALE',
): CivilPerson[] {
  const children: CivilPerson[] = [];
  let date = register.day(addDays(married, 300), addDays(married, 900));
  while (children.length < atMost && date <= register.until && ageOn(date, mother.dateOfBirth) <= 43) {
    const drawn = register.random.chance(0.5) ? 'MALE' : 'FEMALE';
    children.push(register.birth({ sex: sex ?? drawn, date, municipality: home, father, mother }));
    date = register.day(addDays(date, 400), addDays(date, 1500));
  }
  return children;
}

function spouse(person: CivilPerson): Member {
  return { nid: person.nid, relationToHead: 'SPOUSE' };
}

function child(person: CivilPerson): Member {
  return { nid: person.nid, relationToHead: person.sex === 'MALE' ? 'SON' : 'DAUGHTER' };
}
