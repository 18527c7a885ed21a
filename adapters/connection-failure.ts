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

/**
 * Whether the other side refused our TLS certificate. In TLS 1.3 our half of the handshake is over before it looks at
 * the certificate (RFC 8446 §4.4.2.4), so the refusal comes as an alert when the request is already under way. It
 * ends a handshake that never got to its end there: nothing of the request was read. Only for a new connection.
 */
export function refusesOurCertificate({ code = '' }: NodeJS.ErrnoException): boolean {
  return /^ERR_SSL_(SSLV3|TLSV1|TLSV13)_ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_(REQUIRED|EXPIRED|REVOKED|UNKNOWN)|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR|HANDSHAKE_FAILURE)$/.test(
    code,
  );
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
