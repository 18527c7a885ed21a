import { checkLetter } from './check-letter.js';

/** A personal number that was understood, or why it was not. */
export type NidResult =
  | {
      readonly ok: true;
      /** Exactly as given. */
      readonly nid: string;
      readonly sex: 'MALE' | 'FEMALE';
      /** `YYYY-MM-DD`. */
      readonly dateOfBirth: string;
      /** Whether the number is one of those given to foreigners. */
      readonly foreigner: boolean;
      /** `nid-check-letter` when the last letter is not the expected one. The number can be used all the same. */
      readonly warnings: readonly 'nid-check-letter'[];
    }
  | {
      readonly ok: false;
      /** `nid-pattern`: not the shape of a NID. `nid-date`: the shape, but no day of the calendar. */
      readonly reason: 'nid-pattern' | 'nid-date';
    };

const pattern = /^[0-9A-T]\d{8}[A-W]$/;

/** Month offsets (characters 3-4) and what they say about the person. */
const groups = [
  { offset: 0, sex: 'MALE', foreigner: false },
  { offset: 30, sex: 'MALE', foreigner: true },
  { offset: 50, sex: 'FEMALE', foreigner: false },
  { offset: 80, sex: 'FEMALE', foreigner: true },
] as const;

/**
 * Reads an Albanian personal number (NID): decade, year digit, month (which also tells sex and whether the person
 * is a foreigner), day, serial, check letter. Upper case, without spaces. Never throws.
 */
export function parseNid(text: string): NidResult {
  if (!pattern.test(text)) return { ok: false, reason: 'nid-pattern' };
  const code = text.charCodeAt(0);
  // 0-9: 1800-1899, A-J: 1900-1999, K-T: 2000-2099.
  const decade = code <= 0x39 ? 180 + (code - 0x30) : 190 + (code - 0x41);
  const year = decade * 10 + Number(text[1]);
  const monthCode = Number(text.slice(2, 4));
  const day = Number(text.slice(4, 6));
  const group = groups.find(({ offset }) => monthCode > offset && monthCode <= offset + 12);
  if (group === undefined) return { ok: false, reason: 'nid-date' };
  const month = monthCode - group.offset;
  const date = new Date(Date.UTC(year, month - 1, day));
  // Date rolls an impossible day over into the next month; then it no longer says what was written.
  if (day === 0 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) {
    return { ok: false, reason: 'nid-date' };
  }
  return {
    ok: true,
    nid: text,
    sex: group.sex,
    dateOfBirth: date.toISOString().slice(0, 10),
    foreigner: group.foreigner,
    warnings: text[9] === checkLetter(text.slice(0, 9)) ? [] : ['nid-check-letter'],
  };
}

/** What a NID is made of; the opposite of {@link parseNid}. */
export interface NidParts {
  readonly sex: 'MALE' | 'FEMALE';
  /** `YYYY-MM-DD`, from 1800 to 2099. */
  readonly dateOfBirth: string;
  readonly foreigner: boolean;
  /** 0 to 999. */
  readonly serial: number;
}

/**
 * Composes a NID with the right check letter, for synthetic people and tests.
 *
 * @throws {RangeError} when the year or the serial cannot be written in a NID.
 */
export function composeNid(parts: NidParts): string {
  const year = Number(parts.dateOfBirth.slice(0, 4));
  const decade = Math.floor(year / 10) - 180;
  const group = groups.find(({ sex, foreigner }) => sex === parts.sex && foreigner === parts.foreigner);
  if (group === undefined || decade < 0 || decade > 29)
    throw new RangeError('a NID holds years from 1800 to 2099');
  if (!Number.isInteger(parts.serial) || parts.serial < 0 || parts.serial > 999) {
    throw new RangeError('the serial of a NID is 0 to 999');
  }
  const first = decade < 10 ? String(decade) : String.fromCharCode(0x41 + decade - 10);
  const month = Number(parts.dateOfBirth.slice(5, 7)) + group.offset;
  const firstNine = `${first}${year % 10}${String(month).padStart(2, '0')}${parts.dateOfBirth.slice(8, 10)}${String(parts.serial).padStart(3, '0')}`;
  return firstNine + checkLetter(firstNine);
}
