import type { IncomingMessage } from 'node:http';
import { UraError } from '../errors.js';

/**
 * The raw body, byte for byte: signatures and digests are over bytes, so nothing may decode it first.
 *
 * @param limits.bytes largest size; a larger one is refused as soon as that is known.
 * @param limits.timeoutMs for the whole body, against senders that drip.
 * @throws {UraError} `body-too-large`, `body-timeout`, `unsupported-media-type` for a compressed body.
 */
export function readBody(
  request: IncomingMessage,
  limits: { readonly bytes: number; readonly timeoutMs: number },
): Promise<Uint8Array> {
  const coding = request.headers['content-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'identity') {
    return Promise.reject(new UraError('unsupported-media-type', 'Compressed bodies are not taken.'));
  }
  const tooLarge = (): UraError =>
    new UraError('body-too-large', `A body may have at most ${limits.bytes} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > limits.bytes) return Promise.reject(tooLarge());

  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      request.removeAllListeners('data');
      finish();
    };
    const timer = setTimeout(() => {
      settle(() => reject(new UraError('body-timeout', `The body took more than ${limits.timeoutMs} ms.`)));
    }, limits.timeoutMs);
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limits.bytes) settle(() => reject(tooLarge()));
      else chunks.push(chunk);
    });
    request.on('end', () => settle(() => resolve(Buffer.concat(chunks))));
    request.on('error', (error) => settle(() => reject(error)));
    request.on('aborted', () => settle(() => reject(new ClientGone())));
  });
}

/** The client hung up: there is nobody to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}
