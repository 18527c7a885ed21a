import {
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  X509Certificate,
} from 'node:crypto';
import { open } from 'node:fs/promises';
import { calculateJwkThumbprint } from 'jose';
import { allowsUse, isAuthority } from './certificate-use.js';
import { algorithmOf, canUse } from './key-algorithm.js';
import { KeyFileUnusable } from './key-file-unusable.js';
import { joseAlgorithms } from './key-making.js';
import type { SignatureAlgorithm, TrustedKey } from './signer.js';

/** Something to tell the operator that does not keep the key from being used. */
export interface KeyFileWarning {
  readonly code: 'private-key-readable-by-others';
  readonly path: string;
  readonly detail: string;
}

export { KeyFileUnusable } from './key-file-unusable.js';

/** A private key, ready for `fileSigner`. */
export interface PrivateKeyFile {
  readonly keyId: string;
  readonly algorithm: SignatureAlgorithm;
  readonly privateKey: KeyObject;
  readonly certificate?: X509Certificate;
  readonly warnings: readonly KeyFileWarning[];
}

export interface PrivateKeyFileOptions {
  /** PEM certificate that belongs to the key; needed where the profile sends one. */
  readonly certificatePath?: string;
  /** Default: the JWK's `kid`, else the certificate's SHA-256 (hex), else the key's RFC 7638 thumbprint. */
  readonly keyId?: string;
  /** Default: the JWK's `alg`, else by type of key. */
  readonly algorithm?: SignatureAlgorithm;
}

/** Far more than any key or certificate needs. */
const largestFileBytes = 65_536;

/**
 * Reads a private key: PEM (PKCS#8, PKCS#1 or SEC 1, without password) or a private JWK (RFC 7517).
 *
 * @throws {KeyFileUnusable}
 */
export async function readPrivateKeyFile(
  path: string,
  options: PrivateKeyFileOptions = {},
): Promise<PrivateKeyFile> {
  const { text, mode } = await readText(path);
  const jwk = parseJwk(path, text);
  if (jwk === undefined ? !text.includes('PRIVATE KEY-----') : jwk.d === undefined) {
    throw new KeyFileUnusable(
      'key-file-wrong-half',
      path,
      'This is not a private key.',
      'Name the private key file.',
    );
  }
  if (text.includes('ENCRYPTED')) {
    throw new KeyFileUnusable(
      'key-file-encrypted',
      path,
      'The key is encrypted with a password.',
      'Decrypt it (openssl pkcs8 -in … -out …) into a file that only the gateway can read.',
    );
  }
  const privateKey = parse(path, () =>
    createPrivateKey(jwk === undefined ? text : { key: jwk, format: 'jwk' }),
  );
  const algorithm = fittingAlgorithm(path, privateKey, options.algorithm ?? algorithmOfJwk(path, jwk));
  const certificate =
    options.certificatePath === undefined ? undefined : await readSignerCertificate(options.certificatePath);
  if (certificate !== undefined && !certificate.checkPrivateKey(privateKey)) {
    throw new KeyFileUnusable(
      'key-certificate-mismatch',
      path,
      `The certificate ${options.certificatePath} belongs to another key.`,
      'Name the two files of one pair.',
    );
  }
  const keyId = options.keyId ?? (await ownKeyId(jwk, certificate, createPublicKey(privateKey)));
  const warnings: KeyFileWarning[] = [];
  if ((mode & 0o077) !== 0) {
    const detail = `Others can read this private key (mode ${(mode & 0o777).toString(8)}). Run: chmod 600 ${path}`;
    warnings.push({ code: 'private-key-readable-by-others', path, detail });
  }
  return { keyId, algorithm, privateKey, ...(certificate === undefined ? {} : { certificate }), warnings };
}

export interface TrustedKeyFileOptions {
  /** Client id or registry name that the key is pinned for. */
  readonly partner: string;
  /** As for {@link PrivateKeyFileOptions}; a JWK always needs its own `kid`. */
  readonly keyId?: string;
  readonly algorithm?: SignatureAlgorithm;
}

/**
 * Reads a partner's public key: PEM certificate, PEM public key (SPKI), or public JWK with `kid` and `alg`.
 * A certificate limits the key to its validity dates, and must be one that signs messages: not that of an authority,
 * and with a key usage, if it has any, that allows digital signatures. Dates are checked at each use and not here.
 *
 * @throws {KeyFileUnusable} also for a private key: a partner's private key must not be here.
 */
export async function readTrustedKeyFile(path: string, options: TrustedKeyFileOptions): Promise<TrustedKey> {
  const { text } = await readText(path);
  const jwk = parseJwk(path, text);
  if (jwk === undefined ? text.includes('PRIVATE KEY') : jwk.d !== undefined || jwk.k !== undefined) {
    throw new KeyFileUnusable(
      'key-file-wrong-half',
      path,
      'This file holds a secret key.',
      "Put the partner's public key or certificate there, and tell the partner to replace this key.",
    );
  }
  if (jwk !== undefined && (typeof jwk.kid !== 'string' || jwk.kid === '' || jwk.alg === undefined)) {
    throw new KeyFileUnusable(
      'key-id-missing',
      path,
      'The JWK has no "kid" or no "alg".',
      'Ask the partner for a JWK with both, as `ura keys generate` writes it.',
    );
  }
  const certificate = text.includes('BEGIN CERTIFICATE') ? parseSignerCertificate(path, text) : undefined;
  const publicKey =
    certificate?.publicKey ??
    parse(path, () => createPublicKey(jwk === undefined ? text : { key: jwk, format: 'jwk' }));
  return {
    partner: options.partner,
    keyId: options.keyId ?? (await ownKeyId(jwk, certificate, publicKey)),
    algorithm: fittingAlgorithm(path, publicKey, options.algorithm ?? algorithmOfJwk(path, jwk)),
    publicKey,
    ...(certificate === undefined
      ? {}
      : {
          certificate,
          notBefore: Date.parse(certificate.validFrom),
          notAfter: Date.parse(certificate.validTo),
        }),
  };
}

