import assert from 'node:assert/strict';
import { fileSigner } from '../../../src/signing/file-signer.js';
import type { SignatureAlgorithm } from '../../../src/signing/signer.js';
import { signatureAlgorithmNamed } from '../../../src/signing/xml/algorithms.js';
import { signEnvelope } from '../../../src/signing/xml/sign-envelope.js';
import { verifyEnvelope } from '../../../src/signing/xml/verify-envelope.js';
import {
  type ForeignEnvelope,
  foreignAction,
  foreignEnvelope,
  foreignMessageId,
  foreignTo,
  signatureTemplate,
} from '../../signing/xml/foreign-envelope.js';
import { type Issued, issue, type KeyType, makeAuthority, trust } from '../../support/certificates.js';
import { signWithXmlsec1, verifyWithXmlsec1, xmlsec1Version } from './xmlsec1.js';

const version = xmlsec1Version();

describe(`interop with ${version ?? 'xmlsec1'}`, function () {
  this.timeout(30_000);
  const algorithms: readonly (readonly [SignatureAlgorithm, KeyType])[] = [
    ['rsa-v1_5-sha256', 'rsa'],
    ['rsa-v1_5-sha384', 'rsa'],
    ['rsa-v1_5-sha512', 'rsa'],
    ['ecdsa-p256-sha256', 'ec'],
    ['ecdsa-p384-sha384', 'ec384'],
  ];
  const issued = new Map<KeyType, Issued>();

  before(async function () {
    if (version === undefined) {
      console.log('      skipped: the program xmlsec1 is not installed (Debian: apt install xmlsec1)');
      this.skip();
    }
    const authority = await makeAuthority('Interop CA');
    for (const keyType of ['rsa', 'ec', 'ec384'] as const) {
      issued.set(keyType, await issue(authority, { name: `interop ${keyType}`, keyType }));
    }
  });

  const keyOf = (keyType: KeyType) => issued.get(keyType) as Issued;
  const publicPem = (keyType: KeyType) =>
    keyOf(keyType).certificate.publicKey.export({ format: 'pem', type: 'spki' }).toString();

  for (const [algorithm, keyType] of algorithms) {
    it(`accepts what we sign with ${algorithm}, and nothing else`, async () => {
      const signer = fileSigner({ keyId: 'k', algorithm, ...keyOf(keyType) });
      const bytes = await signEnvelope(
        {
          soapVersion: '1.2',
          bodyContent: `<c:ask xmlns:c="urn:civil" b='1' a="&#10;"><c:e/>Gëzim &amp; 𐐀</c:ask>`,
          to: 'https://civil.example/?a=1&b=2',
          action: 'urn:civil/ask',
          messageId: 'urn:uuid:1',
          relatesTo: 'urn:uuid:0',
          createdAt: Date.now(),
        },
        signer,
      );
      verifyWithXmlsec1(bytes, publicPem(keyType));
      const changed = Buffer.from(bytes).toString().replace('Gëzim', 'Agim');
      assert.throws(() => verifyWithXmlsec1(changed, publicPem(keyType)));
    });

    for (const prefixList of [undefined, 'S wsse u', '#default u']) {
      it(`signs with ${algorithm} and PrefixList ${prefixList ?? 'absent'} what we accept`, () => {
        const now = Date.now();
        const method = signatureAlgorithmNamed(algorithm)?.uri as string;
        const envelope: ForeignEnvelope = {
          now,
          certificate: keyOf(keyType),
          method,
          ...(prefixList === undefined ? {} : { prefixList }),
        };
        const template = foreignEnvelope(envelope, signatureTemplate(envelope));
        const signed = signWithXmlsec1(template, keyOf(keyType).privateKeyPem);
        const verified = verifyEnvelope(Buffer.from(signed), {
          soapVersion: '1.1',
          to: foreignTo,
          actions: [foreignAction],
          keys: [trust(keyOf(keyType), 'civil', algorithm)],
          now,
        });
        assert.equal(verified.messageId, foreignMessageId);
        assert.match(verified.body, /<x:name xmlns:x="urn:x">Gëzim 𐐀<\/x:name><empty><\/empty>/);
      });
    }
  }
});
