import assert from 'node:assert/strict';
import type { StoredRequest } from '../../src/requests/request.js';
import { Waiting } from '../../src/results/waiting.js';
import { acceptance, accepted } from '../requests/acceptance.js';

const ended = (id: string): StoredRequest => accepted(acceptance({ request: { id } }));

/** Long enough that a test which has to wait for it fails by mocha's own limit. */
const never = 3_600_000;

describe('waiting for the end of a request', () => {
  it('ends when the request ends, for everybody who waits for it', async () => {
    const waiting = new Waiting();
    const both = Promise.all([waiting.until('a', never), waiting.until('a', never)]);
    const request = ended('a');
    waiting.finished(request);
    assert.deepEqual(await both, [request, request]);
  });

  it('does not end for another request', async () => {
    const waiting = new Waiting();
    let over = false;
    const until = waiting.until('a', never).then(() => {
      over = true;
    });
    waiting.finished(ended('b'));
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(over, false);
    waiting.finished(ended('a'));
    await until;
  });

  it('ends with nothing when the time is up', async () => {
    assert.equal(await new Waiting().until('a', 1), undefined);
  });

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
    assert.equal(await waiting.until('a', never), undefined, 'and does not begin again');
  });

  it('has room for so many and no more', async () => {
    const waiting = new Waiting(2);
    const both = Promise.all([waiting.until('a', never), waiting.until('a', never)]);
    assert.equal(waiting.hasRoom, false);
    waiting.finished(ended('a'));
    await both;
    assert.equal(waiting.hasRoom, true);
  });

  it('can be woken from within without missing anybody', async () => {
    const waiting = new Waiting();
    const chained = waiting.until('a', never).then(() => waiting.until('a', 1));
    waiting.finished(ended('a'));
    await chained;
    waiting.finished(ended('a'));
  });
});
