import { createHash } from 'node:crypto';
import { algorithmOf } from '../key-algorithm.js';
import { SignatureRefused } from '../refusals.js';
import type { TrustedKey } from '../signer.js';
import type { XmlSignatureAlgorithm } from './algorithms.js';
import { decodeBase64 } from './base64.js';
import type { Expectation } from './expectation.js';
import {
  base64Encoding,
  dsNamespace,
  skiValueType,
  wsseNamespace,
  wsuNamespace,
  x509v3ValueType,
} from './names.js';
import { attributeOf, elementsOf, isNamed, textOf, type XmlElement } from './tree.js';

/** What a pinned certificate says, read once: parsing dates out of X.509 costs more than checking them. */
interface PinnedCertificate {
  readonly raw: Buffer;
  /** Of `raw`, in one line. */
  readonly base64: string;
  readonly sha256: string;
  /** Decimal digits. */
  readonly serial: string;
  readonly validFrom: number;
  readonly validTo: number;
}

const pinned = new WeakMap<TrustedKey, PinnedCertificate | null>();

/**
 * Finds the pinned key that a message says it was signed with, and checks that it may be used now and with
 * this algorithm. A certificate in the message selects a pinned one by being equal to it, byte for byte; its
 * issuer, chain and dates are of no interest.
 *
 * @throws {SignatureRefused} `key-…`
 */
export function selectKey(
  keyInfo: XmlElement,
  token: XmlElement | undefined,
  algorithm: XmlSignatureAlgorithm,
  expected: Expectation,
): { key: TrustedKey; certificateSha256: string } {
  // Also a token that nothing refers to must be what it says: it is signed, and somebody may read it.
  const tokenBytes = token === undefined ? undefined : readToken(token, expected.keys);
  const matches = selector(readReference(keyInfo), token, tokenBytes);
  const named = expected.keys.filter((candidate) => {
    const certificate = certificateOf(candidate);
    return certificate !== undefined && matches(certificate);
  });
  const key = named.find((candidate) => candidate.algorithm === algorithm.algorithm) ?? named[0];
  const certificate = key === undefined ? undefined : certificateOf(key);
  if (key === undefined || certificate === undefined) throw new SignatureRefused('key-unknown');
  checkUse(key, certificate, algorithm, expected);
  return { key, certificateSha256: certificate.sha256 };
}

function checkUse(
  key: TrustedKey,
  certificate: PinnedCertificate,
  algorithm: XmlSignatureAlgorithm,
  expected: Expectation,
): void {
  if (key.algorithm !== algorithm.algorithm) throw new SignatureRefused('key-algorithm');
  const usual = algorithmOf(key.publicKey);
  const fits = algorithm.algorithm.startsWith('rsa-') ? usual === 'rsa-v1_5-sha256' : usual === key.algorithm;
  if (!fits) throw new SignatureRefused('key-algorithm');
  const { now } = expected;
  if (now < certificate.validFrom || now < (key.notBefore ?? now))
    throw new SignatureRefused('key-not-yet-valid');
  if (now > certificate.validTo || now > (key.notAfter ?? now)) throw new SignatureRefused('key-expired');
  if (expected.isRevoked?.(key) === true) throw new SignatureRefused('key-revoked');
}

/** The one element inside KeyInfo/SecurityTokenReference. */
function readReference(keyInfo: XmlElement): XmlElement {
  const [reference, ...moreReferences] = elementsOf(keyInfo) ?? [];
  if (
    reference === undefined ||
    moreReferences.length > 0 ||
    !isNamed(reference, wsseNamespace, 'SecurityTokenReference')
  ) {
    throw new SignatureRefused('key-info');
  }
  const [content, ...more] = elementsOf(reference) ?? [];
  if (content === undefined || more.length > 0) throw new SignatureRefused('key-info');
  return content;
}

type Matcher = (certificate: PinnedCertificate) => boolean;

