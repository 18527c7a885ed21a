import { fileSigner } from '../../../src/signing/file-signer.js';
import { type Issued, issue, trust } from '../../support/certificates.js';
import { swap, type Vector } from './vector.js';

const row = 'Keys';
const dayMs = 86_400_000;
const signerOf = (issued: Issued) => fileSigner({ keyId: 'other', ...issued });
const pin = (issued: Issued) => ({ keys: [trust(issued, 'tax', 'ecdsa-p256-sha256')] });
const token = (issued: Issued) => issued.certificate.raw.toString('base64');
const reference = /<wsse:Reference [^>]*\/>/;

export const keys: readonly Vector[] = [
  {
    row,
    name: 'attacker’s certificate in the token',
    code: 'key-unknown',
    make: async ({ signed, attacker }) => ({ message: await signed({}, signerOf(attacker)) }),
  },
  {
    row,
    name: 'attacker’s signature beside the partner’s certificate',
    code: 'signature-value',
    make: ({ valid, resigned, attacker }) => ({
      message: resigned(swap(valid, '>100<', '>666<'), { key: attacker.privateKey }),
    }),
  },
  {
    row,
    name: 'self-signed twin with the same subject',
    code: 'key-unknown',
    make: async ({ signed, authority }) => ({
      message: await signed({}, signerOf(await issue(authority, { name: 'tax', selfSigned: true }))),
    }),
  },
  {
    row,
    name: 'twin with the same subject and serial number, named by it',
    code: 'signature-value',
    make: async ({ authority, partner, valid, resigned }) => {
      const { serialNumber } = partner.certificate;
      const twin = await issue(authority, { name: 'tax', selfSigned: true, serialNumber });
      const serial = BigInt(`0x${serialNumber}`).toString();
      const named = swap(
        swap(valid, token(partner), token(twin)),
        reference,
        `<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>CN=tax</ds:X509IssuerName><ds:X509SerialNumber>${serial}</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>`,
      );
      return { message: resigned(named, { key: twin.privateKey }) };
    },
  },
  {
    row,
    name: 'another partner’s valid certificate',
    code: 'key-unknown',
    make: async ({ signed, anotherPartner }) => ({ message: await signed({}, signerOf(anotherPartner)) }),
  },
  {
    row,
    name: 'renewed certificate of the same key that is not pinned',
    code: 'key-unknown',
    make: async ({ signed, authority, partner }) => ({
      message: await signed(
        {},
        signerOf(await issue(authority, { name: 'tax', privateKey: partner.privateKey })),
      ),
    }),
  },
  {
    row,
    name: 'expired certificate',
    code: 'key-expired',
    make: async ({ signed, authority, now }) => {
      const old = await issue(authority, {
        name: 'tax',
        notBefore: new Date(now - 9 * dayMs),
        notAfter: new Date(now - dayMs),
      });
      return { message: await signed({}, signerOf(old)), expected: pin(old) };
    },
  },
  {
    row,
    name: 'certificate that is not valid yet',
    code: 'key-not-yet-valid',
    make: async ({ signed, authority, now }) => {
      const next = await issue(authority, { name: 'tax', notBefore: new Date(now + dayMs) });
      return { message: await signed({}, signerOf(next)), expected: pin(next) };
    },
  },
  {
    row,
    name: 'pin that has ended',
    code: 'key-expired',
    make: ({ valid, expected, now }) => ({
      message: valid,
      expected: { keys: expected.keys.map((key) => ({ ...key, notAfter: now - 1 })) },
    }),
  },
  {
    row,
    name: 'pin that has not begun',
    code: 'key-not-yet-valid',
    make: ({ valid, expected, now }) => ({
      message: valid,
      expected: { keys: expected.keys.map((key) => ({ ...key, notBefore: now + 1 })) },
    }),
  },
  {
    row,
    name: 'revoked certificate',
    code: 'key-revoked',
    make: ({ valid }) => ({ message: valid, expected: { isRevoked: ({ partner }) => partner === 'tax' } }),
  },
  {
    row,
    name: 'pinned certificate beside somebody else’s public key',
    code: 'key-unknown',
    make: ({ valid, expected, attacker }) => ({
      message: valid,
      expected: { keys: expected.keys.map((key) => ({ ...key, publicKey: attacker.certificate.publicKey })) },
    }),
  },
  {
    row,
    name: 'nothing pinned at all',
    code: 'key-unknown',
    make: ({ valid }) => ({ message: valid, expected: { keys: [] } }),
  },
];
