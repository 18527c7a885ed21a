import assert from 'node:assert/strict';
import fc from 'fast-check';
import { uuidV7 } from '../../src/ids.js';
import { firstIdOf, isMonth, monthAfter, monthOf, monthOfId } from '../../src/months/month.js';

describe('a month', () => {
  const year9999 = Date.UTC(9999, 11);

  it('holds exactly the ids that are made in it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: year9999 }),
        fc.uint8Array({ minLength: 10, maxLength: 10 }),
        (atMs, random) => {
          const id = uuidV7({ now: () => atMs }, () => random).next();
          const month = monthOf(atMs);
          assert.ok(firstIdOf(month) <= id && id < firstIdOf(monthAfter(month)), `${id} in ${month}`);
          assert.equal(monthOfId(id), month);
        },
      ),
    );
  });

  it('ends in the last millisecond of UTC, whatever the time zone of the machine', () => {
    assert.equal(monthOf(Date.parse('2026-12-31T23:59:59.999Z')), '2026-12');
    assert.equal(monthOf(Date.parse('2027-01-01T00:00:00.000Z')), '2027-01');
    assert.equal(monthOfId(firstIdOf('2027-01')), '2027-01');
  });

  it('is counted over the turn of the year', () => {
    assert.equal(monthAfter('2026-12'), '2027-01');
    assert.equal(monthAfter('2026-01', -1), '2025-12');
    assert.equal(monthAfter('2026-11', 14), '2028-01');
  });

  it('is told from other texts', () => {
    for (const text of ['2026-01', '2026-12']) assert.ok(isMonth(text), text);
    for (const text of ['2026-13', '2026-00', '2026-1', '26-01', '2026-01-01', '+10889-08', ''])
      assert.ok(!isMonth(text), text);
  });
});
