import fc from 'fast-check';

/** Pieces that break documents in interesting places. */
const pieces = [
  ...['<', '>', '/', '&', ';', '"', "'", '=', ':', ' ', '\t', '\r', '\n', ']', ']]>', '<a>', '</a>', '<a/>'],
  ...[
    '\0',
    '\u0001',
    '\x7f',
    '\u0085',
    '\ufffe',
    '\uffff',
    '\ufffd',
    '\ud800',
    '\u2028',
    '\ufeff',
    '\u{1fffe}',
  ],
  ...['xmlns=""', ' xmlns:a=""', ' xmlns:b="urn:b"', ' xmlns="urn:d"', ' a:b="1"', ' a="1"', ' b:a="1"'],
  ...['&#0;', '&#x10FFFF;', '&#x110000;', '&#xFFFE;', '&#000038;', '&amp;', '&b;', '&#13;', '&lt', '-', '1'],
  ...[
    '<?',
    '<!',
    '<!-- -->',
    '<![CDATA[x]]>',
    '<?x y?>',
    'xml',
    'xmlns:',
    'xml:',
    '\u00b7',
    '\u0300',
    'é',
    '𐐀',
  ],
];

/** Up to three edits of a text: cut out a little, put in a piece, or exchange two stretches. */
export const edits = fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.constantFrom('', ...pieces)), {
  minLength: 1,
  maxLength: 3,
});

export function mutate(text: string, changes: readonly (readonly [number, number, string])[]): string {
  return changes.reduce((changed, [at, removed, inserted]) => {
    const position = at % (changed.length + 1);
    return changed.slice(0, position) + inserted + changed.slice(position + removed);
  }, text);
}
