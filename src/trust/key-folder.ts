import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KeyFileUnusable } from '../signing/key-files.js';

/**
 * The key files that one entry of the configuration names: the file itself, or every `*.pem` and `*.jwk.json` of a
 * folder, by name. Hidden files (half-written ones among them), other files and folders inside are left out.
 *
 * @throws {KeyFileUnusable} `key-file-missing` or `key-file-unreadable`.
 */
export async function keyFilesOf(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = await readdir(path);
    return names
      .filter((name) => /\.(pem|jwk\.json)$/.test(name) && !name.startsWith('.'))
      .sort()
      .map((name) => join(path, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      const remedy = 'Put the keys there, or correct the path.';
      throw new KeyFileUnusable('key-file-missing', path, 'There is no such file or folder.', remedy, error);
    }
    const remedy = 'Let the user of the gateway read it.';
    throw new KeyFileUnusable('key-file-unreadable', path, 'It cannot be read.', remedy, error);
  }
}

/** {@link keyFilesOf} for several entries; a file that two of them name comes once. */
export async function keyFilesOfAll(paths: readonly string[]): Promise<string[]> {
  return [...new Set((await Promise.all(paths.map(keyFilesOf))).flat())];
}
