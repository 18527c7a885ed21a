import assert from 'node:assert/strict';
import {
  isFinal,
  mayBecome,
  type RequestState,
  requestStates,
  statesBefore,
} from '../../src/requests/states.js';

/** From each state (row) to each state (column), in the order of `requestStates`: written by hand, not computed. */
const legal: Readonly<Record<RequestState, string>> = {
  //                   acc dis ret ans off hel  A R F E C
  accepted: '           .   x   .   .   .   .   . . . x x',
  dispatching: '        .   x   x   x   x   x   x x x x x',
  'retry-wait': '       .   x   x   .   .   .   . . . x x',
  'awaiting-answer': '  .   x   .   x   x   x   x x x x x',
  'awaiting-officer': ' .   .   .   .   .   .   x x x x x',
  held: '               .   .   x   .   x   .   x x x x x',
  answered: '           .   .   .   .   .   .   . . . . .',
  refused: '            .   .   .   .   .   .   . . . . .',
  failed: '             .   .   .   .   .   .   . . . . .',
  expired: '            .   .   .   .   .   .   . . . . .',
  cancelled: '          .   .   .   .   .   .   . . . . .',
};

describe('the states of a request', () => {
  const row = (from: RequestState): string[] => legal[from].trim().split(/\s+/);

  for (const from of requestStates) {
    it(`may go from ${from} exactly where the table says, of all ${requestStates.length} states`, () => {
      const allowed = requestStates.filter((_, index) => row(from)[index] === 'x');
      assert.equal(row(from).length, requestStates.length);
      assert.deepEqual(
        requestStates.filter((to) => mayBecome(from, to)),
        allowed,
      );
    });
  }

  it('end in exactly five', () => {
    assert.deepEqual(requestStates.filter(isFinal), [
      'answered',
      'refused',
      'failed',
      'expired',
      'cancelled',
    ]);
  });

  it('never leave an end', () => {
    for (const from of requestStates.filter(isFinal)) {
      for (const to of requestStates) assert.equal(mayBecome(from, to), false, `${from} → ${to}`);
    }
  });

  it('know what stands before each', () => {
    for (const to of requestStates) {
      const column = requestStates.indexOf(to);
      assert.deepEqual(
        statesBefore(to),
        requestStates.filter((from) => row(from)[column] === 'x'),
      );
    }
  });
});
