#!/usr/bin/env node
// Compares the contracts with their last release, and makes releases. Reads what `npm run build` compiled.
//
//   node scripts/contracts.mjs check             exit 1 when a contract breaks its last release
//   node scripts/contracts.mjs release           keeps what changed as the next version of each contract
//   node scripts/contracts.mjs release --first   makes the first release anew
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [command, ...options] = process.argv.slice(2);
const known = { check: [], release: ['--first'] };
if (!Object.hasOwn(known, command ?? '') || options.some((option) => !known[command].includes(option))) {
  process.stderr.write('usage: node scripts/contracts.mjs check | release [--first]\n');
  process.exit(2);
}
const { checkContracts } = await import('../dist/contracts/compatibility/check.js');
const { releaseContracts } = await import('../dist/contracts/compatibility/release.js');
const { lines, ok } =
  command === 'check' ? checkContracts(root) : releaseContracts(root, { first: options.includes('--first') });
for (const line of lines) process.stdout.write(`${line}\n`);
process.exitCode = ok ? 0 : 1;
