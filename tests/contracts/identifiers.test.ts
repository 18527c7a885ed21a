import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkLetter } from '../../contracts/identifiers/check-letter.js';
import { composeNid, parseNid } from '../../contracts/identifiers/nid.js';
import { parseNuis } from '../../contracts/identifiers/nuis.js';

describe('NID', () => {
  const known: [string, 'MALE' | 'FEMALE', string, boolean][] = [
    ['J00101999W', 'MALE', '1990-01-01', false],
    ['I80514001R', 'MALE', '1988-05-14', false],
    ['K15307002M', 'FEMALE', '2001-03-07', false],
    ['J53211003N', 'MALE', '1995-02-11', true],
    ['J98225004N', 'FEMALE', '1999-02-25', true],
  ];
  for (const [nid, sex, dateOfBirth, foreigner] of known) {
    it(`reads ${nid}`, () => {
      assert.deepEqual(parseNid(nid), { ok: true, nid, sex, dateOfBirth, foreigner, warnings: [] });
    });
  }

  it('warns of a wrong check letter and reads the rest', () => {
    const result = parseNid('J00101999A');
    assert.ok(result.ok);
    assert.equal(result.dateOfBirth, '1990-01-01');
    assert.deepEqual(result.warnings, ['nid-check-letter']);
  });

  it('refuses another shape', () => {
    for (const text of [
      '',
      'J0010199W',
      'J001019990W',
      'j00101999W',
      'U00101999W',
      'J00101999X',
      ' J00101999W',
      'J00101999W\n',
      'J0010199٩W',
    ]) {
      assert.deepEqual(parseNid(text), { ok: false, reason: 'nid-pattern' }, JSON.stringify(text));
    }
  });

  it('refuses days that are not in the calendar', () => {
    for (const text of [
      'J00001999W',
      'J01301999W',
      'J04301999W',
      'J06301999W',
      'J09301999W',
      'J00100999W',
      'J00132999W',
      'J00230999W',
      'J10229999W',
      'A00229999W',
    ]) {
      assert.deepEqual(parseNid(text), { ok: false, reason: 'nid-date' }, text);
    }
    const leap = parseNid('K00229001A');
    assert.ok(leap.ok && leap.dateOfBirth === '2000-02-29');
  });

  it('knows the centuries', () => {
    const dates = ['000101001A', '990101001A', 'A00101001A', 'J90101001A', 'K00101001A', 'T90101001A'].map(
      (text) => {
        const result = parseNid(text);
        return result.ok ? result.dateOfBirth.slice(0, 4) : result.reason;
      },
    );
    assert.deepEqual(dates, ['1800', '1899', '1900', '1999', '2000', '2099']);
  });

  it('reads back whatever is composed, without a warning', () => {
    const days = fc.integer({
      min: Date.UTC(1800, 0, 1) / 86_400_000,
      max: Date.UTC(2099, 11, 31) / 86_400_000,
    });
    const parts = fc.record({
      sex: fc.constantFrom('MALE' as const, 'FEMALE' as const),
      dateOfBirth: days.map((day) => new Date(day * 86_400_000).toISOString().slice(0, 10)),
      foreigner: fc.boolean(),
      serial: fc.integer({ min: 0, max: 999 }),
    });
    fc.assert(
      fc.property(parts, ({ serial, ...rest }) => {
        const nid = composeNid({ ...rest, serial });
        assert.deepEqual(parseNid(nid), { ok: true, nid, ...rest, warnings: [] });
        assert.equal(Number(nid.slice(6, 9)), serial);
      }),
    );
    assert.throws(
      () => composeNid({ sex: 'MALE', dateOfBirth: '2100-01-01', foreigner: false, serial: 1 }),
      RangeError,
    );
    assert.throws(
      () => composeNid({ sex: 'MALE', dateOfBirth: '2000-01-01', foreigner: false, serial: 1000 }),
      RangeError,
    );
  });

  it('finds every change of a single digit by the check letter', () => {
    const change = fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 9 }));
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9A-T]\d{8}$/), change, (nine, [at, by]) => {
        const other = nine.slice(0, at) + ((Number(nine[at]) + by) % 10) + nine.slice(at + 1);
        assert.notEqual(checkLetter(other), checkLetter(nine));
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => typeof parseNid(text).ok === 'boolean'));
  });
});

describe('NUIS', () => {
  it('reads a number, with or without AL', () => {
    assert.deepEqual(parseNuis('J91402501L'), { ok: true, nuis: 'J91402501L', warnings: [] });
    assert.deepEqual(parseNuis('ALK22218003V'), { ok: true, nuis: 'K22218003V', warnings: [] });
  });

  it('warns of a check letter by another rule', () => {
    assert.deepEqual(parseNuis('J91402501Z'), {
      ok: true,
      nuis: 'J91402501Z',
      warnings: ['nuis-check-letter'],
    });
  });

  it('refuses another shape', () => {
    for (const text of [
      '',
      'I91402501L',
      'N91402501L',
      'J9140250L',
      'AL',
      'ALALJ91402501L',
      'al J91402501L',
    ]) {
      assert.deepEqual(parseNuis(text), { ok: false, reason: 'nuis-pattern' }, text);
    }
  });
});
