import { Worker } from 'node:worker_threads';

/** The task was not done: the thread crashed, took too long, or there are more waiting than may. */
export class ThreadFailed extends Error {
  override readonly name = 'ThreadFailed';
}

export interface ThreadsOptions {
  /** What the threads run: one message in, one message out, in turn. */
  readonly script: URL;
  /** Handed to each thread as it starts (`workerData`). */
  readonly workerData?: unknown;
  /** Default 1. */
  readonly threads?: number;
  /** For one task, from the moment that a thread has it, milliseconds. Default 10 000. */
  readonly callTimeoutMs?: number;
  /** Tasks that may wait for a thread; more are refused. Default 64. */
  readonly mostWaiting?: number;
}

/** Threads that do what would hold up the event loop. None runs before the first task. */
export interface Threads<Task, Answer> {
  /**
   * @param task given when a thread is there for it; what it hands over (`transfer`) is lost to the caller.
   * @throws {ThreadFailed}
   */
  run(task: () => { readonly task: Task; readonly transfer?: readonly ArrayBuffer[] }): Promise<Answer>;
  /** Tasks that threads have answered so far. */
  readonly answered: number;
  /** Ends the threads; what they were at fails, and so does every later task. */
  close(): Promise<void>;
}

interface Job<Task, Answer> {
  readonly task: Parameters<Threads<Task, Answer>['run']>[0];
  readonly resolve: (answer: Answer) => void;
  readonly reject: (failed: ThreadFailed) => void;
}

interface Thread<Task, Answer> {
  readonly worker: Worker;
  job: Job<Task, Answer> | undefined;
  timer: NodeJS.Timeout | undefined;
}

/** Nothing starts here; threads do not keep the process alive while they have nothing to do. */
export function createThreads<Task, Answer>(options: ThreadsOptions): Threads<Task, Answer> {
  const { script, workerData, threads = 1, callTimeoutMs = 10_000, mostWaiting = 64 } = options;
  const running = new Set<Thread<Task, Answer>>();
  const waiting: Job<Task, Answer>[] = [];
  let answered = 0;
  let closed = false;

  function start(): Thread<Task, Answer> {
    const worker = new Worker(script, { workerData, resourceLimits: { maxOldGenerationSizeMb: 256 } });
    const thread: Thread<Task, Answer> = { worker, job: undefined, timer: undefined };
    worker.unref();
    worker.on('message', (answer: Answer) => {
      const job = release(thread);
      answered++;
      job?.resolve(answer);
      next();
    });
    // Without a listener an error in a thread would end the process.
    worker.on('error', () => abandon(thread));
    worker.on('messageerror', () => abandon(thread));
    worker.on('exit', () => abandon(thread));
    running.add(thread);
    return thread;
  }

  /** Takes a thread out of use; the task that it had fails. */
  function abandon(thread: Thread<Task, Answer>): void {
    running.delete(thread);
    release(thread)?.reject(new ThreadFailed('the thread failed or took too long'));
    void thread.worker.terminate();
    next();
  }

  function release(thread: Thread<Task, Answer>): Job<Task, Answer> | undefined {
    const { job } = thread;
    clearTimeout(thread.timer);
    thread.job = undefined;
    thread.worker.unref();
    return job;
  }

  function next(): void {
    const [job] = waiting;
    if (job === undefined) return;
    const idle = [...running].find((each) => each.job === undefined);
    const thread = idle ?? (running.size < threads ? start() : undefined);
    if (thread === undefined) return;
    waiting.shift();
    thread.job = job;
    thread.timer = setTimeout(() => abandon(thread), callTimeoutMs);
    thread.worker.ref();
    const { task, transfer = [] } = job.task();
    thread.worker.postMessage(task, [...transfer]);
  }

  return {
    get answered() {
      return answered;
    },
    run(task) {
      if (closed || waiting.length >= mostWaiting)
        return Promise.reject(new ThreadFailed('no thread can take more'));
      return new Promise((resolve, reject) => {
        waiting.push({ task, resolve, reject });
        next();
      });
    },
    async close() {
      closed = true;
      for (const job of waiting.splice(0)) job.reject(new ThreadFailed('closed'));
      await Promise.all(
        [...running].map((thread) => {
          abandon(thread);
          return thread.worker.terminate();
        }),
      );
    },
  };
}
