import { createThreads, ThreadFailed, type ThreadsOptions } from '../../src/threads.js';
import {
  type ExpectedMessage,
  type OpenContract,
  type ReadBody,
  readBody,
  type SoapContract,
  type VerifiedAnswer,
} from './read-body.js';

/** Longer bodies are read in a thread of their own: a dense one of this size takes some 10 ms. Characters. */
export const largeBody = 100_000;

/** Reads verified messages of one registry; a thread is started for the first large one. */
export interface BodyReader {
  /** As `readBody`; also `body: reader-failed` when the thread crashed, took too long, or is closed. */
  read(expected: ExpectedMessage, message: VerifiedAnswer): Promise<ReadBody>;
  /** Messages that the thread has answered so far. */
  readonly answered: number;
  close(): Promise<void>;
}

/** What a thread is asked. Its contract it was given at its start. */
export interface ReadBodyTask {
  readonly expected: ExpectedMessage;
  readonly message: VerifiedAnswer;
}

/** @param options `script` is `read-body-worker.js` beside this file by default. */
export function createBodyReader(
  contract: SoapContract,
  open: OpenContract,
  options: Partial<Omit<ThreadsOptions, 'workerData'>> = {},
): BodyReader {
  const { wsdlPath, xsdPath, soapVersion, faultAction } = contract;
  const threads = createThreads<ReadBodyTask, ReadBody>({
    script: new URL('./read-body-worker.js', import.meta.url),
    workerData: { wsdlPath, xsdPath, soapVersion, faultAction } satisfies SoapContract,
    ...options,
  });
  return {
    get answered() {
      return threads.answered;
    },
    async read(expected, { soapVersion, body, action }) {
      const message = { soapVersion, body, action };
      if (body.length <= largeBody) return readBody(contract, open, expected, message);
      return threads
        .run(() => ({ task: { expected, message } }))
        .catch((error) => {
          if (!(error instanceof ThreadFailed)) throw error;
          return { kind: 'invalid', reason: 'body: reader-failed' };
        });
    },
    close: () => threads.close(),
  };
}
