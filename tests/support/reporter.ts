import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import mocha from 'mocha';

const slowestShown = 12;

/** One failed test or hook, as `scripts/run-tests.mjs` reads it. */
export interface Failure {
  /** The compiled file, from the project's folder. */
  readonly file: string;
  readonly title: string;
  readonly message: string;
  /** Nothing wrong was seen: something only did not come in time. */
  readonly late: boolean;
}

/**
 * Mocha's `spec`, with the files that took longest (their hooks included), and with one more line at the end that
 * machines can read: `12 passed, 0 failed, 1 skipped`. What failed also goes as JSON to the file that the setting
 * `URA_TEST_FAILURES` names.
 */
export default class ClosingLineReporter extends mocha.reporters.Spec {
  constructor(runner: mocha.Runner, options: mocha.MochaOptions) {
    super(runner, options);
    const seconds = new Map<string, number>();
    let since = Date.now();
    runner.on('suite end', (suite) => {
      // A file is a suite right under the root; what is inside it ends before it does.
      if (suite.file === undefined || suite.parent?.root !== true) return;
      const file = relative('dist/tests', suite.file);
      seconds.set(file, (seconds.get(file) ?? 0) + (Date.now() - since) / 1000);
      since = Date.now();
    });
    const failures: Failure[] = [];
    const lateness = new Lateness();
    runner.on('fail', (test, error) => {
      // At once, so that it is known also when the run is cut off before its end.
      process.stdout.write(`${String(error?.stack ?? error).replace(/^/gm, '      ')}\n`);
      failures.push({
        file: relative('.', test.file ?? ''),
        title: test.fullTitle(),
        message: String(error?.message ?? error),
        late: lateness.of(test, error),
      });
    });
    runner.once('end', () => {
      const report = process.env.URA_TEST_FAILURES;
      if (report) writeFileSync(report, JSON.stringify(failures));
      const slowest = [...seconds].sort(([, a], [, b]) => b - a).slice(0, slowestShown);
      if (seconds.size > slowestShown) {
        process.stdout.write('\nfiles that took longest (s):\n');
        for (const [file, taken] of slowest)
          process.stdout.write(`${taken.toFixed(1).padStart(8)}  ${file}\n`);
      }
      const { passes = 0, failures: failed = 0, pending = 0 } = runner.stats ?? {};
      process.stdout.write(
        `\n${passes} passed, ${failed} failed${pending > 0 ? `, ${pending} skipped` : ''}\n`,
      );
    });
  }
}

/** Tells failures in which something only did not come in time from those that saw something wrong. */
export class Lateness {
  readonly #suites = new Set<mocha.Suite>();

  of(test: mocha.Runnable, error: Error | undefined): boolean {
    const { title, parent } = test;
    // What was not made in time, the hooks afterwards cannot end.
    const follows = title.startsWith('"after ') && parent !== undefined && this.#suites.has(parent);
    if (!follows && !isLate(error)) return false;
    for (let suite = parent; suite !== undefined && !suite.root; suite = suite.parent)
      this.#suites.add(suite);
    return true;
  }
}

function isLate(error: (Error & { code?: string }) | undefined): boolean {
  if (error === undefined) return false;
  const { code, name, cause } = error;
  return code === 'ERR_MOCHA_TIMEOUT' || name === 'NotInTime' || (cause instanceof Error && isLate(cause));
}
