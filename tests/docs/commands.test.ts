import assert from 'node:assert/strict';
import { generatePopulation } from '../../adapters/civil/simulator/population.js';
import { samples } from '../../adapters/civil/simulator/samples.js';
import { commandsIn, mistakeIn, toShownCommand } from './commands-in-text.js';
import { documents, read } from './documents.js';

const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;
const targets = new Set([...read('Makefile').matchAll(/^([a-z][a-z-]*):/gm)].map(([, name]) => name));

describe('commands in the documents', function () {
  this.timeout(180_000);

  it('finds the mistake in a call of a command or option that is not there', () => {
    assert.equal(mistakeIn(toShownCommand(['submit', '--nid', 'J96126911C'])), undefined);
    assert.match(mistakeIn(toShownCommand(['submit', '--name', 'x'])) ?? '', /no option --name/);
    assert.match(mistakeIn(toShownCommand(['keys', 'burn'])) ?? '', /no command ura keys burn/);
    assert.match(mistakeIn(toShownCommand(['dance'])) ?? '', /no command ura dance/);
  });

  for (const path of [...documents(), 'compose.yaml', 'Dockerfile']) {
    const text = read(path);
    const calls = commandsIn(text);
    if (calls.length > 0) {
      it(`${path} shows only commands and options that ura has`, () => {
        assert.deepEqual(
          calls.map(mistakeIn).filter((mistake) => mistake !== undefined),
          [],
        );
      });
    }
    const called = [...text.matchAll(/(?:`|^)make ([a-z][a-z-]*)/gm)].map(([, target]) => target ?? '');
    if (called.length > 0) {
      it(`${path} names only targets that the Makefile has`, () => {
        assert.deepEqual(
          called.filter((target) => !targets.has(target)),
          [],
        );
      });
    }
    const run = [...text.matchAll(/npm run (?:--silent )?([a-z:]+)/g)].map(([, script]) => script ?? '');
    if (run.length > 0) {
      it(`${path} names only npm scripts that there are`, () => {
        assert.deepEqual(
          run.filter((script) => !Object.hasOwn(scripts, script)),
          [],
        );
      });
    }
  }

  it('speak of people whom the simulated registry knows', () => {
    const known: readonly string[] = Object.values(samples(generatePopulation(2026, 2000)));
    for (const path of [...documents(), 'compose.yaml', 'src/cli/submit.ts']) {
      const named = [...read(path).matchAll(/--nid ([0-9A-T]\d{8}[A-W])/g)].map(([, nid]) => nid ?? '');
      assert.deepEqual(
        named.filter((nid) => !known.includes(nid)),
        [],
        path,
      );
    }
  });

  it('README shows the commands that everything begins with', () => {
    const readme = read('README.md');
    assert.match(readme, /^make demo/m);
    assert.match(readme, /^make test/m);
  });

  it('make demo ARGS=--once is understood', () => {
    assert.match(read('README.md'), /make demo ARGS=--once/);
    assert.equal(mistakeIn(toShownCommand(['demo', '--once'])), undefined);
  });
});
