import assert from 'node:assert/strict';
import { checkReadiness, type ReadinessParts } from '../../src/observe/readiness.js';

const healthy: ReadinessParts = {
  store: async () => {},
  broker: async () => true,
  deadLetters: async () => 0,
  registries: [{ name: 'civil', probe: async () => true }],
  certificates: () => [{ name: 'gateway-messages', expiresInSeconds: 100 * 86_400 }],
  stopping: () => false,
};
const fails = () => Promise.reject(new Error('away'));

/** What is changed, whether the gateway is still ready, and the check that says so. */
const table: readonly [string, Partial<ReadinessParts>, boolean, string, string][] = [
  ['all is well', {}, true, 'store', 'ok'],
  ['the store does not answer', { store: fails }, false, 'store', 'failing'],
  ['the broker is away', { broker: async () => false }, true, 'broker', 'warning'],
  ['the broker cannot be asked', { broker: fails }, true, 'broker', 'warning'],
  ['no event was given up', {}, true, 'dead-letters', 'ok'],
  ['events were given up', { deadLetters: async () => 3 }, true, 'dead-letters', 'warning'],
  [
    'a registry is away',
    { registries: [{ name: 'civil', probe: async () => false }] },
    true,
    'registry-civil',
    'warning',
  ],
  [
    'a registry cannot be asked',
    { registries: [{ name: 'civil', probe: fails }] },
    true,
    'registry-civil',
    'warning',
  ],
  [
    'a certificate ends in 29 days',
    { certificates: () => [{ name: 'a', expiresInSeconds: 29 * 86_400 }] },
    true,
    'certificate-a',
    'warning',
  ],
  [
    'a certificate ends in 31 days',
    { certificates: () => [{ name: 'a', expiresInSeconds: 31 * 86_400 }] },
    true,
    'certificate-a',
    'ok',
  ],
  [
    'a certificate has ended',
    { certificates: () => [{ name: 'a', expiresInSeconds: 0 }] },
    false,
    'certificate-a',
    'failing',
  ],
  ['the process stops', { stopping: () => true }, false, 'process', 'failing'],
];

describe('readiness', function () {
  this.timeout(10_000);
  for (const [when, change, ready, check, status] of table) {
    it(`is ${ready ? '' : 'not '}there when ${when}`, async () => {
      const found = await checkReadiness({ ...healthy, ...change });
      assert.equal(found.status, ready ? 'ready' : 'not-ready');
      const named = found.checks.find(({ name }) => name === check);
      assert.equal(named?.status, status);
      assert.equal(named?.detail === undefined, status === 'ok');
    });
  }

  it('is decided even when something never answers', async () => {
    const never = new Promise<never>(() => {});
    const found = await checkReadiness({ ...healthy, store: () => never, broker: () => never });
    assert.equal(found.status, 'not-ready');
  });
});
