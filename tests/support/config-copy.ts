import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findPackageRoot } from '../../src/package-root.js';

export type Json = Record<string, unknown>;
/** By file below `config/`; each gets the parsed content, and returns the new one. A new file begins as `{}`. */
export type Changes = Readonly<Record<string, (content: Json) => Json>>;

export interface ConfigCopy {
  readonly folder: string;
  /** Changes files of the copy. */
  change(changes: Changes): Promise<void>;
  remove(): Promise<void>;
}

/** A copy of the configuration that comes with Ura, changed for one test. */
export async function configCopy(changes: Changes): Promise<ConfigCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'ura-config-'));
  await cp(join(findPackageRoot(), 'config'), folder, { recursive: true });
  const change = async (wanted: Changes): Promise<void> => {
    for (const [file, make] of Object.entries(wanted)) {
      const path = join(folder, file);
      const text = await readFile(path, 'utf8').catch(() => '{}');
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, JSON.stringify(make(JSON.parse(text) as Json)));
    }
  };
  await change(changes);
  return { folder, change, remove: () => rm(folder, { recursive: true, force: true }) };
}

/**
 * A copy whose administrative services are those of `tests/fixtures/`: AL029901 and AL029902 of housing, AL029903 of
 * public-space, and Divjakë (20), which has differences and does not offer AL029902. The catalogue that comes with
 * Ura can change without a test of the machinery noticing.
 */
export async function catalogueCopy(changes: Changes = {}): Promise<ConfigCopy> {
  const copy = await configCopy({});
  for (const name of ['catalogue', 'municipalities']) {
    await rm(join(copy.folder, name), { recursive: true, force: true });
    await cp(join(findPackageRoot(), 'tests', 'fixtures', name), join(copy.folder, name), {
      recursive: true,
    });
  }
  await copy.change(changes);
  return copy;
}

/** Changes one service of a catalogue file. */
export const serviceWith =
  (code: string, change: (service: Json) => Json) =>
  (content: Json): Json => ({
    ...content,
    services: (content.services as Json[]).map((each) => (each.code === code ? change(each) : each)),
  });
