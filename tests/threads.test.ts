import assert from 'node:assert/strict';
import { createThreads, ThreadFailed, type Threads, type ThreadsOptions } from '../src/threads.js';
import { waitFor } from './support/wait-for.js';

/** What the thread below is asked. */
interface Task {
  readonly does: 'answer' | 'end' | 'throw' | 'hang';
  readonly bytes?: Uint8Array;
}

/** Counts itself as it starts, and answers with what it was given. */
const script = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort as port, workerData } from 'node:worker_threads';
    Atomics.add(workerData.started, 0, 1);
    port.on('message', ({ does, bytes }) => {
      if (does === 'end') process.exit(0);
      if (does === 'throw') throw new Error('broken');
      if (does === 'answer') port.postMessage({ length: bytes?.byteLength ?? 0 });
    });`)}`,
);

describe('threads', () => {
  let counter: Int32Array;
  let threads: Threads<Task, { readonly length: number }>;
  const open = (options: Partial<ThreadsOptions> = {}) => {
    threads = createThreads({ script, workerData: { started: counter }, callTimeoutMs: 5_000, ...options });
  };
  const started = (): number => Atomics.load(counter, 0);
  const run = (does: Task['does'] = 'answer') => threads.run(() => ({ task: { does } }));
  const fails = (work: Promise<unknown>, message: string) =>
    assert.rejects(work, (error: Error) => {
      assert.ok(error instanceof ThreadFailed);
      assert.deepEqual([error.name, error.message], ['ThreadFailed', message]);
      return true;
    });
  /** Long enough for a thread that is started needlessly to count itself. */
  const moment = () => new Promise((resolve) => setTimeout(resolve, 300));

  beforeEach(() => {
    counter = new Int32Array(new SharedArrayBuffer(4));
    open();
  });
  afterEach(() => threads.close());

  it('start with the first task, and stay', async () => {
    await moment();
    assert.equal(started(), 0);
    for (let count = 1; count <= 3; count += 1) {
      assert.deepEqual(await run(), { length: 0 });
      assert.equal(threads.answered, count);
    }
    await moment();
    assert.equal(started(), 1);
  });

  it('hand over what is to be handed over, and no more', async () => {
    const [given, kept] = [new Uint8Array(1_000), new Uint8Array(1_000)];
    const answers = await Promise.all([
      threads.run(() => ({ task: { does: 'answer', bytes: given }, transfer: [given.buffer] })),
      threads.run(() => ({ task: { does: 'answer', bytes: kept } })),
    ]);
    assert.deepEqual(answers, [{ length: 1_000 }, { length: 1_000 }]);
    assert.deepEqual([given.byteLength, kept.byteLength], [0, 1_000]);
  });

  for (const does of ['end', 'throw'] as const) {
    it(`fail a task on which they ${does}, and start anew for the next one alone`, async () => {
      await fails(run(does), 'the thread failed or took too long');
      await moment();
      assert.equal(started(), 1);
      assert.deepEqual(await run(), { length: 0 });
      assert.equal(started(), 2);
    });
  }

  it('fail a task that takes too long', async () => {
    // The thread after it has to start and answer within the same time.
    open({ callTimeoutMs: 3_000 });
    await fails(run('hang'), 'the thread failed or took too long');
    assert.deepEqual(await run(), { length: 0 });
  });

  it('are as many as they may be, and others wait', async () => {
    open({ threads: 2, callTimeoutMs: 3_000 });
    const hanging = [run('hang'), run('hang')].map((each) =>
      fails(each, 'the thread failed or took too long'),
    );
    const waiting = run();
    await waitFor(() => (started() === 2 ? true : undefined), 'two threads');
    await moment();
    assert.equal(started(), 2);
    await Promise.all(hanging);
    assert.deepEqual(await waiting, { length: 0 });
  });

  it('refuse more than may wait', async () => {
    open({ mostWaiting: 1, callTimeoutMs: 3_000 });
    const hanging = fails(run('hang'), 'the thread failed or took too long');
    const waiting = run();
    await fails(run(), 'no thread can take more');
    await hanging;
    assert.deepEqual(await waiting, { length: 0 });
  });

  it('end with what they have and what waits, and do not start again', async () => {
    const hanging = fails(run('hang'), 'the thread failed or took too long');
    const waiting = fails(run(), 'closed');
    await waitFor(() => (started() === 1 ? true : undefined), 'the thread');
    await threads.close();
    await Promise.all([hanging, waiting]);
    await fails(run(), 'no thread can take more');
    await moment();
    assert.equal(started(), 1);
  });
});
