import 'reflect-metadata';
import { KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { SignatureAlgorithm, TrustedKey } from '../../src/signing/signer.js';

export type KeyType = 'rsa' | 'rsa1024' | 'ec' | 'ec384';

export interface Issued {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly certificate: X509Certificate;
  readonly privateKey: KeyObject;
}

export interface Authority {
  readonly name: string;
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

export interface IssueOptions {
  readonly name: string;
  /** Default `ec`: an RSA key takes a second. */
  readonly keyType?: KeyType;
  /** Default: a day ago. */
  readonly notBefore?: Date;
  /** Default: in a year. */
  readonly notAfter?: Date;
  readonly selfSigned?: boolean;
  /** Take this key instead of making one (a renewed certificate, a twin). */
  readonly privateKey?: KeyObject;
  /** Hex; default random. */
  readonly serialNumber?: string;
}

const dayMs = 86_400_000;

/** A certificate authority that exists for one test file. */
export async function makeAuthority(name: string): Promise<Authority> {
  const keys = await generate('ec');
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name},O=Test Authority,C=AL`,
    keys,
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + 3650 * dayMs),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  return { name, certificate, keys };
}

/** Issues a certificate for a new key (or for a given one). */
export async function issue(authority: Authority, options: IssueOptions): Promise<Issued> {
  const keyType = options.keyType ?? 'ec';
  const keys = options.privateKey ? await pairOf(options.privateKey, keyType) : await generate(keyType);
  const subject = `CN=${options.name},O=Test,C=AL`;
  const shared = {
    notBefore: options.notBefore ?? new Date(Date.now() - dayMs),
    notAfter: options.notAfter ?? new Date(Date.now() + 365 * dayMs),
    ...(options.serialNumber === undefined ? {} : { serialNumber: options.serialNumber }),
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  };
  const own = algorithmsOf(keyType);
  const made = options.selfSigned
    ? await x509.X509CertificateGenerator.createSelfSigned({
        ...shared,
        name: subject,
        keys,
        signingAlgorithm: own,
      })
    : await x509.X509CertificateGenerator.create({
        ...shared,
        subject,
        issuer: authority.certificate.subject,
        publicKey: keys.publicKey,
        signingKey: authority.keys.privateKey,
        signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      });
  const certificatePem = made.toString('pem');
  const privateKey = KeyObject.from(keys.privateKey);
  const privateKeyPem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  return { certificatePem, privateKeyPem, certificate: new X509Certificate(certificatePem), privateKey };
}

/** Pins a certificate for a partner. */
export function trust(issued: Issued, partner: string, algorithm: SignatureAlgorithm): TrustedKey {
  const { certificate } = issued;
  return { partner, keyId: `${partner}-1`, algorithm, publicKey: certificate.publicKey, certificate };
}

function algorithmsOf(keyType: KeyType) {
  switch (keyType) {
    case 'ec':
      return { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    case 'ec384':
      return { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' };
    case 'rsa':
    case 'rsa1024':
      return {
        name: 'RSASSA-PKCS1-v1_5',
        hash: 'SHA-256',
        modulusLength: keyType === 'rsa' ? 2048 : 1024,
        publicExponent: new Uint8Array([1, 0, 1]),
      };
  }
}

function generate(keyType: KeyType): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithmsOf(keyType), true, [
    'sign',
    'verify',
  ]) as Promise<webcrypto.CryptoKeyPair>;
}

async function pairOf(privateKey: KeyObject, keyType: KeyType): Promise<webcrypto.CryptoKeyPair> {
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
  const algorithm = algorithmsOf(keyType);
  const imported = await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign']);
  const { createPublicKey } = await import('node:crypto');
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const publicKey = await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']);
  return { privateKey: imported, publicKey };
}
