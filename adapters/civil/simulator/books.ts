import type { Act, CivilPerson } from './register.js';

/** Facts of these years were entered in paper books at the local offices, and transcribed later, if at all. */
const bookYears = { first: 1974, last: 2010 } as const;

export function isOfBookYears({ date }: Act): boolean {
  const year = Number(date.slice(0, 4));
  return year >= bookYears.first && year <= bookYears.last;
}

/** Has transcribed its books, but for one birth. */
const transcribed = '20';

/**
 * One of eight acts of the book years is on paper only; none in Divjakë. Whatever the seed, one birth is: that of the
 * man with a wife from abroad, who lives in Divjakë (his age puts it into the book years).
 *
 * @returns references.
 */
export function actsOnPaperOnly(people: Iterable<CivilPerson>): ReadonlySet<string> {
  const onPaper = new Set<string>();
  const births = new Map<string, Act>();
  let husband: string | undefined;
  for (const { nid, birth, marriages, death, citizenship } of people) {
    if (birth !== undefined) births.set(nid, birth);
    if (citizenship !== 'ALB') husband ??= marriages.at(-1)?.husband.nid;
    for (const act of [birth, ...marriages.map((marriage) => marriage.act), death]) {
      if (act === undefined || act.municipality.code === transcribed || !isOfBookYears(act)) continue;
      if (Number(act.reference.split('/').at(-1)) % 8 === 3) onPaper.add(act.reference);
    }
  }
  const known = husband === undefined ? undefined : births.get(husband);
  if (known !== undefined) onPaper.add(known.reference);
  return onPaper;
}
