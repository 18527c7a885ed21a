/*
 * The checker of chaos campaigns, a program of its own: node dist/tests/chaos/checker/main.js <run.json>
 * Exit code: 0 when everything holds, 1 when something does not, 2 when it could not look or there was nothing to see.
 */
import { checkRun } from './check.js';
import { type Finding, findingKinds, readRunFile } from './run-file.js';

/** Findings shown of each kind. */
const SHOWN = 10;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** @returns the exit code. */
function report(accepted: number, findings: readonly Finding[]): number {
  const counts = findingKinds.map((kind) => {
    const ofKind = findings.filter((finding) => finding.kind === kind);
    const about = new Map(ofKind.map((finding) => [finding.about, finding]));
    for (const finding of [...about.values()].slice(0, SHOWN))
      say(`${kind}: ${finding.about}: ${finding.what}`);
    if (about.size > SHOWN) say(`${kind}: and ${about.size - SHOWN} more`);
    return { kind, count: about.size };
  });
  if (accepted === 0) say('nothing was accepted in this run: nothing is proven');
  say(`invariants: accepted=${accepted} ${counts.map(({ kind, count }) => `${kind}=${count}`).join(' ')}`);
  if (counts.some(({ count }) => count > 0)) return 1;
  return accepted > 0 ? 0 : 2;
}

try {
  const { accepted, findings, read } = await checkRun(await readRunFile(process.argv[2] ?? ''));
  say(`read: ${read}`);
  process.exitCode = report(accepted, findings);
} catch (error) {
  process.stderr.write(`the checker could not look: ${(error as Error).message}\n`);
  process.exitCode = 2;
}
