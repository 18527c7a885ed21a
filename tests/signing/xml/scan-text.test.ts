import assert from 'node:assert/strict';
import { canonicalize } from '../../../src/signing/xml/c14n.js';
import { parseXmlText } from '../../../src/signing/xml/parse.js';
import { childElements, textOf } from '../../../src/signing/xml/tree.js';
import { outcome } from './scan-outcome.js';

describe('scanning long text', () => {
  // Around the length from which text is searched in another way, and around four-byte words.
  const lengths = [0, 1, 2, 3, 4, 5, 100, 189, 190, 191, 192, 193, 194, 195, 196, 197, 198, 199, 400];

  it('finds everything that has to be rewritten, wherever it stands', () => {
    for (const [written, read, canonical] of [
      ['&amp;', '&', '&amp;'],
      ['&#65;', 'A', 'A'],
      ['&#13;', '\r', '&#xD;'],
      ['>', '>', '&gt;'],
      ['\r\n', '\n', '\n'],
      ['\r', '\n', '\n'],
      ['ë&#xeb;', 'ëë', 'ëë'],
      ['\uffef', '\uffef', '\uffef'],
      [']]', ']]', ']]'],
      ['\t\n', '\t\n', '\t\n'],
    ] as const) {
      for (const before of lengths) {
        for (const after of [0, 3, 300]) {
          const around = (middle: string) => `${'x'.repeat(before)}${middle}${'y'.repeat(after)}`;
          const root = parseXmlText(`<a>${around(written)}</a>`);
          assert.equal(textOf(root), around(read));
          assert.equal(canonicalize(root), `<a>${around(canonical)}</a>`);
        }
      }
    }
  });

  it('refuses everything that may not be there, wherever it stands and wherever the message lies in memory', () => {
    for (const wrong of ['\0', '\b', '\u000b', '\u001f', '\ufffe', '\uffff', ']]>', '&', '&x;']) {
      for (const before of lengths) {
        for (const [after, offset] of [
          [0, 0],
          [2, 1],
          [210, 2],
          [211, 3],
        ] as const) {
          const text = `<a>${'x'.repeat(before)}${wrong}${'y'.repeat(after)}</a>`;
          const memory = Buffer.alloc(Buffer.byteLength(text) + 8, 0x01);
          const length = memory.write(text, offset);
          const message = memory.subarray(offset, offset + length);
          assert.equal(outcome(message), 'xml-malformed', JSON.stringify([wrong, before, after, offset]));
          const honest = Buffer.from(message);
          honest.set(Buffer.alloc(Buffer.byteLength(wrong), 0x09), 3 + before);
          memory.set(honest, offset);
          assert.equal(outcome(memory.subarray(offset, offset + length)), 'taken');
        }
      }
    }
  });

  it('refuses a control character among any others', () => {
    for (const filler of ['A', 'x', ' ', '\n', '0', 'ë', '\u{10000}']) {
      for (let before = 0; before < 8; before++) {
        const text = (middle: string) => `<a>${filler.repeat(200 + before)}${middle}${filler.repeat(40)}</a>`;
        assert.equal(outcome(text('\u0001')), 'xml-malformed', JSON.stringify(filler));
        assert.equal(outcome(text('\u000b')), 'xml-malformed', JSON.stringify(filler));
        assert.equal(outcome(text('\t')), 'taken', JSON.stringify(filler));
      }
    }
  });

  it('looks for control characters in the text and nowhere else', () => {
    for (let length = 190; length < 210; length++) {
      for (const text of [
        'x'.repeat(length),
        `${'x'.repeat(length)}\n`,
        `${'x'.repeat(length)}\n${'y'.repeat(9)}`,
      ]) {
        const message = `<?xml version="1.0"?>\r\n<a\r>${text}</a\r>`;
        assert.equal(outcome(message), 'taken', String(length));
        for (const offset of [0, 1, 2, 3]) {
          // Nothing lies behind the message, and control characters in front of it.
          const memory = new Uint8Array(offset + message.length).fill(1);
          memory.set(Buffer.from(message), offset);
          assert.equal(outcome(memory.subarray(offset)), 'taken', `${length} at ${offset}`);
        }
        assert.equal(outcome(`<a>${text}<b\r/>${text}</a\r\n>\r`), 'taken', String(length));
      }
    }
  });

  it('reads values as they are meant', () => {
    for (const [written, read, canonical] of [
      ['"1\t2\n3\r4\r\n5"', '1 2 3 4 5', '1 2 3 4 5'],
      ['"&#9;&#10;&#13;"', '\t\n\r', '&#x9;&#xA;&#xD;'],
      [`'"'`, '"', '&quot;'],
      [`"'&quot;"`, `'"`, `'&quot;`],
      ['"&lt;&gt;>&amp;"', '<>>&', '&lt;>>&amp;'],
      ['"ë&#x10000;\u{10000}"', 'ë\u{10000}\u{10000}', 'ë\u{10000}\u{10000}'],
      ['"&#38;#38;"', '&#38;', '&amp;#38;'],
    ] as const) {
      const root = parseXmlText(`<a x=${written}></a>`);
      assert.equal(root.attributes[0]?.value, read, written);
      assert.equal(canonicalize(root), `<a x="${canonical}"></a>`, written);
    }
  });

  it('reads characters beyond ASCII wherever they stand', () => {
    for (const before of [0, 60, 63, 64, 65, 127, 128, 16_383, 16_384, 40_000]) {
      const text = `${'x'.repeat(before)}ë${'y'.repeat(before)}\u{10000}`;
      const root = parseXmlText(`<a é="ë">${text}<ë/>z</a>`);
      assert.deepEqual(
        root.children.map((child) => (typeof child === 'string' ? child : child.name)),
        [text, 'ë', 'z'],
      );
      const late = parseXmlText(
        `<a>${text}${'x'.repeat(before * 3)}<b>ë</b><c>${'x'.repeat(before)}ë</c></a>`,
      );
      assert.deepEqual(childElements(late).map(textOf), ['ë', `${'x'.repeat(before)}ë`]);
      const later = parseXmlText(`<a>${'x'.repeat(before * 3)}<b>${'y'.repeat(before)}ë</b></a>`);
      assert.deepEqual(childElements(later).map(textOf), [`${'y'.repeat(before)}ë`]);
      assert.equal(root.attributes[0]?.name, 'é');
      assert.equal(canonicalize(root), `<a é="ë">${text}<ë></ë>z</a>`);
    }
  });
});
