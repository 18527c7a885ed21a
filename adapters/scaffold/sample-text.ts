/**
 * A short text that a regular expression accepts. Knows what contracts write: characters, classes, groups,
 * alternatives and counts; no look-around and no back references.
 *
 * @returns undefined when there is none that this can find.
 */
export function sampleText(pattern: string): string | undefined {
  const source = pattern.replace(/^\^/, '').replace(/(?<!\\)\$$/, '');
  try {
    const reader = { source, at: 0 };
    const text = alternatives(reader);
    return reader.at === source.length && new RegExp(`^(?:${source})$`, 'u').test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

interface Reader {
  readonly source: string;
  at: number;
}

/** The first alternative; the others are read and left. */
function alternatives(reader: Reader): string {
  const first = sequence(reader);
  while (reader.source[reader.at] === '|') {
    reader.at += 1;
    sequence(reader);
  }
  return first;
}

function sequence(reader: Reader): string {
  let text = '';
  while (reader.at < reader.source.length && !'|)'.includes(reader.source[reader.at] as string)) {
    const one = atom(reader);
    text += one.repeat(count(reader));
  }
  return text;
}

function atom(reader: Reader): string {
  const { source } = reader;
  const character = source[reader.at] as string;
  reader.at += 1;
  if (character === '(') {
    if (source[reader.at] === '?') {
      if (source[reader.at + 1] !== ':') throw new Error('look-around');
      reader.at += 2;
    }
    const inner = alternatives(reader);
    reader.at += 1;
    return inner;
  }
  if (character === '[') return ofClass(reader);
  if (character === '\\') return escaped(reader);
  return character === '.' ? 'a' : character;
}

function escaped(reader: Reader): string {
  const { source } = reader;
  const character = source[reader.at] as string;
  reader.at += 1;
  if (character === 'p') {
    const end = source.indexOf('}', reader.at);
    const property = source.slice(reader.at + 1, end);
    reader.at = end + 1;
    return property.startsWith('N') ? '1' : 'A';
  }
  if (/[bB0-9kuxP]/.test(character)) throw new Error('not a character');
  return { d: '1', w: 'a', s: ' ', D: 'a', S: 'a', W: '-' }[character] ?? character;
}

/** The first character of a class; of a negated one the first of a few that it does not exclude. */
function ofClass(reader: Reader): string {
  const { source } = reader;
  const start = reader.at - 1;
  for (; source[reader.at] !== ']'; reader.at += 1) {
    if (reader.at >= source.length) throw new Error('unterminated');
    if (source[reader.at] === '\\') reader.at += 1;
  }
  reader.at += 1;
  const one = new RegExp(`^${source.slice(start, reader.at)}$`, 'u');
  const found = [...'AJa1-/ .:'].find((each) => one.test(each)) ?? firstNamed(source.slice(start + 1), one);
  if (found === undefined) throw new Error('an empty class');
  return found;
}

function firstNamed(inside: string, one: RegExp): string | undefined {
  return [...inside].find((each) => one.test(each));
}

/** How often what stands before is repeated: the least that is not nothing, where there is a choice. */
function count(reader: Reader): number {
  const { source } = reader;
  const rest = source.slice(reader.at);
  const braces = /^\{(\d+)(,?)(\d*)\}/.exec(rest);
  if (braces !== null) {
    reader.at += braces[0].length;
    return Number(braces[1]);
  }
  if (/^[*?]/.test(rest)) {
    reader.at += 1;
    return 0;
  }
  if (rest.startsWith('+')) reader.at += 1;
  return 1;
}
