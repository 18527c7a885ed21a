import type { FailureReason } from '../contracts/outcome.js';

/**
 * Names a failure that came before the first byte of a request could leave: in the name look-up, the TCP
 * connect or the TLS handshake. Only call it for those; afterwards nothing can be said about execution.
 */
export function reasonBeforeContact(error: NodeJS.ErrnoException): FailureReason {
  const code = error.code ?? '';
  // Several addresses were tried (RFC 8305); Node wraps their errors and repeats the first code.
  if (error instanceof AggregateError && code === '') {
    const [first] = error.errors as NodeJS.ErrnoException[];
    return first === undefined ? 'connect-refused' : reasonBeforeContact(first);
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_FAIL') return 'name-not-resolved';
  if (code === 'ETIMEDOUT') return 'connect-timeout';
  if (refusedByNetwork.has(code)) return 'connect-refused';
  // What is left before contact is the handshake: OpenSSL's `ERR_SSL_*`, `ERR_TLS_*`, `EPROTO` and the names of
  // X.509 verification results, and a peer that hangs up in the middle of it (ECONNRESET).
  return 'tls-failed';
}

const refusedByNetwork = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'EADDRNOTAVAIL',
  'EACCES',
  'EPERM',
  'EMFILE',
  'ENFILE',
]);
