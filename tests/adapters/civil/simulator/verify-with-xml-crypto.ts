import { createVerify, type X509Certificate } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { uri } from '../../../../adapters/civil/simulator/protocol.js';
import { type DomElement, elementsOf, parseXml } from '../../../../adapters/soap/simulator/read-xml.js';

/**
 * Verifies an answer with xml-crypto against the registry's certificate.
 *
 * @returns the signed parts by local name, in canonical form.
 * @throws {Error} when the signature does not hold or there is none.
 */
export function verifiedParts(xml: string, certificate: X509Certificate): ReadonlyMap<string, string> {
  const signature = [...elementsOf(parseXml(xml))].find((element) => element.localName === 'Signature');
  if (signature === undefined) throw new Error('no signature');
  const checker = new SignedXml({ publicCert: certificate.publicKey, getCertFromKeyInfo: () => null });
  checker.SignatureAlgorithms[uri.ecdsaSha256] = EcdsaSha256;
  checker.loadSignature(signature.toString());
  if (!checker.checkSignature(xml)) throw new Error('a digest differs');
  return new Map(checker.getSignedReferences().map((part) => [rootOf(part).localName ?? '', part]));
}

/** Text of the first element of this name in a part. */
export function textIn(part: string | undefined, localName: string): string | undefined {
  if (part === undefined) return undefined;
  return (
    [...elementsOf(rootOf(part))].find((element) => element.localName === localName)?.textContent ?? undefined
  );
}

function rootOf(part: string): DomElement {
  return parseXml(part);
}

class EcdsaSha256 {
  getSignature(): string {
    throw new Error('this side only verifies');
  }
  verifySignature(material: string, key: unknown, value: string): boolean {
    const publicKey = key as X509Certificate['publicKey'];
    return createVerify('sha256')
      .update(material)
      .verify({ key: publicKey, dsaEncoding: 'ieee-p1363' }, value, 'base64');
  }
  getAlgorithmName(): string {
    return uri.ecdsaSha256;
  }
}
