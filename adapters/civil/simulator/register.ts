import type { Municipality } from './municipalities.js';

/** An act as it stands in a register or book. */
export interface Act {
  /** `YYYY-MM-DD` of the event. */
  readonly date: string;
  readonly municipality: Municipality;
  /** Municipality / year / L, M or V / number. Unique. */
  readonly reference: string;
}

/** A person named in an act; without NID when nobody of that name is in the register. */
export interface NamedPerson {
  readonly nid?: string;
  readonly givenName: string;
  readonly familyName: string;
}

export interface Marriage {
  readonly act: Act;
  readonly husband: NamedPerson & { readonly nid: string };
  readonly wife: NamedPerson & { readonly nid: string };
  /** How it ended; absent while it lasts. `diedNid` says whose death ended it. */
  ended?:
    | { readonly kind: 'DIVORCE'; readonly date: string }
    | { readonly kind: 'DEATH'; readonly date: string; readonly diedNid: string };
}

export interface CivilPerson {
  readonly nid: string;
  readonly givenName: string;
  familyName: string;
  readonly patronymicName: string;
  readonly sex: 'MALE' | 'FEMALE';
  readonly dateOfBirth: string;
  readonly placeOfBirth: string;
  /** ISO 3166-1 alpha-3. */
  readonly citizenship: string;
  /** Absent for people born abroad. */
  readonly birth?: Act;
  readonly mother: NamedPerson;
  readonly father: NamedPerson;
  /** In the order in which they were concluded. */
  readonly marriages: Marriage[];
  death?: Act;
}

export type RelationToHead = 'SPOUSE' | 'SON' | 'DAUGHTER' | 'FATHER' | 'MOTHER' | 'OTHER';

/** People registered under one roof. The dead are not in it. */
export interface Family {
  readonly headNid: string;
  /** Everybody but the head. */
  readonly members: readonly { readonly nid: string; readonly relationToHead: RelationToHead }[];
  readonly municipality: Municipality;
  readonly street: string;
  readonly houseNumber: string;
}

/** What the simulated registry knows. */
export interface Population {
  readonly seed: number;
  /** `YYYY-MM-DD`: no event of the population lies after this date. */
  readonly until: string;
  readonly people: ReadonlyMap<string, CivilPerson>;
  readonly families: readonly Family[];
  /** By the NID of every living person. */
  readonly familyOf: ReadonlyMap<string, Family>;
  /** References of acts that stand in a paper book that nobody has transcribed. */
  readonly onPaperOnly: ReadonlySet<string>;
}

/** SINGLE, MARRIED, DIVORCED or WIDOWED; of the dead, what they were at death. */
export function civilStatusOf(person: CivilPerson): 'SINGLE' | 'MARRIED' | 'DIVORCED' | 'WIDOWED' {
  const last = person.marriages.at(-1);
  if (last === undefined) return 'SINGLE';
  if (last.ended === undefined) return 'MARRIED';
  if (last.ended.kind === 'DIVORCE') return 'DIVORCED';
  return last.ended.diedNid === person.nid ? 'MARRIED' : 'WIDOWED';
}
