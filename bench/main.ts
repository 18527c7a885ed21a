import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { findPackageRoot } from '../src/package-root.js';
import type { BenchRow } from './bench-row.js';
import { measureExchange } from './exchange.js';
import { measureHttpSig } from './http-sig.js';
import { measureLoad } from './load.js';
import { measureRelay } from './relay.js';
import { measureSigning } from './signing-xml.js';
import { measureStored } from './stored.js';

/** Runs all benchmarks, or those named on the command line; prints a table and writes `bench/latest.json`. */
const benches: Readonly<Record<string, () => Promise<readonly BenchRow[]>>> = {
  signing: measureSigning,
  'http-sig': measureHttpSig,
  exchange: measureExchange,
  load: measureLoad,
  relay: measureRelay,
  stored: measureStored,
};

const named = process.argv.slice(2);
const unknown = named.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  process.stderr.write(`no benchmark ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}\n`);
  process.exit(1);
}

const rows: BenchRow[] = [];
for (const [name, measure] of Object.entries(benches)) {
  if (named.length > 0 && !named.includes(name)) continue;
  process.stdout.write(`${name} ...\n`);
  rows.push(...(await measure()));
}
// What was not measured now keeps its last figures.
const file = join(findPackageRoot(), 'bench', 'latest.json');
const measured = new Set(rows.map(({ bench }) => bench));
const earlier = (JSON.parse(await readFile(file, 'utf8')) as BenchRow[]).filter(
  ({ bench }) => !measured.has(bench),
);
await writeFile(file, `${JSON.stringify([...earlier, ...rows], null, 2)}\n`);

const figure = (value: number | null): string => (value === null ? '' : String(value));
process.stdout.write(
  `\nNode ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}\n`,
);
const columns = ['bench', 'case', 'value', 'unit', 'floor', 'ratio'];
const cells = rows.map((row) => [
  row.bench,
  row.case,
  figure(row.value),
  row.unit,
  figure(row.floor),
  figure(row.ratio),
]);
const widths = columns.map((column, index) =>
  Math.max(column.length, ...cells.map((line) => (line[index] as string).length)),
);
for (const line of [columns, ...cells]) {
  process.stdout.write(
    `${line
      .map((cell, index) => cell.padEnd(widths[index] as number))
      .join('  ')
      .trimEnd()}\n`,
  );
}
