import { createHmac, createPublicKey } from 'node:crypto';
import { trust } from '../../support/certificates.js';
import { swap, type Vector } from './vector.js';

const row = 'Signature grammar';
const signedBy = (algorithm: string) => (text: string) =>
  swap(text, 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256', algorithm);
const signatureValue = /(?<=<ds:SignatureValue>)[^<]*/;

/** Signatures of right grammar, made with a key or in an encoding that does not go with the algorithm. */
export const keyMisuse: readonly Vector[] = [
  {
    row,
    name: 'HMAC with the public key as secret, under the right URI',
    code: 'signature-value',
    make: ({ valid, partner }) => {
      const secret = createPublicKey(partner.privateKey).export({ format: 'pem', type: 'spki' });
      const mac = createHmac('sha256', secret).update(valid).digest();
      return { message: swap(valid, signatureValue, Buffer.concat([mac, mac]).toString('base64')) };
    },
  },
  {
    row,
    name: 'EC key under an RSA URI',
    code: 'key-algorithm',
    make: ({ valid, resigned }) => ({
      message: resigned(signedBy('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256')(valid)),
    }),
  },
  {
    row,
    name: 'P-256 key under the URI of P-384',
    code: 'key-algorithm',
    make: ({ valid, resigned }) => ({
      message: resigned(signedBy('http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384')(valid), {
        hash: 'sha384',
      }),
    }),
  },
  {
    row,
    name: 'EC key pinned as RSA by mistake',
    code: 'key-algorithm',
    make: ({ valid, resigned, partner }) => ({
      message: resigned(signedBy('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256')(valid)),
      expected: { keys: [trust(partner, 'tax', 'rsa-v1_5-sha256')] },
    }),
  },
  {
    row,
    name: 'RSA-1024',
    code: 'key-too-small',
    make: ({ valid, resigned, weakPartner, partner }) => {
      const other = swap(
        valid,
        partner.certificate.raw.toString('base64'),
        weakPartner.certificate.raw.toString('base64'),
      );
      const rsa = signedBy('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256')(other);
      return {
        message: resigned(rsa, { key: weakPartner.privateKey }),
        expected: { keys: [trust(weakPartner, 'tax', 'rsa-v1_5-sha256')] },
      };
    },
  },
  {
    row,
    name: 'DER-encoded ECDSA value',
    code: 'signature-value',
    make: ({ valid, resigned }) => ({ message: resigned(valid, { dsaEncoding: 'der' }) }),
  },
];
