import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPackageRoot } from '../../src/package-root.js';

type Json = Record<string, unknown>;

/**
 * A copy of the configuration that comes with Ura, changed for one test.
 *
 * @param changes by file below `config/`; each gets the parsed content and returns the new one.
 */
export async function configCopy(
  changes: Readonly<Record<string, (content: Json) => Json>>,
): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'ura-config-'));
  await cp(join(findPackageRoot(), 'config'), folder, { recursive: true });
  for (const [file, change] of Object.entries(changes)) {
    const path = join(folder, file);
    await writeFile(path, JSON.stringify(change(JSON.parse(await readFile(path, 'utf8')) as Json)));
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
