import assert from 'node:assert/strict';
import type { Identifier } from '../../adapters/adapter.js';
import type { QuerySettings } from '../../src/config/catalogue-settings.js';
import { checkSubject } from '../../src/requests/check-subject.js';

const service = (...subjectSchemes: QuerySettings['subjectSchemes'][number][]): QuerySettings => ({
  code: 'AL012031',
  name: { sq: 'a', en: 'b' },
  adapter: 'civil',
  operation: 'family-composition',
  subjectSchemes,
  parameters: {},
});
const any = service('NID', 'NUIS', 'PROPERTY');

/** Scheme, notation, and what comes of it: the code of the error, of the warning, or nothing. */
const table: readonly [
  Identifier['scheme'],
  string,
  { error?: string; warning?: string; becomes?: string },
][] = [
  ['NID', 'J00101999W', {}],
  ['NID', 'I80514001R', {}],
  ['NID', 'K15307002M', {}],
  ['NID', 'J53211003N', {}],
  ['NID', 'J98225004N', {}],
  ['NID', 'J00101999A', { warning: 'nid-check-letter' }],
  ['NID', 'J00001999W', { error: 'nid-date' }],
  ['NID', 'J01301999W', { error: 'nid-date' }],
  ['NID', 'J00132999W', { error: 'nid-date' }],
  ['NID', 'J00230999W', { error: 'nid-date' }],
  ['NID', 'J02000999W', { error: 'nid-date' }],
  ['NID', 'j00101999w', { error: 'nid-pattern' }],
  ['NID', 'J00101999X', { error: 'nid-pattern' }],
  ['NID', 'U00101999W', { error: 'nid-pattern' }],
  ['NID', 'J0010199W', { error: 'nid-pattern' }],
  ['NID', ' J00101999W', { error: 'nid-pattern' }],
  ['NID', 'J00101999W\n', { error: 'nid-pattern' }],
  ['NID', 'J٠٠١٠١٩٩٩W', { error: 'nid-pattern' }],
  ['NID', '%', { error: 'nid-pattern' }],
  ['NUIS', 'K22218003V', {}],
  ['NUIS', 'ALK22218003V', { becomes: 'K22218003V' }],
  ['NUIS', 'K22218003A', { warning: 'nuis-check-letter' }],
  ['NUIS', 'A22218003V', { error: 'nuis-pattern' }],
  ['NUIS', 'ALALK22218003V', { error: 'nuis-pattern' }],
  ['NUIS', 'K2221800V', { error: 'nuis-pattern' }],
  ['PROPERTY', '8270/8/638', {}],
  ['PROPERTY', '8270/8+1-2', {}],
  ['PROPERTY', '827/8/638', { error: 'property-pattern' }],
  ['PROPERTY', '8270', { error: 'property-pattern' }],
  ['PROPERTY', '8270/', { error: 'property-pattern' }],
  ['PROPERTY', '8270/8 638', { error: 'property-pattern' }],
  ['PROPERTY', `8270/${'1'.repeat(41)}`, { error: 'property-pattern' }],
];

describe('the check of a subject', () => {
  for (const [scheme, notation, expected] of table) {
    const says = expected.error ?? expected.warning ?? 'takes';
    it(`${says}: ${scheme} ${JSON.stringify(notation)}`, () => {
      const checked = checkSubject({ scheme, notation }, any);
      assert.equal(checked.ok, expected.error === undefined);
      if (checked.ok) {
        assert.deepEqual(
          checked.warnings.map(({ code, pointer }) => [code, pointer]),
          expected.warning ? [[expected.warning, '/subject/notation']] : [],
        );
        assert.equal(checked.subject.notation, expected.becomes ?? notation);
      } else {
        assert.equal(checked.error.code, expected.error);
        assert.equal(checked.error.pointer, '/subject/notation');
        if (notation.length > 8)
          assert.equal(checked.error.detail.includes(notation), false, 'repeats the value');
      }
    });
  }

  it('refuses a scheme that the service does not take, even with a right number', () => {
    const checked = checkSubject({ scheme: 'NID', notation: 'J00101999W' }, service('NUIS'));
    assert.deepEqual(checked, {
      ok: false,
      error: { pointer: '/subject/scheme', code: 'scheme-not-taken', detail: 'this service takes NUIS' },
    });
  });

  it('reads a notation by its scheme, not by its look', () => {
    // Both shapes: a NID of 1951 and a NUIS look the same.
    assert.equal(checkSubject({ scheme: 'NUIS', notation: 'J91402501L' }, any).ok, true);
    assert.equal(checkSubject({ scheme: 'NID', notation: 'J91402501L' }, any).ok, false);
  });
});
