import { type FileHandle, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SeenEvents } from './seen-events.js';

/** A {@link SeenEvents} that has a file open. */
export interface SeenFile extends SeenEvents {
  close(): Promise<void>;
}

/**
 * Remembers handled events in a file, one id a line, written through to the disk before `add` resolves. One
 * process at a time. Where the municipality has a database, that is the better place: see {@link SeenEvents}.
 *
 * ```ts
 * const seen = await seenInFile('/var/lib/oss/seen-events', { keep: 200_000 });
 * ```
 *
 * @param keep how many ids are kept, the newest. Take more than the topic's retention holds. Default 100 000.
 */
export async function seenInFile(
  path: string,
  { keep = 100_000 }: { readonly keep?: number } = {},
): Promise<SeenFile> {
  const ids = new Set((await readLines(path)).slice(-keep));
  let file = await rewrite(path, ids);
  let lines = ids.size;
  let writing: Promise<void> = Promise.resolve();

  async function write(id: string): Promise<void> {
    await file.appendFile(`${id}\n`);
    await file.datasync();
    ids.add(id);
    lines += 1;
    if (lines <= 2 * keep) return;
    for (const oldest of ids) {
      if (ids.size <= keep) break;
      ids.delete(oldest);
    }
    await file.close();
    file = await rewrite(path, ids);
    lines = ids.size;
  }

  return {
    has: async (id) => ids.has(id),
    add(id) {
      if (!/^[\x21-\x7e]{1,128}$/.test(id))
        return Promise.reject(new RangeError('an event id is 1 to 128 characters'));
      if (ids.has(id)) return Promise.resolve();
      const written = writing.then(() => write(id));
      // One failed write must not fail the next one: each caller learns of its own.
      writing = written.catch(() => undefined);
      return written;
    },
    async close() {
      await writing;
      await file.close();
    },
  };
}

/** Whole lines only: what a crash cut off was never acknowledged. */
async function readLines(path: string): Promise<string[]> {
  try {
    return (await readFile(path, 'latin1')).split('\n').slice(0, -1);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Writes the ids to a new file, puts it in the place of the old one, and opens it for appending. */
async function rewrite(path: string, ids: ReadonlySet<string>): Promise<FileHandle> {
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile([...ids].map((id) => `${id}\n`).join(''));
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  const folder = await open(dirname(path), 'r');
  await folder.sync().finally(() => folder.close());
  return open(path, 'a', 0o600);
}
