import 'reflect-metadata';
import type { X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/**
 * Whether a certificate may be used for something: its key usage extension (RFC 5280 §4.2.1.3) names it, or there
 * is no such extension.
 */
export function allowsUse(certificate: X509Certificate, use: 'digitalSignature' | 'cRLSign'): boolean {
  const extension = new x509.X509Certificate(certificate.raw).getExtension(x509.KeyUsagesExtension);
  return extension === null || (extension.usages & x509.KeyUsageFlags[use]) !== 0;
}

/** Whether a certificate is that of an authority (RFC 5280 §4.2.1.9), which issues others and signs no messages. */
export function isAuthority(certificate: X509Certificate): boolean {
  return new x509.X509Certificate(certificate.raw).getExtension(x509.BasicConstraintsExtension)?.ca === true;
}
