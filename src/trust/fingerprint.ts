import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What a set of files and folders looks like from outside: equal as long as nothing was written, replaced, added
 * or removed. Compares inode, size and both times in nanoseconds, so that a file of the same length, put in place
 * within the same millisecond, is seen too. Reads no content. What is missing counts as such.
 */
export async function fingerprintOf(paths: readonly string[]): Promise<string> {
  return (await Promise.all(paths.map((path) => lookAt(path)))).flat().join('\n');
}

async function lookAt(path: string, isInside = false): Promise<string[]> {
  try {
    const { ino, size, mtimeNs, ctimeNs, mode } = await stat(path, { bigint: true });
    if ((Number(mode) & 0o170000) !== 0o040000)
      return [`${path} ${ino} ${size} ${mtimeNs} ${ctimeNs} ${mode}`];
    if (isInside) return [];
    const names = (await readdir(path)).filter((name) => !name.startsWith('.')).sort();
    const inside = await Promise.all(names.map((name) => lookAt(join(path, name), true)));
    // The folder's own times change with every temporary file in it: what lies inside is enough.
    return [path, ...inside.flat()];
  } catch (error) {
    return [`${path} ${(error as NodeJS.ErrnoException).code ?? 'unreadable'}`];
  }
}
