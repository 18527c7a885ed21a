import assert from 'node:assert/strict';
import { explainFailure, judgeFailure } from '../../src/outbox/judge-failure.js';

describe('who is to blame for an event that was not delivered', () => {
  for (const [code, blame] of [
    ['msg-size-too-large', 'event'],
    ['invalid-record', 'event'],
    ['unknown-topic', 'topic'],
    ['unknown-topic-or-part', 'topic'],
    ['topic-authorization-failed', 'topic'],
    ['not-connected', 'broker'],
    ['delivery-timed-out', 'broker'],
    ['sasl-authentication-failed', 'broker'],
    ['held-for-order', 'order'],
    ['no-such-code', 'unclear'],
    ['toString', 'unclear'],
    ['__proto__', 'unclear'],
  ] as const) {
    it(`${code}: ${blame}`, () => {
      assert.equal(judgeFailure(code), blame);
      assert.match(explainFailure(code), /^[A-Z].*\.$/);
    });
  }
});
