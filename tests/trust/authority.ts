import 'reflect-metadata';
import { generateKeyPairSync, type KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { makeCertificate } from '../../src/signing/key-making.js';

const dayMs = 86_400_000;

/** An issuer of certificates and revocation lists that exists for one test. */
export interface TestAuthority {
  readonly pem: string;
  readonly certificate: X509Certificate;
  /** A certificate for a new P-256 key. */
  issue(name: string): Promise<{ pem: string; certificate: X509Certificate; privateKey: KeyObject }>;
  /** A revocation list in DER, made by another implementation than the one that reads it. */
  crl(options?: CrlOptions): Promise<Buffer>;
}

export interface CrlOptions {
  /** Hex. */
  readonly revoked?: readonly string[];
  /** Milliseconds since the epoch. Default: an hour ago. */
  readonly thisUpdate?: number;
  /** Default: in a day. Null leaves it out. */
  readonly nextUpdate?: number | null;
  /** Default: the authority's own. */
  readonly issuer?: string;
  readonly extensions?: x509.Extension[];
  readonly hash?: string;
}

/** @param options.days default 365, from yesterday on. */
export async function makeTestAuthority(
  name: string,
  options: { readonly days?: number; readonly authority?: boolean } = {},
): Promise<TestAuthority> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = `CN=${name},O=Test,C=AL`;
  const notBefore = Date.now() - dayMs;
  const { days = 365, authority = true } = options;
  return authorityOf(
    await makeCertificate({ subject, privateKey, authority, notBefore, days }),
    privateKey,
    notBefore,
  );
}

/** An issuer that is there already. @param privateKey P-256. */
export async function authorityOf(
  pem: string,
  privateKey: KeyObject,
  notBefore = Date.now() - 1000,
): Promise<TestAuthority> {
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  const signing = (hash: string) => ({ name: 'ECDSA', namedCurve: 'P-256', hash });
  const signingKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, signing('SHA-256'), false, ['sign']);
  return {
    pem,
    certificate: new X509Certificate(pem),
    async issue(holder) {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
      const issued = await makeCertificate({
        subject: `CN=${holder},O=Test,C=AL`,
        privateKey: own,
        issuer: { certificate: pem, privateKey },
        notBefore,
        days: 90,
      });
      return { pem: issued, certificate: new X509Certificate(issued), privateKey: own };
    },
    async crl({ revoked = [], thisUpdate, nextUpdate, issuer, extensions, hash = 'SHA-256' } = {}) {
      const made = await x509.X509CrlGenerator.create({
        issuer: issuer ?? new x509.X509Certificate(pem).subjectName,
        thisUpdate: new Date(thisUpdate ?? Date.now() - 3_600_000),
        ...(nextUpdate === null ? {} : { nextUpdate: new Date(nextUpdate ?? Date.now() + dayMs) }),
        signingAlgorithm: signing(hash),
        signingKey,
        entries: revoked.map((serialNumber) => ({ serialNumber, revocationDate: new Date() })),
        ...(extensions ? { extensions } : {}),
      });
      return Buffer.from(made.rawData);
    },
  };
}
