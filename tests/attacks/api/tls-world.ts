import { connect } from 'node:tls';
import { type Authority, type Issued, issue, makeAuthority } from '../../support/certificates.js';
import { sendOver, type WireAnswer } from './wire.js';

/** Certificates around a gateway that ends TLS itself and wants some clients to show one. */
export interface TlsWorld {
  readonly authority: Authority;
  readonly server: Issued;
  /** Pinned for the client that is called `bound`. */
  readonly bound: Issued;
  /** Pinned for it too, and over since yesterday. */
  readonly ended: Issued;
  /** Pinned for another client. */
  readonly others: Issued;
  /** The same names as `bound`, another key, signed by itself. */
  readonly twin: Issued;
  /** The same authority and name as `bound`, pinned for nobody. */
  readonly unpinned: Issued;
}

export async function makeTlsWorld(): Promise<TlsWorld> {
  const authority = await makeAuthority('TLS Attack');
  const day = 86_400_000;
  return {
    authority,
    server: await issue(authority, { name: 'localhost' }),
    bound: await issue(authority, { name: 'oss-bound' }),
    ended: await issue(authority, {
      name: 'oss-bound',
      notBefore: new Date(Date.now() - 2 * day),
      notAfter: new Date(Date.now() - day),
    }),
    others: await issue(authority, { name: 'oss-other' }),
    twin: await issue(authority, { name: 'oss-bound', selfSigned: true }),
    unpinned: await issue(authority, { name: 'oss-bound' }),
  };
}

/** Sends bytes over TLS, with a certificate of one's own or without. */
export function sendOverTls(
  port: number,
  world: TlsWorld,
  own: Issued | undefined,
  bytes: Buffer,
): Promise<WireAnswer | undefined> {
  const identity = own ? { cert: own.certificatePem, key: own.privateKeyPem } : {};
  const socket = connect({
    port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca: world.authority.certificate.toString('pem'),
    ...identity,
  });
  return sendOver(socket, bytes);
}
