import assert from 'node:assert/strict';
import fc from 'fast-check';
import { UraError } from '../src/errors.js';
import { parseStrictJson } from '../src/strict-json.js';

const bytes = (text: string): Buffer => Buffer.from(text);
const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

/** What is wrong with it, and the bytes. */
const refused: readonly [string, Buffer][] = [
  ['nothing', bytes('')],
  ['white space', bytes(' \n')],
  ['two values', bytes('1 2')],
  ['a comment', bytes('{}//x')],
  ['a trailing comma', bytes('[1,]')],
  ['single quotes', bytes("{'a':1}")],
  ['NaN', bytes('NaN')],
  ['a number out of range', bytes('[1e999]')],
  ['a negative number out of range', bytes('[-1e999]')],
  ['a byte order mark', bytes('\ufeff{}')],
  ['UTF-16', Buffer.from('{"a":1}', 'utf16le')],
  ['an overlong encoding', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
  ['a lone continuation byte', Buffer.from([0x22, 0x80, 0x22])],
  ['an encoded surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ['a key twice', bytes('{"a":1,"a":1}')],
  ['a key twice, once escaped', bytes('{"a":1,"\\u0061":2}')],
  ['a key twice with white space', bytes('{"a" :1, "a"\n\t: 2}')],
  ['a key twice, the values between them full of brackets', bytes('{"a":"{[\\"}","b":{"a":[]},"a":2}')],
  ['a key twice inside a list', bytes('[{"a":1},{"b":1,"b":2}]')],
  ['__proto__', bytes('{"__proto__":1}')],
  ['__proto__ escaped and deep', bytes('[{"a":{"\\u005f_proto__":{}}}]')],
  ['NUL in a value', bytes('["\\u0000"]')],
  ['NUL in a key', bytes('{"\\u0000":1}')],
  ['half a surrogate pair', bytes('["\\ud800"]')],
  ['half a surrogate pair in a key', bytes('{"\\udc00":1}')],
  ['33 levels', bytes(`[${nested(33)}]`)],
  ['50,000 levels', bytes(nested(50_000))],
];

const taken: readonly string[] = [
  'null',
  '"a"',
  '-0.5e3',
  '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}',
  '{"a":"\\"a\\":","b":"{\\"a\\":1,\\"a\\":2}"}',
  '{"":1,"constructor":2,"toString":3}',
  '["\\ud83d\\ude00","ë","\\\\"]',
  nested(30),
];

describe('strict JSON', () => {
  for (const [wrong, input] of refused) {
    it(`refuses ${wrong}`, () => {
      assert.throws(
        () => parseStrictJson(input),
        (error) => error instanceof UraError && error.code === 'malformed-json',
      );
    });
  }

  for (const text of taken) {
    it(`reads ${text.slice(0, 50)} like JSON.parse`, () => {
      assert.deepEqual(parseStrictJson(bytes(text)), JSON.parse(text));
    });
  }

  it('agrees with JSON.parse on every ordinary value, however it is written', () => {
    const ordinary = fc
      .jsonValue({ maxDepth: 6 })
      .filter((value) => !/\\u0000|__proto__/.test(JSON.stringify(value)));
    fc.assert(
      fc.property(ordinary, fc.nat({ max: 4 }), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        assert.deepEqual(parseStrictJson(bytes(text)), JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it('throws nothing else, whatever the bytes', () => {
    const mutated = fc.tuple(
      fc.json(),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
    );
    fc.assert(
      fc.property(mutated, ([json, changes]) => {
        const input = bytes(json);
        for (const [at, value] of changes) if (input.length > 0) input[at % input.length] = value;
        try {
          parseStrictJson(input);
        } catch (error) {
          assert.ok(error instanceof UraError, String(error));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes a text of 10 MB, the largest body that a configuration can allow', () => {
    const text = JSON.stringify({ a: 'x'.repeat(5e6), b: '\\"'.repeat(1e6) });
    assert.deepEqual(parseStrictJson(bytes(text)), JSON.parse(text));
  });
});
