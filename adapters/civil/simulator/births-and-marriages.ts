import { composeNid } from '../../../contracts/identifiers/nid.js';
import { addDays, daysBetween } from './calendar.js';
import type { Municipality } from './municipalities.js';
import { familyNames, femaleNames, maleNames, streets } from './names.js';
import type { Random } from './random.js';
import type { Act, CivilPerson, Family, Marriage, NamedPerson } from './register.js';

/** The population while it is being made up: everybody's acts, numbers and families. */
export class RegisterInMaking {
  readonly people = new Map<string, CivilPerson>();
  readonly families: Family[] = [];
  private readonly references = new Set<string>();

  constructor(
    readonly random: Random,
    readonly municipalities: readonly Municipality[],
    /** `YYYY-MM-DD`: nothing happens after this date. */
    readonly until: string,
  ) {}

  /** A day from one date to another, both included. */
  day(from: string, to: string): string {
    return addDays(from, this.random.whole(0, Math.max(0, daysBetween(from, to))));
  }

  /** Enters an act with a reference that no other act has. */
  act(letter: 'L' | 'M' | 'V', date: string, municipality: Municipality): Act {
    for (;;) {
      const reference = `${municipality.code}/${date.slice(0, 4)}/${letter}/${this.random.whole(1, 2999)}`;
      if (this.references.has(reference)) continue;
      this.references.add(reference);
      return { date, municipality, reference };
    }
  }

  /** Somebody is born; parents who are not in the register are made up as names. */
  birth(of: {
    sex: 'MALE' | 'FEMALE';
    date: string;
    municipality: Municipality;
    father?: CivilPerson;
    mother?: CivilPerson;
    /** Given to people from abroad, whose birth is not in a register here. */
    abroad?: {
      givenName: string;
      familyName: string;
      citizenship: string;
      placeOfBirth: string;
      father: string;
    };
  }): CivilPerson {
    const { random } = this;
    const familyName = of.abroad?.familyName ?? of.father?.familyName ?? random.pick(familyNames);
    const fatherName = of.abroad?.father ?? of.father?.givenName ?? random.pick(maleNames);
    const givenName = of.abroad?.givenName ?? random.pick(of.sex === 'MALE' ? maleNames : femaleNames);
    const person: CivilPerson = {
      nid: this.freeNid(of.sex, of.date, of.abroad !== undefined),
      givenName,
      familyName,
      patronymicName: fatherName,
      sex: of.sex,
      dateOfBirth: of.date,
      placeOfBirth: of.abroad?.placeOfBirth ?? of.municipality.nameSq,
      citizenship: of.abroad?.citizenship ?? 'ALB',
      ...(of.abroad === undefined ? { birth: this.act('L', of.date, of.municipality) } : {}),
      father: of.father === undefined ? { givenName: fatherName, familyName } : named(of.father),
      mother:
        of.mother === undefined ? { givenName: random.pick(femaleNames), familyName } : named(of.mother),
      marriages: [],
    };
    this.people.set(person.nid, person);
    return person;
  }

  /** Nine wives of ten take their husband's name. */
  marriage(husband: CivilPerson, wife: CivilPerson, date: string, municipality: Municipality): Marriage {
    const marriage = { act: this.act('M', date, municipality), husband: named(husband), wife: named(wife) };
    husband.marriages.push(marriage);
    wife.marriages.push(marriage);
    if (this.random.chance(0.9)) wife.familyName = husband.familyName;
    return marriage;
  }

  /** Somebody dies; a marriage that lasts ends with it. */
  death(person: CivilPerson, date: string, municipality: Municipality): void {
    person.death = this.act('V', date, municipality);
    const last = person.marriages.at(-1);
    if (last !== undefined && last.ended === undefined)
      last.ended = { kind: 'DEATH', date, diedNid: person.nid };
  }

  /** Registers people under one roof; the first is the head. */
  family(municipality: Municipality, head: CivilPerson, members: Family['members']): Family {
    const family = {
      headNid: head.nid,
      members,
      municipality,
      street: this.random.pick(streets),
      houseNumber: String(this.random.whole(1, 180)),
    };
    this.families.push(family);
    return family;
  }

  private freeNid(sex: 'MALE' | 'FEMALE', dateOfBirth: string, foreigner: boolean): string {
    for (;;) {
      const nid = composeNid({ sex, dateOfBirth, foreigner, serial: this.random.whole(1, 999) });
      if (!this.people.has(nid)) return nid;
    }
  }
}

/** How an act names somebody who is in the register. */
export function named(person: CivilPerson): NamedPerson & { readonly nid: string } {
  return { nid: person.nid, givenName: person.givenName, familyName: person.familyName };
}
