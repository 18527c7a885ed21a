import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { behaviours } from '../../../../adapters/civil/simulator/faults.js';
import { generatePopulation } from '../../../../adapters/civil/simulator/population.js';
import { samples } from '../../../../adapters/civil/simulator/samples.js';
import { findPackageRoot } from '../../../../src/package-root.js';

describe('civil simulator: README', () => {
  const readme = readFileSync(join(findPackageRoot(), 'adapters/civil/simulator/README.md'), 'utf8');

  it('tells the numbers that the default population has', () => {
    const told = [...readme.matchAll(/^\| `(\w+)` *\| ([0-9A-T]\d{8}[A-W]) *\|/gm)].map(([, who, nid]) => [
      who,
      nid,
    ]);
    assert.deepEqual(Object.fromEntries(told), { ...samples(generatePopulation(2026, 2000)) });
  });

  it('names every behaviour', () => {
    for (const behaviour of Object.keys(behaviours))
      assert.ok(readme.includes(`\`${behaviour}\``), behaviour);
  });
});