/** Reads the one PEM certificate of a file. @throws {KeyFileUnusable} */
export async function readCertificate(path: string): Promise<X509Certificate> {
  return parseCertificate(path, (await readText(path)).text);
}

async function readSignerCertificate(path: string): Promise<X509Certificate> {
  return parseSignerCertificate(path, (await readText(path)).text);
}

/** SHA-256 of the DER, lower-case hex: how this project names a certificate. */
export function certificateThumbprint(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase();
}

async function readText(path: string): Promise<{ text: string; mode: number }> {
  try {
    const file = await open(path, 'r');
    try {
      // One open file for both, so that the mode is that of the bytes read.
      const { mode, size } = await file.stat();
      if (size > largestFileBytes) throw malformed(path, `It is larger than ${largestFileBytes} bytes.`);
      return { text: await file.readFile('utf8'), mode };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof KeyFileUnusable) throw error;
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw missing
      ? new KeyFileUnusable(
          'key-file-missing',
          path,
          'There is no such file.',
          'Make one with `ura keys generate`, or correct the path.',
          error,
        )
      : new KeyFileUnusable(
          'key-file-unreadable',
          path,
          'The file cannot be read.',
          'Let the user of the gateway read it.',
          error,
        );
  }
}

type NamedJwk = JsonWebKey & { kid?: unknown; alg?: unknown; use?: unknown };

function parseJwk(path: string, text: string): NamedJwk | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  const jwk = parse(path, () => JSON.parse(text) as NamedJwk);
  if (jwk.use !== undefined && jwk.use !== 'sig')
    throw malformed(path, 'The JWK is not for signatures ("use").');
  return jwk;
}

function algorithmOfJwk(path: string, jwk: NamedJwk | undefined): SignatureAlgorithm | undefined {
  if (jwk?.alg === undefined) return undefined;
  const name = String(jwk.alg);
  if (Object.hasOwn(joseAlgorithms, name)) return joseAlgorithms[name];
  throw unfit(path, 'The "alg" of the JWK is not one that is allowed here.');
}

function parseCertificate(path: string, text: string): X509Certificate {
  const count = text.split('-----BEGIN CERTIFICATE-----').length - 1;
  if (count !== 1) throw malformed(path, `It holds ${count} certificates where one is expected.`);
  return parse(path, () => new X509Certificate(text));
}

/** RFC 5280 §4.2.1.3, §4.2.1.9: an authority's key signs certificates, and what it pinned would be all its clients. */
function parseSignerCertificate(path: string, text: string): X509Certificate {
  const certificate = parseCertificate(path, text);
  const problem = parse(path, () =>
    isAuthority(certificate)
      ? 'It is the certificate of an authority, which signs certificates and no messages.'
      : allowsUse(certificate, 'digitalSignature')
        ? undefined
        : 'Its key usage does not allow digital signatures.',
  );
  if (problem === undefined) return certificate;
  const remedy = 'Ask for the certificate of the key that signs the messages.';
  throw new KeyFileUnusable('key-certificate-unfit', path, problem, remedy);
}

/** @throws {KeyFileUnusable} for weak keys, and for an algorithm that the key cannot carry. */
function fittingAlgorithm(
  path: string,
  key: KeyObject,
  wanted: SignatureAlgorithm | undefined,
): SignatureAlgorithm {
  let usual: SignatureAlgorithm;
  try {
    usual = algorithmOf(key);
  } catch (error) {
    const problem = 'The key is too weak or of a type that is not used here.';
    const remedy = 'Use RSA with 2048 bits or more, ECDSA on P-256 or P-384, or Ed25519.';
    throw new KeyFileUnusable('key-too-weak', path, problem, remedy, error);
  }
  if (wanted === undefined || canUse(key, wanted)) return wanted ?? usual;
  throw unfit(path, `The key cannot sign ${wanted}.`);
}

async function ownKeyId(
  jwk: NamedJwk | undefined,
  certificate: X509Certificate | undefined,
  publicKey: KeyObject,
): Promise<string> {
  if (typeof jwk?.kid === 'string' && jwk.kid !== '') return jwk.kid;
  if (certificate !== undefined) return certificateThumbprint(certificate);
  return calculateJwkThumbprint(publicKey);
}

function parse<Parsed>(path: string, parsing: () => Parsed): Parsed {
  try {
    return parsing();
  } catch {
    // The cause is left out on purpose: parsers quote what they read.
    throw malformed(path, 'It is not a key or certificate that can be read.');
  }
}

function malformed(path: string, problem: string): KeyFileUnusable {
  const remedy = 'Use PEM or a JWK in JSON, one key a file.';
  return new KeyFileUnusable('key-file-malformed', path, problem, remedy);
}

function unfit(path: string, problem: string): KeyFileUnusable {
  const remedy = `Use one of ${Object.keys(joseAlgorithms).join(', ')} that suits the type of the key.`;
  return new KeyFileUnusable('key-algorithm-unfit', path, problem, remedy);
}
