import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { Config } from '../config/config.js';
import { certificateThumbprint, KeyFileUnusable, readCertificate } from '../signing/key-files.js';
import type { PinnedPeer } from '../signing/profiles/mtls.js';
import { keyFilesOfAll } from './key-folder.js';

/** What TLS is made with, read and checked at one moment. */
export interface TlsCertificates {
  /** Where TLS ends in the gateway: its chain and key, PEM. */
  readonly server?: { readonly cert: string; readonly key: string };
  /** Certificates that clients with `mtls` show. */
  readonly peers: readonly PinnedPeer[];
  /** All of them, and those that we show to registries, under the names by which metrics and health show them. */
  readonly certificates: readonly {
    readonly name: string;
    readonly file: string;
    readonly certificate: X509Certificate;
    /** Everything but the server's own: when it ends, one partner is cut off, and nobody else. */
    readonly pinned: boolean;
  }[];
}

/**
 * @throws {KeyFileUnusable}
 * @throws {Error} when two clients have the same certificate.
 */
export async function readTlsCertificates({ gateway, clients, adapters }: Config): Promise<TlsCertificates> {
  const { tls } = gateway.http;
  const server = tls && (await readServer(tls));
  const peers: PinnedPeer[] = [];
  const certificates: TlsCertificates['certificates'][number][] = [];
  if (server) {
    const { certificate } = server;
    certificates.push({ name: 'gateway-tls', file: tls.certificate, certificate, pinned: false });
  }
  for (const { id, mtls } of clients) {
    for (const [index, file] of (await keyFilesOfAll(mtls?.certificates ?? [])).entries()) {
      const certificate = await readCertificate(file);
      const certificateSha256 = certificateThumbprint(certificate);
      const other = peers.find((peer) => peer.certificateSha256 === certificateSha256);
      if (other && other.partner !== id) {
        throw new Error(`${file}: this TLS certificate belongs to both ${other.partner} and ${id}`);
      }
      peers.push({ partner: id, certificateSha256 });
      const name = `client-${id}-tls${index === 0 ? '' : `-${index + 1}`}`;
      certificates.push({ name, file, certificate, pinned: true });
    }
  }
  for (const adapter of adapters) {
    const file = adapter.tls?.certificate;
    if (file === undefined) continue;
    const certificate = leafOf(file, await readPem(file));
    certificates.push({ name: `registry-${adapter.name}-tls`, file, certificate, pinned: true });
  }
  return { peers, certificates, ...(server ? { server: { cert: server.cert, key: server.key } } : {}) };
}

async function readServer(tls: { readonly certificate: string; readonly privateKey: string }) {
  const [cert, key] = [await readPem(tls.certificate), await readPem(tls.privateKey)];
  const certificate = leafOf(tls.certificate, cert);
  try {
    // Whatever the server could not begin with is found here, before it is given to it.
    createSecureContext({ cert, key });
  } catch (error) {
    throw new KeyFileUnusable(
      'key-certificate-mismatch',
      tls.privateKey,
      `TLS cannot be set up with it and ${tls.certificate}.`,
      'Name the two files of one pair, in PEM, the key without password.',
      error,
    );
  }
  return { cert, key, certificate };
}

/** The first certificate of a chain. */
function leafOf(path: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new KeyFileUnusable('key-file-malformed', path, 'It is no certificate.', 'Use PEM.');
  }
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const remedy = 'Correct the path, or let the user of the gateway read it.';
    throw new KeyFileUnusable('key-file-unreadable', path, 'The file cannot be read.', remedy, error);
  }
}
