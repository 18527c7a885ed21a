import { parseArgs } from 'node:util';
import { fuzz } from './xml-fuzz.js';

/** `node dist/tests/fuzz/main.js [--comparisons N] [--seed S]`: exit status 1 on any unexplained difference. */
const { values } = parseArgs({
  options: { comparisons: { type: 'string', default: '1000000' }, seed: { type: 'string' } },
});
const comparisons = Number(values.comparisons);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
if (!Number.isSafeInteger(comparisons) || comparisons < 1 || !Number.isSafeInteger(seed)) {
  process.stderr.write('--comparisons takes a positive number, --seed a number\n');
  process.exit(2);
}

process.stdout.write(`seed ${seed}\n`);
let told = 0;
const findings = await fuzz({
  comparisons,
  seed,
  onProgress(done, differences) {
    if (done < comparisons && done - told < comparisons / 20) return;
    told = done;
    process.stdout.write(`${done} of ${comparisons} compared, ${differences} unexplained\n`);
  },
});
for (const { document, difference } of findings.slice(0, 20)) {
  process.stdout.write(`\n${difference}\n${JSON.stringify(document)}\n`);
}
process.stdout.write(
  `comparisons: ${comparisons} unexplained differences: ${findings.length} seed: ${seed}\n`,
);
process.exitCode = findings.length === 0 ? 0 : 1;
