import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareVersions, parseVersion, type ReleasedContract, showVersion } from './contract.js';

/** Folder of the released versions, below the package root. */
export const releasedFolder = 'contracts/released';

/** List of the released files with their digests, as `sha256sum -c` reads it. */
export const digestFile = 'SHA256SUMS';

/**
 * Every version that was ever released, sorted by id and version. The folder tells the addresses:
 * `released/canonical/person/1.0.0.json`, `released/registries/civil/1.0.0/civil.wsdl`.
 *
 * @throws {Error} when a file is not named like this.
 */
export function releasedContracts(root: string): readonly ReleasedContract[] {
  const found = new Map<string, ReleasedContract>();
  for (const path of releasedFiles(root)) {
    const [, id = '', text = '', suffix = ''] = /^(.+?)\/(\d+\.\d+\.\d+)(\.[a-z]+|\/[^/]+)$/.exec(path) ?? [];
    if (id === '') throw new Error(`${releasedFolder}/${path} is not named like a version of a contract`);
    const version = parseVersion(text);
    const file = { suffix, bytes: readFileSync(join(root, releasedFolder, path)) };
    const before = found.get(`${id} ${text}`)?.files ?? [];
    found.set(`${id} ${text}`, { id, version, files: [...before, file] });
  }
  return [...found.values()].sort((a, b) =>
    a.id === b.id ? compareVersions(a.version, b.version) : a.id < b.id ? -1 : 1,
  );
}

/** The highest version of one contract within one major version. */
export function lastRelease(
  released: readonly ReleasedContract[],
  id: string,
  major: number,
): ReleasedContract | undefined {
  return released.filter((each) => each.id === id && each.version[0] === major).at(-1);
}

/** Released files that are not as they were released; in words, empty when all are. */
export function alteredReleases(root: string): readonly string[] {
  const path = join(root, releasedFolder, digestFile);
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
  const listed = new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
  const files = new Set(releasedFiles(root));
  return [
    ...[...listed.keys()].filter((file) => !files.has(file)).map((file) => `${file} is missing`),
    ...[...files].flatMap((file) => {
      const digest = listed.get(file);
      if (digest === undefined) return [`${file} was not released`];
      return digest === digestOf(join(root, releasedFolder, file)) ? [] : [`${file} was altered`];
    }),
  ];
}

/** The text of {@link digestFile} for what is in the folder now. */
export function listDigests(root: string): string {
  return releasedFiles(root)
    .map((file) => `${digestOf(join(root, releasedFolder, file))}  ${file}\n`)
    .join('');
}

/** `<id> <version>`, for people. */
export function nameRelease({ id, version }: ReleasedContract): string {
  return `${id} ${showVersion(version)}`;
}

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function releasedFiles(root: string): readonly string[] {
  const folder = join(root, releasedFolder);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile() && entry.name !== digestFile)
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}
