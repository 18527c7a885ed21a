import 'reflect-metadata';
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
  webcrypto,
} from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import * as x509 from '@peculiar/x509';
import type { SignatureAlgorithm } from './signer.js';

/** `rsa` is RSA-2048, `ec` is ECDSA on P-256. */
export type KeyType = 'rsa' | 'ec' | 'ed25519';

const generate = promisify(generateKeyPair) as (
  type: string,
  options: object,
) => Promise<{ privateKey: KeyObject }>;
const millisecondsADay = 86_400_000;

/** Makes a private key. */
export async function makePrivateKey(type: KeyType): Promise<KeyObject> {
  const options = { modulusLength: 2048, namedCurve: 'P-256' };
  return (await generate(type, options)).privateKey;
}

/** JOSE names (RFC 7518 §3.1, RFC 9864) of the algorithms that a JWK may carry here. */
export const joseAlgorithms: Readonly<Record<string, SignatureAlgorithm>> = {
  ES256: 'ecdsa-p256-sha256',
  ES384: 'ecdsa-p384-sha384',
  EdDSA: 'ed25519',
  Ed25519: 'ed25519',
  RS256: 'rsa-v1_5-sha256',
  RS384: 'rsa-v1_5-sha384',
  RS512: 'rsa-v1_5-sha512',
  PS512: 'rsa-pss-sha512',
};

const algorithmOfType: Readonly<Record<KeyType, string>> = { ec: 'ES256', ed25519: 'EdDSA', rsa: 'PS512' };

/** One key as the two JWK files hold it: the private members are in the private one alone. */
export function jwkPair(privateKey: KeyObject, keyId: string): { privateJwk: object; publicJwk: object } {
  const named = { kid: keyId, use: 'sig', alg: algorithmOfType[privateKey.asymmetricKeyType as KeyType] };
  return {
    privateJwk: { ...privateKey.export({ format: 'jwk' }), ...named },
    publicJwk: { ...createPublicKey(privateKey).export({ format: 'jwk' }), ...named },
  };
}

/** Who signs a certificate. */
export interface Issuer {
  /** PEM. */
  readonly certificate: string;
  readonly privateKey: KeyObject;
}

export interface CertificateOrder {
  /** RFC 4514, for example `CN=gateway-wss,O=Ura`. */
  readonly subject: string;
  readonly privateKey: KeyObject;
  /** Absent: the certificate signs itself. */
  readonly issuer?: Issuer;
  /** For an authority, which may sign certificates and nothing else. */
  readonly authority?: boolean;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly days: number;
}

/** Makes an X.509 v3 certificate (RFC 5280) for signing messages. @returns PEM. */
export async function makeCertificate(order: CertificateOrder): Promise<string> {
  const own = await toCryptoKeys(order.privateKey);
  const issuer = order.issuer === undefined ? undefined : new x509.X509Certificate(order.issuer.certificate);
  const signing = order.issuer === undefined ? own : await toCryptoKeys(order.issuer.privateKey);
  const { digitalSignature, nonRepudiation, keyCertSign, cRLSign } = x509.KeyUsageFlags;
  const certificate = await x509.X509CertificateGenerator.create(
    {
      // Positive and never zero, with 127 random bits (RFC 5280 §4.1.2.2).
      serialNumber: `4${randomBytes(16).toString('hex').slice(1)}`,
      subject: order.subject,
      issuer: issuer?.subject ?? order.subject,
      notBefore: new Date(order.notBefore),
      notAfter: new Date(order.notBefore + order.days * millisecondsADay),
      publicKey: own.publicKey,
      signingKey: signing.privateKey,
      signingAlgorithm: signing.algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(order.authority === true, undefined, true),
        new x509.KeyUsagesExtension(
          order.authority ? keyCertSign | cRLSign : digitalSignature | nonRepudiation,
          true,
        ),
        await x509.SubjectKeyIdentifierExtension.create(own.publicKey, false, webcrypto),
        await x509.AuthorityKeyIdentifierExtension.create(signing.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return `${certificate.toString('pem')}\n`;
}

async function toCryptoKeys(privateKey: KeyObject) {
  const algorithm =
    privateKey.asymmetricKeyType === 'rsa'
      ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
      : { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const secret = privateKey.export({ type: 'pkcs8', format: 'der' });
  const open = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return {
    algorithm,
    privateKey: await webcrypto.subtle.importKey('pkcs8', secret, algorithm, false, ['sign']),
    publicKey: await webcrypto.subtle.importKey('spki', open, algorithm, true, ['verify']),
  };
}

/**
 * Writes a file that appears whole or not at all, and never replaces one: of two processes that write the same
 * path at once, one wins, and the other reads what the winner wrote.
 *
 * @param mode 0o600 for secrets.
 * @returns what the path holds now, and whether this call put it there.
 */
export async function writeOnce(
  path: string,
  content: string,
  mode: number,
): Promise<{ content: string; written: boolean }> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(8).toString('hex')}`);
  await writeFile(temporary, content, { mode, flag: 'wx', flush: true });
  try {
    // Unlike rename, link refuses to replace.
    await link(temporary, path);
    return { content, written: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return { content: await readFile(path, 'utf8'), written: false };
  } finally {
    await unlink(temporary);
  }
}

/** PKCS#8, PEM. */
export function privateKeyPem(privateKey: KeyObject): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

/** Reads back what {@link privateKeyPem} or {@link jwkPair} wrote. */
export function parsePrivateKey(text: string): KeyObject {
  return text.trimStart().startsWith('{')
    ? createPrivateKey({ key: JSON.parse(text), format: 'jwk' })
    : createPrivateKey(text);
}
