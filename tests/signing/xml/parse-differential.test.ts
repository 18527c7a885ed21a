import assert from 'node:assert/strict';
import fc from 'fast-check';
import { XmlC14NMode, XmlDocument } from 'libxml2-wasm';
import { SignatureRefused } from '../../../src/signing/refusals.js';
import { canonicalize } from '../../../src/signing/xml/c14n.js';
import { parseXml } from '../../../src/signing/xml/parse.js';
import { randomDocument } from './random-documents.js';

const mutations = Number(process.env.URA_PARSE_MUTATIONS ?? 3000);

/** Pieces that break documents in interesting places. */
const pieces = [
  ...[
    '<',
    '>',
    '/',
    '&',
    ';',
    '"',
    "'",
    '=',
    ':',
    ' ',
    '\t',
    '\r',
    ']',
    ']]>',
    '<a>',
    '</a>',
    '<a/>',
    '\0',
    '\u0001',
  ],
  ...[
    'xmlns=""',
    ' xmlns:a=""',
    ' a:b="1"',
    ' a="1"',
    '&#0;',
    '&#x10FFFF;',
    '&amp;',
    '&b;',
    '\ufffe',
    '\ud800',
    '-',
  ],
  ...['<?', '<!', '1', 'xml', 'xmlns:', '\u00b7', '\u0300', '\u2028', '\u0085', '\ufeff'],
];

const mutated = fc
  .tuple(
    randomDocument,
    fc.array(fc.tuple(fc.nat(), fc.nat(1), fc.constantFrom('', ...pieces)), { minLength: 1, maxLength: 2 }),
  )
  .map(([{ xml }, edits]) =>
    edits.reduce((text, [at, removed, inserted]) => {
      const position = at % (text.length + 1);
      return text.slice(0, position) + inserted + text.slice(position + removed);
    }, xml),
  );

/** Exclusive C14N by libxml2, or why it does not take the document. */
function libxml(bytes: Uint8Array): string | Error {
  try {
    const document = XmlDocument.fromBuffer(bytes);
    try {
      return document.canonicalizeToString({ mode: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0 });
    } finally {
      document.dispose();
    }
  } catch (error) {
    return error as Error;
  }
}

describe('the strict parse beside libxml2', () => {
  it(`takes no broken document that libxml2 refuses, and reads the others alike (${mutations} mutations)`, function () {
    this.timeout(0);
    const seed = Number(process.env.URA_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
    let taken = 0;
    let refused = 0;
    fc.assert(
      fc.property(mutated, (text) => {
        const bytes = Buffer.from(text);
        let ours: string;
        try {
          ours = canonicalize(parseXml(bytes));
        } catch (error) {
          // Refusing more than libxml2 is the profile's right; any other error is not.
          assert.ok(error instanceof SignatureRefused, String(error));
          refused++;
          return;
        }
        taken++;
        const theirs = libxml(bytes);
        // libxml2 also looks whether a namespace name is a URI, which Namespaces in XML 1.0 leaves open.
        if (theirs instanceof Error && /is not a valid URI|is not absolute/.test(theirs.message)) return;
        assert.equal(ours, theirs instanceof Error ? `refused: ${theirs.message}` : theirs);
      }),
      { numRuns: mutations, seed },
    );
    console.log(`      seed ${seed}: ${taken} taken, ${refused} refused`);
    assert.ok(taken > mutations / 100 && refused > mutations / 100);
  });
});
