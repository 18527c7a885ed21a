import assert from 'node:assert/strict';
import { Waiting } from '../../src/results/waiting.js';

/** Long enough that a test which has to wait for it fails by mocha's own limit. */
const never = 3_600_000;

describe('waiting for the end of a request', () => {
  it('ends when the request ends, for everybody who waits for it', async () => {
    const waiting = new Waiting();
    const both = Promise.all([waiting.until('a', never), waiting.until('a', never)]);
    waiting.finished('a');
    await both;
  });

  it('does not end for another request', async () => {
    const waiting = new Waiting();
    let ended = false;
    const until = waiting.until('a', never).then(() => {
      ended = true;
    });
    waiting.finished('b');
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(ended, false);
    waiting.finished('a');
    await until;
  });

  it('ends when the time is up', () => new Waiting().until('a', 1));

  it('ends when the client hangs up, or has already', async () => {
    const waiting = new Waiting();
    const hangUp = new AbortController();
    const until = waiting.until('a', never, hangUp.signal);
    hangUp.abort();
    await until;
    await waiting.until('a', never, AbortSignal.abort());
  });

  it('ends for everybody when the process stops', async () => {
    const waiting = new Waiting();
    assert.equal(waiting.stopped, false);
    const all = Promise.all([waiting.until('a', never), waiting.until('b', never)]);
    waiting.wakeAll();
    await all;
    assert.equal(waiting.stopped, true);
  });

  it('can be woken from within without missing anybody', async () => {
    const waiting = new Waiting();
    const chained = waiting.until('a', never).then(() => waiting.until('a', 1));
    waiting.finished('a');
    await chained;
    waiting.finished('a');
  });
});
