import { DOMParser } from '@xmldom/xmldom';
import { SignedXml } from 'xml-crypto';
import { dsNamespace } from '../../src/signing/xml/names.js';

/**
 * Verifies with xml-crypto, as an implementation that shares no code with ours.
 *
 * @returns the canonical bytes of every Reference, in their order.
 * @throws when the signature or a digest does not hold.
 */
export function verifyWithXmlCrypto(xml: string, publicKeyPem: string): string[] {
  const document = new DOMParser().parseFromString(xml, 'text/xml');
  const signature = document.getElementsByTagNameNS(dsNamespace, 'Signature')[0];
  const verifier = new SignedXml({ publicCert: publicKeyPem, idMode: 'wssecurity' });
  verifier.loadSignature(signature as unknown as Parameters<SignedXml['loadSignature']>[0]);
  if (!verifier.checkSignature(xml)) throw new Error('xml-crypto does not accept the signature.');
  return verifier.getSignedReferences();
}
