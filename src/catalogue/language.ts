import type { Text } from '../config/catalogue-settings.js';

/** Languages in which the catalogue speaks; the first is the default. */
export const languages = ['sq', 'en'] as const;
export type Language = (typeof languages)[number];

/** RFC 9110 §12.5.4: a language range, and a weight of at most three decimals (§12.4.2). */
const RANGE = /^(\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)(?:\s*;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i;

/**
 * Chooses the language of an answer by `Accept-Language` (RFC 9110 §12.5.4, RFC 4647 §3.3.1): the one with the
 * highest weight, at equal weights the one named first. A range covers what it begins (`en-GB` asks for English);
 * `*` stands for what no other range names. What is malformed is ignored. Albanian when nothing fits, or nothing was
 * asked: an answer in another language is worth more than none (§12.5.4).
 */
export function negotiateLanguage(acceptLanguage: string | undefined): Language {
  const ranges = (acceptLanguage ?? '').split(',').flatMap((part, place) => {
    const match = RANGE.exec(part.trim());
    if (!match) return [];
    const [, range = '', weight = '1'] = match;
    return [{ language: range.toLowerCase().split('-')[0] as string, weight: Number(weight), place }];
  });
  const wanted = languages.flatMap((language) => {
    const own = ranges.filter((range) => range.language === language);
    const fitting = own.length > 0 ? own : ranges.filter((range) => range.language === '*');
    const best = fitting.sort(byWish)[0];
    return best && best.weight > 0 ? [{ ...best, language }] : [];
  });
  return wanted.sort(byWish)[0]?.language ?? languages[0];
}

function byWish(left: { weight: number; place: number }, right: { weight: number; place: number }): number {
  return right.weight - left.weight || left.place - right.place;
}

/** The value with every {@link Text} in it, at any depth, replaced by one language of it. */
export function translate(value: unknown, language: Language): unknown {
  if (Array.isArray(value)) return value.map((item) => translate(item, language));
  if (typeof value !== 'object' || value === null) return value;
  if (isText(value)) return value[language];
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, translate(item, language)]));
}

function isText(value: object): value is Text {
  return Object.keys(value).length === 2 && 'sq' in value && 'en' in value;
}
