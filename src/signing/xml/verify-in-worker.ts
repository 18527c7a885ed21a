import { Worker } from 'node:worker_threads';
import { SignatureRefused } from '../refusals.js';
import type { TrustedKey } from '../signer.js';
import type { Expectation, VerifiedEnvelope } from './expectation.js';
import { defaultXmlLimits } from './limits.js';
import { verifyEnvelope } from './verify-envelope.js';
import type { ExportedKey, VerifyAnswer, VerifyTask } from './verify-task.js';

/** Larger messages are verified in a thread of their own, so that the event loop goes on meanwhile. Bytes. */
export const largeMessageBytes = 200_000;

export interface VerifyPoolOptions {
  /** Default 1. */
  readonly threads?: number;
  /** For one message, from the moment that a thread has it, milliseconds. Default 10 000. */
  readonly callTimeoutMs?: number;
  /** Messages that may wait for a thread; more are refused. Default 64. */
  readonly mostWaiting?: number;
  /** What the threads run. Default: `verify-worker.js` beside this file. */
  readonly script?: URL;
}

/** Threads that verify large messages. None runs before the first such message. */
export interface VerifyPool {
  /**
   * As `verifyEnvelope`, with the same verdicts, in a thread when the message is large.
   *
   * @throws {SignatureRefused} also `verifier-failed`: the thread crashed, took too long or is closed.
   */
  verify(bytes: Uint8Array, expected: Expectation): Promise<VerifiedEnvelope>;
  /** Messages that threads have answered so far. */
  readonly answered: number;
  /** Ends the threads; what they were verifying is refused, and so is every later large message. */
  close(): Promise<void>;
}

interface Job {
  readonly bytes: Uint8Array;
  readonly expected: Expectation;
  readonly keys: readonly ExportedKey[];
  readonly resolve: (verified: VerifiedEnvelope) => void;
  readonly reject: (refused: SignatureRefused) => void;
}

interface Thread {
  readonly worker: Worker;
  job: Job | undefined;
  timer: NodeJS.Timeout | undefined;
}

/** Nothing starts here; threads do not keep the process alive while they have nothing to do. */
export function createVerifyPool(options: VerifyPoolOptions = {}): VerifyPool {
  const { threads = 1, callTimeoutMs = 10_000, mostWaiting = 64 } = options;
  const script = options.script ?? new URL('./verify-worker.js', import.meta.url);
  const running = new Set<Thread>();
  const waiting: Job[] = [];
  const exported = keyExporter();
  let answered = 0;
  let closed = false;

  function start(): Thread {
    const worker = new Worker(script, { resourceLimits: { maxOldGenerationSizeMb: 256 } });
    const thread: Thread = { worker, job: undefined, timer: undefined };
    worker.unref();
    worker.on('message', (answer: VerifyAnswer) => {
      const job = release(thread);
      answered++;
      if (job !== undefined) settle(job, answer);
      next();
    });
    // Without a listener an error in a thread would end the process.
    worker.on('error', () => abandon(thread));
    worker.on('messageerror', () => abandon(thread));
    worker.on('exit', () => abandon(thread));
    running.add(thread);
    return thread;
  }

  /** Takes a thread out of use; the message that it had is refused. */
  function abandon(thread: Thread): void {
    running.delete(thread);
    release(thread)?.reject(new SignatureRefused('verifier-failed'));
    void thread.worker.terminate();
    next();
  }

  function release(thread: Thread): Job | undefined {
    const { job } = thread;
    clearTimeout(thread.timer);
    thread.job = undefined;
    thread.worker.unref();
    return job;
  }

  function next(): void {
    if (waiting.length === 0 || closed) return;
    const idle = [...running].find(({ job }) => job === undefined);
    const thread = idle ?? (running.size < threads ? start() : undefined);
    const job = thread === undefined ? undefined : waiting.shift();
    if (thread === undefined || job === undefined) return;
    thread.job = job;
    thread.timer = setTimeout(() => abandon(thread), callTimeoutMs);
    thread.worker.ref();
    // A copy, because the caller keeps the message as evidence, and a view may lie in a much larger buffer.
    const bytes = Uint8Array.from(job.bytes);
    const { keys: _keys, isRevoked: _isRevoked, ...expected } = job.expected;
    const task: VerifyTask = { bytes, expected, keys: job.keys };
    thread.worker.postMessage(task, [bytes.buffer]);
  }

  return {
    get answered() {
      return answered;
    },
    async verify(bytes, expected) {
      const { byteLength } = bytes;
      // One that is too large is refused before anything is done with it.
      if (byteLength <= largeMessageBytes || byteLength > defaultXmlLimits.bytes) {
        return verifyEnvelope(bytes, expected);
      }
      if (closed || waiting.length >= mostWaiting) throw new SignatureRefused('verifier-failed');
      const keys = expected.keys.map((key) => exported(key, expected.isRevoked));
      return new Promise((resolve, reject) => {
        waiting.push({ bytes, expected, keys, resolve, reject });
        next();
      });
    },
    async close() {
      closed = true;
      for (const job of waiting.splice(0)) job.reject(new SignatureRefused('verifier-failed'));
      await Promise.all(
        [...running].map((thread) => {
          abandon(thread);
          return thread.worker.terminate();
        }),
      );
    },
  };
}

function settle(job: Job, answer: VerifyAnswer): void {
  if ('code' in answer) {
    job.reject(new SignatureRefused(answer.code, answer.where));
    return;
  }
  const key = job.expected.keys[answer.key];
  if (key === undefined) job.reject(new SignatureRefused('verifier-failed'));
  else job.resolve({ ...answer.verified, key });
}

/** Public keys and certificates as bytes, each exported once. */
function keyExporter(): (key: TrustedKey, isRevoked: Expectation['isRevoked']) => ExportedKey {
  const known = new WeakMap<TrustedKey, Omit<ExportedKey, 'revoked'>>();
  let ids = 0;
  return (key, isRevoked) => {
    let plain = known.get(key);
    if (plain === undefined) {
      const { publicKey, certificate, ...rest } = key;
      plain = {
        ...rest,
        id: ++ids,
        spki: publicKey.export({ format: 'der', type: 'spki' }),
        ...(certificate === undefined ? {} : { certificate: certificate.raw }),
      };
      known.set(key, plain);
    }
    return { ...plain, revoked: isRevoked?.(key) ?? false };
  };
}
