import { SignedXml } from 'xml-crypto';
import { exclusiveC14n, wsseNamespace } from '../../../src/signing/xml/names.js';
import {
  type ForeignEnvelope,
  foreignEnvelope,
  foreignIds,
  securityTokenReference,
} from './foreign-envelope.js';

export const rsaSha256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
const sha256 = 'http://www.w3.org/2001/04/xmlenc#sha256';

/** Signs with xml-crypto: another implementation, other prefixes, other order. */
export function signWithXmlCrypto(envelope: ForeignEnvelope): string {
  const inclusive = envelope.prefixList?.split(' ') ?? [];
  const signer = new SignedXml({
    privateKey: envelope.certificate.privateKeyPem,
    signatureAlgorithm: rsaSha256,
    canonicalizationAlgorithm: exclusiveC14n,
    idMode: 'wssecurity',
    // No PrefixList for SignedInfo: xml-crypto writes it down and does not apply it (xmlsec1 refuses the result too).
    getKeyInfoContent: () => securityTokenReference(envelope),
  });
  for (const id of foreignIds) {
    signer.addReference({
      xpath: `//*[@*[local-name(.)='Id']='${id}']`,
      transforms: [exclusiveC14n],
      digestAlgorithm: sha256,
      inclusiveNamespacesPrefixList: inclusive,
    });
  }
  signer.computeSignature(foreignEnvelope(envelope, ''), {
    prefix: 'ds',
    location: { reference: "//*[local-name(.)='Security']", action: 'append' },
    existingPrefixes: { wsse: wsseNamespace },
  });
  return signer.getSignedXml();
}
