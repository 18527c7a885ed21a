// Runs all tests in two processes at once: most of their time is waiting, and a machine has more than one core.
// Each process has servers of its own (see tests/support/servers.ts), so the two cannot disturb each other.
// What the first one prints is shown as it comes, what the second one prints when the first has ended.
import { spawn } from 'node:child_process';

const all = 'dist/tests/**/*.test.js';
// Tests that start processes of their own: about half of the time.
const withProcesses = [
  ...['cli', 'crash', 'docs', 'kafka'].map((folder) => `dist/tests/${folder}/**/*.test.js`),
  'dist/tests/e2e/demo.test.js',
  'dist/tests/e2e/docs-page.test.js',
];

const groups = [withProcesses, [all, ...withProcesses.flatMap((pattern) => ['--ignore', pattern])]];
const runs = groups.map((patterns, index) => {
  const child = spawn('node_modules/.bin/mocha', patterns, { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
    if (index === 0) process.stdout.write(chunk);
  });
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code: code ?? 1, printed }));
  });
});

const [first, second] = await Promise.all(runs);
process.stdout.write(second.printed);

const count = (word) =>
  [first, second]
    .map(({ printed }) =>
      new RegExp(`^\\d+ passed.*?\\b(\\d+) ${word}|^(\\d+) ${word}`, 'm').exec(printed.slice(-400)),
    )
    .reduce((sum, found) => sum + Number(found?.[1] ?? found?.[2] ?? 0), 0);
const skipped = count('skipped');
process.stdout.write(
  `\nall: ${count('passed')} passed, ${count('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
);
process.exitCode = Math.max(first.code, second.code);
