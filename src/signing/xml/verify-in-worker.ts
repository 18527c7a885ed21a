import { createThreads, ThreadFailed, type ThreadsOptions } from '../../threads.js';
import { SignatureRefused } from '../refusals.js';
import type { TrustedKey } from '../signer.js';
import type { Expectation, VerifiedEnvelope } from './expectation.js';
import { defaultXmlLimits } from './limits.js';
import { verifyEnvelope } from './verify-envelope.js';
import type { ExportedKey, VerifyAnswer, VerifyTask } from './verify-task.js';

/** Larger messages are verified in a thread of their own, so that the event loop goes on meanwhile. Bytes. */
export const largeMessageBytes = 200_000;

export type VerifyPoolOptions = Partial<Omit<ThreadsOptions, 'workerData'>>;

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

/** @param options `script` is `verify-worker.js` beside this file by default. */
export function createVerifyPool(options: VerifyPoolOptions = {}): VerifyPool {
  const threads = createThreads<VerifyTask, VerifyAnswer>({
    script: new URL('./verify-worker.js', import.meta.url),
    ...options,
  });
  const exported = keyExporter();

  return {
    get answered() {
      return threads.answered;
    },
    async verify(bytes, expected) {
      const { byteLength } = bytes;
      // One that is too large is refused before anything is done with it.
      if (byteLength <= largeMessageBytes || byteLength > defaultXmlLimits.bytes) {
        return verifyEnvelope(bytes, expected);
      }
      const keys = expected.keys.map((key) => exported(key, expected.isRevoked));
      return threads
        .run(() => taskOf(bytes, expected, keys))
        .then(
          (answer) => verdictOf(answer, expected),
          (error) => {
            throw error instanceof ThreadFailed ? new SignatureRefused('verifier-failed') : error;
          },
        );
    },
    close: () => threads.close(),
  };
}

/** The message is copied, because the caller keeps it as evidence, and a view may lie in a much larger buffer. */
function taskOf(
  message: Uint8Array,
  { keys: _keys, isRevoked: _isRevoked, ...expected }: Expectation,
  keys: readonly ExportedKey[],
) {
  const bytes = Uint8Array.from(message);
  return { task: { bytes, expected, keys }, transfer: [bytes.buffer] };
}

/** @throws {SignatureRefused} */
function verdictOf(answer: VerifyAnswer, { keys }: Expectation): VerifiedEnvelope {
  if ('code' in answer) throw new SignatureRefused(answer.code, answer.where);
  const key = keys[answer.key];
  if (key === undefined) throw new SignatureRefused('verifier-failed');
  return { ...answer.verified, key };
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
