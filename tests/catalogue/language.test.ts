import assert from 'node:assert/strict';
import fc from 'fast-check';
import { negotiateLanguage, translate } from '../../src/catalogue/language.js';

describe('the language of an answer', () => {
  for (const [header, language] of [
    [undefined, 'sq'],
    ['', 'sq'],
    ['en', 'en'],
    ['EN', 'en'],
    ['en-GB', 'en'],
    ['sq-AL', 'sq'],
    ['de', 'sq'],
    ['de, fr;q=0.8', 'sq'],
    ['de, en;q=0.1', 'en'],
    ['sq, en', 'sq'],
    ['en, sq', 'en'],
    ['sq;q=0.5, en;q=0.6', 'en'],
    ['sq;q=0.6, en;q=0.6', 'sq'],
    ['en;q=0', 'sq'],
    ['sq;q=0', 'sq'],
    ['sq;q=0, *', 'en'],
    ['*', 'sq'],
    ['*;q=0.5, en;q=0.4', 'sq'],
    ['*;q=0.3, en;q=0.4', 'en'],
    ['en;q=0.2, en-GB;q=0.9, sq;q=0.5', 'en'],
    [' en ; q=1.000 , sq;q=0.999', 'en'],
    // Malformed members are as if they were not there (RFC 9110 §12.4.2 allows three decimals).
    ['en;q=0.1234, sq;q=0.001', 'sq'],
    ['en;q=2', 'sq'],
    ['en;level=1', 'sq'],
    ['englisch_, en;q=0.5', 'en'],
    ['e'.repeat(5000), 'sq'],
  ] as const) {
    it(`is ${language} for ${header?.slice(0, 40) ?? 'no header'}`, () => {
      assert.equal(negotiateLanguage(header), language);
    });
  }

  it('is one of the two for any header', () => {
    fc.assert(
      fc.property(fc.string(), (header) => ['sq', 'en'].includes(negotiateLanguage(header))),
      { numRuns: 500 },
    );
  });

  it('is taken from every text at any depth, and nothing else is touched', () => {
    const value = {
      a: { sq: 'po', en: 'yes' },
      list: [{ b: { sq: 'jo', en: 'no' } }],
      n: 1,
      sq: 'x',
      none: null,
    };
    assert.deepEqual(translate(value, 'en'), { a: 'yes', list: [{ b: 'no' }], n: 1, sq: 'x', none: null });
    assert.deepEqual(translate(value, 'sq'), { a: 'po', list: [{ b: 'jo' }], n: 1, sq: 'x', none: null });
  });
});
