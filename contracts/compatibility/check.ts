import { type PresentContract, sameFiles, showVersion, type Version } from '../versions/contract.js';
import { presentContracts } from '../versions/present-contracts.js';
import { alteredReleases, lastRelease, releasedContracts } from '../versions/released-contracts.js';
import type { Change } from './change.js';
import { compareContracts } from './compare-contracts.js';

/** What became of one contract since its last release. */
export interface ContractReport {
  readonly id: string;
  readonly major: number;
  /** Absent: it was never released. */
  readonly last?: Version;
  /** Absent: it is gone. */
  readonly present?: PresentContract;
  readonly changes: readonly Change[];
  /** The version that it gets next; equal to `last` when not a byte changed. Absent where something breaks. */
  readonly next?: Version;
}

/** Compares every contract of the working tree with its last release in the same major version. */
export function compareWithReleases(root: string): readonly ContractReport[] {
  const present = presentContracts(root);
  const released = releasedContracts(root);
  const reports = present.map((contract): ContractReport => {
    const { id, kind, major, files } = contract;
    const last = lastRelease(released, id, major);
    if (last === undefined) return { id, major, present: contract, changes: [], next: [major, 0, 0] };
    const same = sameFiles(last.files, files);
    const changes = same ? [] : compareContracts(id, kind, last.files, files);
    const report = { id, major, last: last.version, present: contract, changes };
    if (changes.some(({ breaking }) => breaking)) return report;
    const [, minor, patch] = last.version;
    if (same) return { ...report, next: last.version };
    return { ...report, next: changes.length > 0 ? [major, minor + 1, 0] : [major, minor, patch + 1] };
  });
  const gone = released.filter(
    ({ id, version }, index) =>
      !present.some((contract) => contract.id === id && contract.major === version[0]) &&
      lastRelease(released, id, version[0]) === released[index],
  );
  return [
    ...reports,
    ...gone.map(({ id, version }): ContractReport => {
      const change = { pointer: '', breaking: true, text: 'the contract is gone' };
      return { id, major: version[0], last: version, changes: [change] };
    }),
  ];
}

/** The result of `npm run contracts:check`. */
export interface CheckResult {
  /** One line each, for people. */
  readonly lines: readonly string[];
  readonly ok: boolean;
}

/** Names every breaking change, and every compatible one, of each contract since its last release. */
export function checkContracts(root: string): CheckResult {
  const altered = alteredReleases(root).map((what) => `ALTERED     ${what}: a release never changes`);
  const reports = compareWithReleases(root);
  const broken = reports.filter(({ changes }) => changes.some(({ breaking }) => breaking));
  const summary = `${reports.length} contracts, ${broken.length} with breaking changes`;
  const advice = 'A breaking change is a new contract beside the old one: see docs/contracts.md.';
  return {
    lines: [...altered, ...reports.flatMap(describe), summary, ...(broken.length > 0 ? [advice] : [])],
    ok: altered.length === 0 && broken.length === 0,
  };
}

function describe({ id, major, last, next, changes }: ContractReport): readonly string[] {
  if (last === undefined) return [`new         ${id} ${showVersion([major, 0, 0])}`];
  const since = `${id} since ${showVersion(last)}`;
  if (changes.length === 0 && next !== undefined && showVersion(next) !== showVersion(last))
    return [`texts only  ${since}`];
  return changes.map(
    ({ breaking, pointer, text }) =>
      `${breaking ? 'BREAKING   ' : 'compatible '} ${since}: ${pointer || '/'} ${text}`,
  );
}
