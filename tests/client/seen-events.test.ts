import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seenInFile, seenInMemory } from '../../src/client/index.js';

describe('client/seen-events', function () {
  this.timeout(20_000);
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ura-seen-'));
    path = join(folder, 'seen');
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('remembers in memory as many ids as told, the newest', async () => {
    const seen = seenInMemory({ keep: 2 });
    for (const id of ['a', 'b', 'c']) await seen.add(id);
    assert.deepEqual(await Promise.all(['a', 'b', 'c'].map((id) => seen.has(id))), [false, true, true]);
  });

  it('remembers over a restart', async () => {
    const before = await seenInFile(path);
    await Promise.all([before.add('a'), before.add('b'), before.add('a')]);
    await before.close();
    const after = await seenInFile(path);
    assert.deepEqual(await Promise.all(['a', 'b', 'c'].map((id) => after.has(id))), [true, true, false]);
    await after.close();
  });

  it('has an id on the disk when it says that it was added', async () => {
    const seen = await seenInFile(path);
    await seen.add('a');
    assert.equal(await readFile(path, 'latin1'), 'a\n');
    await seen.close();
  });

  it('passes by a line that a crash cut off', async () => {
    const before = await seenInFile(path);
    await before.add('event-1');
    await before.close();
    await appendFile(path, 'event-');
    const after = await seenInFile(path);
    assert.equal(await after.has('event-'), false);
    await after.add('event-2');
    await after.close();
    assert.equal(await readFile(path, 'latin1'), 'event-1\nevent-2\n');
  });

  it('does not grow over twice what it keeps', async () => {
    const seen = await seenInFile(path, { keep: 3 });
    for (let number = 0; number < 20; number += 1) await seen.add(`event-${number}`);
    assert.equal(await seen.has('event-19'), true);
    await seen.close();
    assert.ok((await readFile(path, 'latin1')).split('\n').length - 1 <= 6);
    const after = await seenInFile(path, { keep: 3 });
    assert.deepEqual(
      await Promise.all(['event-16', 'event-17', 'event-18', 'event-19'].map((id) => after.has(id))),
      [false, true, true, true],
    );
    await after.close();
  });

  it('refuses an id that would break the file', async () => {
    const seen = await seenInFile(path);
    await assert.rejects(seen.add('a\nb'), RangeError);
    assert.equal(await seen.has('a'), false);
    await seen.close();
  });
});
