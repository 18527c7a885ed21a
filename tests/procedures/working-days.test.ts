import assert from 'node:assert/strict';
import { lastWorkingDay } from '../../src/procedures/working-days.js';

describe('a time in working days', () => {
  for (const [at, days, last] of [
    ['2026-03-02T08:00:00Z', 1, '2026-03-03'],
    ['2026-03-02T08:00:00Z', 5, '2026-03-09'],
    ['2026-03-06T08:00:00Z', 1, '2026-03-09'],
    ['2026-03-07T08:00:00Z', 1, '2026-03-09'],
    ['2026-03-02T08:00:00Z', 60, '2026-05-25'],
    // Already the next day in Albania.
    ['2026-03-02T23:30:00Z', 1, '2026-03-04'],
    ['2026-03-02T08:00:00Z', 0, '2026-03-02'],
  ] as const) {
    it(`of ${days} from ${at} ends on ${last}`, () => {
      assert.equal(lastWorkingDay(Date.parse(at), days), last);
    });
  }
});