/** WSS X.509 Token Profile 1.1 §3.2: direct reference, key identifier, or issuer and serial. */
function selector(
  content: XmlElement,
  token: XmlElement | undefined,
  tokenBytes: Buffer | undefined,
): Matcher {
  if (isNamed(content, wsseNamespace, 'Reference')) {
    const id = token === undefined ? undefined : attributeOf(token, wsuNamespace, 'Id');
    const type = attributeOf(content, '', 'ValueType') ?? x509v3ValueType;
    if (
      tokenBytes === undefined ||
      type !== x509v3ValueType ||
      attributeOf(content, '', 'URI') !== `#${id}`
    ) {
      throw new SignatureRefused('key-info', 'Reference');
    }
    return ({ raw }) => raw.equals(tokenBytes);
  }
  if (isNamed(content, wsseNamespace, 'KeyIdentifier')) {
    const type = attributeOf(content, '', 'ValueType');
    const bytes = decodeBase64(textOf(content) ?? '');
    if (bytes === undefined || bytes.length > 64) throw new SignatureRefused('key-info', 'KeyIdentifier');
    if (type !== skiValueType) throw new SignatureRefused('key-info', 'KeyIdentifier');
    const extension = subjectKeyIdentifierExtension(bytes);
    return ({ raw }) => raw.includes(extension);
  }
  const serial = isNamed(content, dsNamespace, 'X509Data') ? readSerial(content) : undefined;
  if (serial === undefined) throw new SignatureRefused('key-info');
  return (certificate) => certificate.serial === serial;
}

/**
 * The serial number alone selects: issuers are spelled differently by every implementation, and a wrong
 * choice among the pinned certificates can only end in a signature that does not verify.
 */
function readSerial(x509Data: XmlElement): string | undefined {
  const [issuerSerial, ...more] = elementsOf(x509Data) ?? [];
  if (issuerSerial === undefined || more.length > 0) return undefined;
  if (!isNamed(issuerSerial, dsNamespace, 'X509IssuerSerial')) return undefined;
  const [issuer, serial, ...rest] = elementsOf(issuerSerial) ?? [];
  if (issuer === undefined || serial === undefined || rest.length > 0) return undefined;
  if (!isNamed(issuer, dsNamespace, 'X509IssuerName')) return undefined;
  if (!isNamed(serial, dsNamespace, 'X509SerialNumber')) return undefined;
  const digits = textOf(serial)?.trim() ?? '';
  // RFC 5280 §4.1.2.2: at most 20 octets.
  return /^[0-9]{1,49}$/.test(digits) ? digits.replace(/^0+(?=.)/, '') : undefined;
}

function readToken(token: XmlElement, keys: readonly TrustedKey[]): Buffer {
  const text = textOf(token) ?? '';
  // Nearly always it is a pinned one as it is usually written, and does not have to be decoded.
  const usual = keys.find((key) => certificateOf(key)?.base64 === text);
  const bytes = usual === undefined ? decodeBase64(text) : certificateOf(usual)?.raw;
  const encoding = attributeOf(token, '', 'EncodingType');
  const type = attributeOf(token, '', 'ValueType');
  if (bytes === undefined || encoding !== base64Encoding || type !== x509v3ValueType) {
    throw new SignatureRefused('key-token');
  }
  return bytes;
}

/** RFC 5280 §4.2.1.2: OID 2.5.29.14, an octet string that holds an octet string, as it stands in a certificate. */
function subjectKeyIdentifierExtension(identifier: Buffer): Buffer {
  const header = [0x06, 0x03, 0x55, 0x1d, 0x0e, 0x04, identifier.length + 2, 0x04, identifier.length];
  return Buffer.concat([Buffer.from(header), identifier]);
}

function certificateOf(key: TrustedKey): PinnedCertificate | undefined {
  const known = pinned.get(key);
  if (known !== undefined) return known ?? undefined;
  const certificate = key.certificate;
  // A certificate that is pinned beside somebody else's key would put the wrong thumbprint into the evidence.
  const read =
    certificate === undefined || !certificate.publicKey.equals(key.publicKey)
      ? null
      : {
          raw: certificate.raw,
          base64: certificate.raw.toString('base64'),
          sha256: createHash('sha256').update(certificate.raw).digest('hex'),
          serial: BigInt(`0x${certificate.serialNumber}`).toString(),
          validFrom: Date.parse(certificate.validFrom),
          validTo: Date.parse(certificate.validTo),
        };
  pinned.set(key, read);
  return read ?? undefined;
}
