import assert from 'node:assert/strict';
import { join } from 'node:path';
import { checks, runConformance } from '../../../adapters/conformance/run.js';
import { adapterKinds } from '../../../adapters/index.js';
import { read, tableUnder } from '../../docs/documents.js';
import { idleSimulators, violations } from './violations.js';

/** Of registries that answer questions only, each once, and are asked again when nobody knows what came. */
const asksAgain = [
  'act-again',
  'status-executed',
  'status-refused',
  'status-not-executed',
  'status-untrusted',
];

/** Checks that say nothing about an adapter, because its registry has no such thing; nothing else may be left out. */
const notApplicable: Readonly<Record<string, readonly string[]>> = {
  civil: [
    'other-samples',
    'late-samples',
    ...asksAgain,
    'late-by-poll',
    'late-by-callback',
    'callback-tampered',
  ],
  property: ['manual', 'other-samples', 'late-samples'],
  tax: ['manual', 'late-samples', 'late-by-poll', 'late-by-callback', 'callback-tampered'],
  business: ['manual', 'other-samples', ...asksAgain, 'late-by-callback', 'callback-tampered'],
  'municipal-tax': [
    'empty',
    'late-samples',
    ...asksAgain,
    'late-by-poll',
    'late-by-callback',
    'callback-tampered',
  ],
  adisa: [
    'empty',
    'manual',
    'other-samples',
    'late-samples',
    ...asksAgain,
    'late-by-poll',
    'late-by-callback',
    'callback-tampered',
  ],
};

describe('the conformance suite', function () {
  this.timeout(60_000);
  const keysFolder = () => join(process.env.URA_DATA as string, 'keys');

  for (const kind of Object.values(adapterKinds)) {
    it(`${kind.name} holds everything that must hold of an adapter`, async () => {
      const results = await runConformance(kind, { keysFolder: keysFolder() });
      assert.deepEqual(
        results.map(({ id }) => id),
        checks.map(({ id }) => id),
      );
      assert.deepEqual(
        results.filter(({ verdict }) => verdict === 'failed').map(({ id, why }) => `${id}: ${why}`),
        [],
      );
      const left = results.filter(({ verdict }) => verdict === 'not-applicable');
      // An adapter that is new here says for itself what it leaves out.
      if (Object.hasOwn(notApplicable, kind.name)) {
        assert.deepEqual(
          left.map(({ id }) => id),
          notApplicable[kind.name],
        );
      }
      for (const { id, why } of left) assert.ok(why, `${id} does not say why it cannot be tried`);
    });
  }

  it('stands in the documentation, check by check', () => {
    assert.deepEqual(
      tableUnder(read('docs/adapters.md'), '## What must hold of every adapter'),
      checks.map(({ id, mustHold }) => [id, mustHold]),
    );
  });

  it('names each check once, by what must hold', () => {
    const ids = checks.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const { id, mustHold } of checks) assert.match(mustHold, /^[a-z].{20,}$/, id);
  });

  for (const [title, planted] of [
    ['adapter', violations],
    ['simulator', idleSimulators],
  ] as const) {
    for (const [id, { does, kind, why }] of Object.entries(planted)) {
      it(`finds by ${id} the ${title} that ${does}`, async () => {
        const [result, ...others] = await runConformance(kind, { keysFolder: keysFolder(), only: [id] });
        assert.ok(result !== undefined && others.length === 0);
        assert.equal(result.verdict, 'failed');
        assert.match(result.why ?? '', why);
      });
    }
  }

  it('has seen each of its checks fail', () => {
    assert.deepEqual(Object.keys(violations).sort(), checks.map(({ id }) => id).sort());
  });
});
