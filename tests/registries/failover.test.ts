import assert from 'node:assert/strict';
import { createCircuitStore } from '../../src/registries/circuit-store.js';
import { verdictOf, withFailover } from '../../src/registries/failover.js';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.js';
import { down, endpointOf, exchange, lost, nodeBreaker, settings } from './registry-on-call.js';

describe('a registry with two endpoints', () => {
  let fresh: FreshDatabase;
  before(async () => {
    fresh = await freshDatabase();
  });
  after(() => fresh.drop());
  beforeEach(() => fresh.database.query('truncate registry_circuits'));

  const open = (operation: Parameters<typeof endpointOf>[0] = {}) => {
    const [one, other] = [endpointOf(operation), endpointOf(operation)];
    const { breaker } = nodeBreaker(createCircuitStore(fresh.database), 'node', {
      endpoints: ['one', 'other'],
      circuit: { ...settings, openMs: 60_000, capMs: 60_000 },
    });
    const clock = { now: () => Date.now() };
    const adapter = withFailover(
      [
        { endpoint: 'one', adapter: one.adapter },
        { endpoint: 'other', adapter: other.adapter },
      ],
      breaker,
      clock,
    );
    const ask = async (changes: Parameters<typeof exchange>[0] = {}) =>
      (await adapter.call(exchange(changes), new AbortController().signal)).outcome;
    return { one, other, breaker, adapter, ask };
  };

  it('is asked at the first while that answers', async () => {
    const { one, other, ask } = open();
    assert.equal((await ask()).kind, 'answered');
    assert.deepEqual([one.calls.length, other.calls.length], [1, 0]);
  });

  it('is asked at the second, in the same attempt, when the first surely executed nothing', async () => {
    const { one, other, ask } = open();
    one.told.outcome = down;
    assert.equal((await ask()).kind, 'answered');
    assert.deepEqual([one.calls, other.calls], [['m-1'], ['m-1']], 'under the same message id');
  });

  it('is never asked at the second when the first may have executed', async () => {
    const { one, other, ask } = open();
    one.told.outcome = lost;
    assert.deepEqual(await ask(), lost);
    assert.equal(other.calls.length, 0);
  });

  it('is not asked at the second after the deadline or when told to stop', async () => {
    const { one, other, adapter, ask } = open();
    one.told.outcome = down;
    assert.deepEqual(await ask({ deadlineAt: Date.now() - 1 }), down);
    const stopped = await adapter.call(exchange(), AbortSignal.abort());
    assert.deepEqual(stopped.outcome, down);
    assert.equal(other.calls.length, 0);
  });

  it('is not called at an endpoint whose circuit is open, and nowhere when all are', async () => {
    const { one, other, breaker, ask } = open();
    one.told.outcome = down;
    for (let nth = 0; nth < 5; nth += 1) await ask();
    assert.deepEqual([one.calls.length, other.calls.length], [3, 5]);
    assert.equal(breaker.places('civil'), Number.POSITIVE_INFINITY, 'the other one works');
    other.told.outcome = lost;
    for (let nth = 0; nth < 3; nth += 1) await ask();
    assert.equal(breaker.places('civil'), 0);
    const outcome = await ask();
    assert.equal(outcome.kind === 'unavailable' && outcome.reason, 'circuit-open');
    assert.ok(outcome.kind === 'unavailable' && (outcome.notBefore ?? 0) > Date.now() + 10_000);
    assert.deepEqual([one.calls.length, other.calls.length], [3, 8]);
  });

  it('settles the deciding call of an adapter that throws', async () => {
    const { one, adapter, breaker } = open();
    one.adapter.call = () => Promise.reject(new Error('the replay set does not answer'));
    for (let nth = 0; nth < 9; nth += 1) {
      await assert.rejects(adapter.call(exchange(), new AbortController().signal), /replay set/);
    }
    assert.equal(breaker.isClosed({ registry: 'civil', endpoint: 'one' }), true);
  });

  it('counts against an endpoint what is its fault, and nothing else', () => {
    const now = 1_000;
    const verdicts = (
      [
        [down, 2_000, 'bad'],
        [lost, 2_000, 'bad'],
        [{ kind: 'unavailable', reason: 'registry-busy' }, 2_000, 'bad'],
        [{ kind: 'unknown', reason: 'call-timeout' }, 2_000, 'bad'],
        [{ kind: 'unknown', reason: 'call-timeout' }, 1_000, 'neutral'],
        [{ kind: 'unknown', reason: 'stopped' }, 2_000, 'neutral'],
        [{ kind: 'unavailable', reason: 'lane-full' }, 2_000, 'neutral'],
        [{ kind: 'unavailable', reason: 'not-executed' }, 2_000, 'good'],
        [{ kind: 'refused', code: 'NO', message: 'Jo.' }, 2_000, 'good'],
        [{ kind: 'invalid', reason: 'signature-mismatch' }, 2_000, 'good'],
      ] as const
    ).map(([outcome, deadlineAt, expected]) => [verdictOf(outcome, { deadlineAt }, now), expected]);
    for (const [verdict, expected] of verdicts) assert.equal(verdict, expected);
  });
});
