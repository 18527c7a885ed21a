import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type PresentContract, showVersion, type Version } from '../versions/contract.js';
import { presentContracts } from '../versions/present-contracts.js';
import {
  alteredReleases,
  digestFile,
  listDigests,
  releasedContracts,
  releasedFolder,
} from '../versions/released-contracts.js';
import { checkContracts, compareWithReleases } from './check.js';

/** The result of `npm run contracts:release`. */
export interface ReleaseResult {
  /** One line each, for people. */
  readonly lines: readonly string[];
  readonly ok: boolean;
}

/**
 * Gives every contract that changed its next version and keeps it under `contracts/released/`; does nothing at
 * all when one of them breaks its last release. Contracts that name their own version get it written into them.
 *
 * @param first makes the first release anew, without comparing. Only possible while every contract has one
 *   release at most: after that somebody may rely on them.
 */
export function releaseContracts(root: string, { first = false } = {}): ReleaseResult {
  const altered = alteredReleases(root);
  if (first) {
    if (releasedContracts(root).some(({ version }) => version[1] !== 0 || version[2] !== 0))
      return { lines: ['There was more than one release: the first one stays as it is.'], ok: false };
    rmSync(join(root, releasedFolder), { recursive: true, force: true });
  } else if (altered.length > 0 || !checkContracts(root).ok) {
    return { lines: checkContracts(root).lines, ok: false };
  }
  const due = compareWithReleases(root).flatMap(({ id, major, last, next, present }) =>
    next === undefined || present === undefined || isSame(last, next) ? [] : [{ id, major, next, present }],
  );
  for (const { present, next } of due) for (const source of present.sources) stamp(root, source, next);
  // Read again, with their versions in them.
  const stamped = presentContracts(root);
  for (const { id, major, next } of due) {
    const contract = stamped.find((each) => each.id === id && each.major === major) as PresentContract;
    for (const { suffix, bytes } of contract.files) {
      const path = join(root, releasedFolder, `${id}/${showVersion(next)}${suffix}`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes, { flag: 'wx' });
    }
  }
  mkdirSync(join(root, releasedFolder), { recursive: true });
  writeFileSync(join(root, releasedFolder, digestFile), listDigests(root));
  const lines = due.map(({ id, next }) => `released ${id} ${showVersion(next)}`);
  return { lines: lines.length > 0 ? lines : ['nothing changed since the last release'], ok: true };
}

function isSame(last: Version | undefined, next: Version): boolean {
  return last !== undefined && showVersion(last) === showVersion(next);
}

/** OpenAPI and AsyncAPI name their version in `info`, XML Schema in `version`; JSON Schema has no place for it. */
function stamp(root: string, source: string, version: Version): void {
  const path = join(root, source);
  const text = readFileSync(path, 'utf8');
  const pattern = source.endsWith('.yaml')
    ? /^(info:\n(?: {2}.*\n)*? {2}version: )\S+$/m
    : source.endsWith('.xsd')
      ? /(<xs:schema\b[^>]*?\sversion=")[^"]*(?=")/
      : undefined;
  if (pattern === undefined) return;
  if (source.endsWith('.yaml') && !pattern.test(text)) throw new Error(`${source} has no info.version`);
  const stamped = text.replace(pattern, `$1${showVersion(version)}`);
  if (stamped !== text) writeFileSync(path, stamped);
}
