import { UraError } from '../errors.js';
import { SignatureRefused } from '../signing/refusals.js';
import { isStoreUnavailable } from '../store/unavailable.js';

/** What a client is told of any failure; exact reasons of a refused signature go to the log alone. */
export function toUraError(error: unknown): UraError {
  if (error instanceof UraError) return error;
  if (error instanceof SignatureRefused) {
    // The SOAP profiles have their own name for it.
    if (error.code === 'message-replayed' || error.code === 'replayed') {
      return new UraError('message-replayed', 'Sign again with a new nonce; the Idempotency-Key may stay.');
    }
    return new UraError('signature-refused', 'The signature was not accepted.', { logReason: error.message });
  }
  if (isStoreUnavailable(error)) {
    return new UraError('unavailable', 'Repeat with the same Idempotency-Key: nothing is stored twice.', {
      retryAfterSeconds: 2,
      logReason: (error as Error).message,
    });
  }
  return new UraError('internal', 'Repeat with the same Idempotency-Key, and report the requestId.', {
    cause: error,
  });
}
