import assert from 'node:assert/strict';
import { canonicalize, canonicalPieces } from '../../../src/signing/xml/c14n.js';
import { parseXmlText } from '../../../src/signing/xml/parse.js';
import { type Piece, passingBytes, textOfPieces } from '../../../src/signing/xml/pieces.js';
import { childElements, type XmlElement } from '../../../src/signing/xml/tree.js';

describe('pieces of canonical XML', () => {
  const buffer = (text: string) => Buffer.from(text);

  it('are the same bytes whatever they are divided into', () => {
    const large = 'x'.repeat(40_000);
    const cases: readonly (readonly Piece[])[] = [
      [],
      [''],
      ['a'],
      [buffer('ë')],
      [buffer('ë'), 'a'],
      [buffer('ë'), buffer('€')],
      ['a', buffer('ë')],
      ['a', buffer('ë'), 'b', buffer('\u{1f600}'), ''],
      [buffer(''), 'a', buffer('')],
      [large, buffer(large)],
      [buffer(large), large],
      [large, large, buffer('ë')],
      ['x'.repeat(65_535)],
      ['x'.repeat(65_536)],
      ['x'.repeat(65_537)],
      [buffer('x'.repeat(65_536)), 'a'],
    ];
    for (const pieces of cases) {
      const whole = Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? buffer(piece) : piece)));
      assert.ok(passingBytes(pieces).equals(whole), `${pieces.length} pieces, ${whole.length} bytes`);
      assert.equal(textOfPieces(pieces), whole.toString());
    }
  });

  it('take strings as one character for each byte', () => {
    assert.ok(passingBytes(['\xc3\xab', buffer('ë')]).equals(buffer('ëë')));
  });

  it('say the same as the canonical form, with characters beyond ASCII before, in and around the part', () => {
    const long = 'x'.repeat(70_000);
    for (const [before, uri, content] of [
      ['', 'urn:p', '1'],
      ['ë', 'urn:p', '1'],
      ['', 'urn:&#235;', '1'],
      ['', 'urn:ë', '1'],
      ['', 'urn:p', 'ë'],
      ['ë', 'urn:p', long],
      ['ë', 'urn:&#235;', `${long}ë`],
      ['', 'urn:&#235;', long],
      ['', 'urn:p', long],
    ] as const) {
      const root = parseXmlText(`<r xmlns:p="${uri}"><h>${before}</h><p:a>${content}</p:a></r>`);
      const part = childElements(root)[1] as XmlElement;
      const canonical = `<p:a xmlns:p="${uri.replace('&#235;', 'ë')}">${content}</p:a>`;
      assert.equal(canonicalize(part), canonical);
      assert.ok(passingBytes(canonicalPieces(part)).equals(Buffer.from(canonical)));
    }
  });
});
