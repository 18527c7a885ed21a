import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takePlace } from '../../../src/cli/demo/one-demo.js';

describe('the place of a demo', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ura-place-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const pidFile = () => join(folder, 'demo.pid');

  it('is taken and left', async () => {
    const place = await takePlace(folder);
    assert.equal(place.leftBehind, false);
    assert.equal(await readFile(pidFile(), 'utf8'), String(process.pid));
    await place.leave();
    assert.equal((await takePlace(folder)).leftBehind, false);
  });

  it('is refused while another demo lives', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'demo'], { stdio: 'ignore' });
    try {
      await new Promise((resolve) => other.once('spawn', resolve));
      await writeFile(pidFile(), String(other.pid));
      await assert.rejects(
        takePlace(folder),
        /already running in .* \(process \d+\): stop it, or set URA_DATA/,
      );
    } finally {
      other.kill('SIGKILL');
    }
  });

  it('is free again after a demo that was killed, and says so', async () => {
    const gone = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
    await new Promise((resolve) => gone.once('exit', resolve));
    await writeFile(pidFile(), String(gone.pid));
    assert.equal((await takePlace(folder)).leftBehind, true);
  });

  it('is free when the number now belongs to something else', async function () {
    if (process.platform !== 'linux') {
      process.stdout.write('      skipped: only Linux says what a process is\n');
      this.skip();
    }
    await writeFile(pidFile(), String(process.ppid));
    assert.equal((await takePlace(folder)).leftBehind, true);
  });
});
