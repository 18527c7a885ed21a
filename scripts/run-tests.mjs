// Runs all tests in two processes at once: most of their time is waiting, and a machine has more than one core.
// Each process has servers of its own (see tests/support/servers.ts), so the two cannot disturb each other.
// What the first one prints is shown as it comes, what the second one prints when the first has ended.
//
// How fast a machine is must not decide whether a test passes. So files in which something only did not come in time
// (a wait or mocha's own timeout; nothing wrong was seen) are run once more, alone, and what they say then counts.
// They are named in any case. A test that saw something wrong has failed.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const all = 'dist/tests/**/*.test.js';
const inFolders = (...folders) => folders.map((folder) => `dist/tests/${folder}/**/*.test.js`);
const without = (patterns) => patterns.flatMap((pattern) => ['--ignore', pattern]);

// Tests that start processes of their own: about half of the time.
const withProcesses = [
  ...inFolders('chaos', 'cli', 'crash', 'docs', 'kafka'),
  'dist/tests/e2e/demo.test.js',
  'dist/tests/e2e/docs-page.test.js',
];
// With `--quick` what needs minutes or second implementations is left out, and the rest is halved.
const slow = [...inFolders('chaos', 'cli', 'crash', 'interop'), 'dist/tests/e2e/demo.test.js'];
const quickHalf = inFolders(
  'adapters',
  'dispatch',
  'e2e',
  'intake',
  'kafka',
  'operator',
  'outbox',
  'registries',
);

const groups = process.argv.includes('--quick')
  ? [
      [...quickHalf, ...without(slow)],
      [all, ...without([...slow, ...quickHalf])],
    ]
  : [withProcesses, [all, ...without(withProcesses)]];

const reports = mkdtempSync(join(tmpdir(), 'ura-tests-'));

/** Runs mocha; `show` gets what it prints as it comes. Resolves with all of it, the exit code and what failed. */
function run(name, patterns, show = () => {}) {
  const report = join(reports, name);
  const child = spawn('node_modules/.bin/mocha', patterns, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, URA_TEST_FAILURES: report },
  });
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
    show(chunk);
  });
  return new Promise((resolve) => {
    child.on('close', (code) => {
      let failures;
      try {
        failures = JSON.parse(readFileSync(report, 'utf8'));
      } catch {
        // It ended before it could say what failed.
        failures = [{ file: name, title: 'the run', message: `ended with ${code}`, late: false }];
      }
      if (code !== 0 && failures.length === 0)
        failures.push({ file: name, title: 'the run', message: `ended with ${code}`, late: false });
      resolve({ printed, failures });
    });
  });
}

const show = (chunk) => process.stdout.write(chunk);
const [first, second] = await Promise.all([
  run('first-half', groups[0], show),
  run('second-half', groups[1]),
]);
show(second.printed);

/** How many tests of these runs ended so, from their closing lines. */
const count = (word, ...runs) =>
  runs
    .map(({ printed }) =>
      new RegExp(`^\\d+ passed.*?\\b(\\d+) ${word}|^(\\d+) ${word}`, 'm').exec(printed.slice(-400)),
    )
    .reduce((sum, found) => sum + Number(found?.[1] ?? found?.[2] ?? 0), 0);
const told = (failures) =>
  failures.map(({ file, title, message }) => `  ${file}\n    ${title}\n    ${message}\n`).join('');

const failures = [...first.failures, ...second.failures];
const late = failures.filter((failure) => failure.late);
const wrong = failures.filter((failure) => !failure.late);
let closing = '';
if (late.length > 0) {
  const files = [...new Set(late.map(({ file }) => file))];
  show(`\nnot in time, and therefore run once more, alone:\n${told(late)}`);
  const again = await run('once-more', files, show);
  wrong.push(...again.failures);
  closing += `not in time beside other tests:\n${told(late)}`;
  closing += `run once more, alone: ${count('passed', again)} passed, ${count('failed', again)} failed\n`;
}
if (wrong.length > 0) closing += `failed:\n${told(wrong)}`;
const skipped = count('skipped', first, second);
closing += `all: ${count('passed', first, second)} passed, ${wrong.length} failed`;
closing += skipped > 0 ? `, ${skipped} skipped` : '';
closing += late.length > 0 ? `, ${late.length} not in time at first\n` : '\n';
show(`\n${closing}`);
// For whoever prints more after this.
writeFileSync('dist/tests-closing.txt', closing);
rmSync(reports, { recursive: true, force: true });
process.exitCode = wrong.length > 0 ? 1 : 0;
