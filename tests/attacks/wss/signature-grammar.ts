import { exclusiveC14n, wsseNamespace } from '../../../src/signing/xml/names.js';
import { swap, type TextChange, textVectors, type Vector } from './vector.js';

const transform = `<ds:Transform Algorithm="${exclusiveC14n}"></ds:Transform>`;
const c14nMethod = `<ds:CanonicalizationMethod Algorithm="${exclusiveC14n}"></ds:CanonicalizationMethod>`;
const method = 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256';
const sha256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
const signedInfo = /<ds:SignedInfo>.*<\/ds:SignedInfo>/;
const signatureValue = /(<ds:SignatureValue>)([^<]*)/;

const transformed = (algorithm: string) => (text: string) =>
  swap(text, transform, `<ds:Transform Algorithm="${algorithm}"/>`);
const canonicalised = (algorithm: string) => (text: string) =>
  swap(text, c14nMethod, `<ds:CanonicalizationMethod Algorithm="${algorithm}"/>`);
const signedBy = (algorithm: string) => (text: string) => swap(text, method, algorithm);
const digestedBy = (algorithm: string) => (text: string) =>
  swap(text, `DigestMethod Algorithm="${sha256}"`, `DigestMethod Algorithm="${algorithm}"`);
const value = (change: (base64: string) => string) => (text: string) =>
  text.replace(signatureValue, (_whole, tag: string, base64: string) => tag + change(base64));
const digest = (change: (base64: string) => string) => (text: string) =>
  text.replace(/(<ds:DigestValue>)([^<]*)/, (_whole, tag: string, base64: string) => tag + change(base64));
const twice = (pattern: RegExp) => (text: string) => text.replace(pattern, (whole) => whole + whole);

const changes: readonly TextChange[] = [
  ['two SignedInfo', 'signature-structure', twice(signedInfo)],
  [
    'SignedInfo not first',
    'signature-structure',
    (text) => {
      const cut = signedInfo.exec(text)?.[0] ?? '';
      return swap(swap(text, cut, ''), '<ds:KeyInfo>', `${cut}<ds:KeyInfo>`);
    },
  ],
  ['two SignatureValue', 'signature-structure', twice(/<ds:SignatureValue>.*<\/ds:SignatureValue>/)],
  [
    'no SignatureValue',
    'signature-structure',
    (text) => swap(text, /<ds:SignatureValue>.*<\/ds:SignatureValue>/, ''),
  ],
  ['two KeyInfo', 'signature-structure', twice(/<ds:KeyInfo>.*<\/ds:KeyInfo>/)],
  ['no KeyInfo', 'signature-structure', (text) => swap(text, /<ds:KeyInfo>.*<\/ds:KeyInfo>/, '')],
  ['two Signatures', 'structure-security-content', twice(/<ds:Signature .*<\/ds:Signature>/)],
  [
    'Signature outside Security',
    'structure-header',
    (text) => {
      const cut = /<ds:Signature .*<\/ds:Signature>/.exec(text)?.[0] ?? '';
      const declared = swap(cut, '<ds:Signature ', `<ds:Signature xmlns:wsse="${wsseNamespace}" `);
      return swap(swap(text, cut, ''), '</soap:Header>', `${declared}</soap:Header>`);
    },
  ],
  [
    'text in the Signature',
    'signature-structure',
    (text) => swap(text, '<ds:SignatureValue>', 'x<ds:SignatureValue>'),
  ],
  [
    'text in SignedInfo',
    'signature-structure',
    (text) => swap(text, '<ds:SignatureMethod', 'x<ds:SignatureMethod'),
  ],
  [
    'comment in DigestValue',
    'xml-comment',
    digest((base64) => `${base64.slice(0, 8)}<!-- -->${base64.slice(8)}`),
  ],
  [
    'comment in SignatureValue',
    'xml-comment',
    value((base64) => `${base64.slice(0, 8)}<!-- -->${base64.slice(8)}`),
  ],
  ['element in DigestValue', 'signature-base64', digest((base64) => `<x/>${base64}`)],
  [
    'CanonicalizationMethod hidden in another element',
    'signature-structure',
    (text) => swap(text, c14nMethod, `<x>${c14nMethod}</x>`),
  ],
  [
    'CanonicalizationMethod of another namespace',
    'signature-structure',
    (text) => swap(text, '<ds:CanonicalizationMethod ', '<ds:CanonicalizationMethod xmlns:ds="urn:x" '),
  ],
  [
    'SignatureMethod after the References',
    'signature-structure',
    (text) => {
      const cut = /<ds:SignatureMethod .*<\/ds:SignatureMethod>/.exec(text)?.[0] ?? '';
      return swap(swap(text, cut, ''), '</ds:SignedInfo>', `${cut}</ds:SignedInfo>`);
    },
  ],
  ['second SignatureMethod', 'signature-structure', twice(/<ds:SignatureMethod .*<\/ds:SignatureMethod>/)],
  [
    'inclusive C14N of SignedInfo',
    'signature-canonicalization',
    canonicalised('http://www.w3.org/TR/2001/REC-xml-c14n-20010315'),
  ],
  [
    'C14N 1.1 of SignedInfo',
    'signature-canonicalization',
    canonicalised('http://www.w3.org/2006/12/xml-c14n11'),
  ],
  [
    'exclusive C14N WithComments of SignedInfo',
    'signature-canonicalization',
    canonicalised(`${exclusiveC14n}WithComments`),
  ],
  ['canonicalisation without algorithm', 'signature-canonicalization', canonicalised('')],
  [
    'content in CanonicalizationMethod',
    'signature-canonicalization',
    (text) => swap(text, '</ds:CanonicalizationMethod>', '<ds:x/></ds:CanonicalizationMethod>'),
  ],
  [
    'inclusive C14N of a part',
    'signature-transform',
    transformed('http://www.w3.org/TR/2001/REC-xml-c14n-20010315'),
  ],
  [
    'exclusive C14N WithComments of a part',
    'signature-transform',
    transformed(`${exclusiveC14n}WithComments`),
  ],
  ['XPath transform', 'signature-transform', transformed('http://www.w3.org/TR/1999/REC-xpath-19991116')],
  [
    'XPath filter 2 transform',
    'signature-transform',
    transformed('http://www.w3.org/2002/06/xmldsig-filter2'),
  ],
  ['XSLT transform', 'signature-transform', transformed('http://www.w3.org/TR/1999/REC-xslt-19991116')],
  ['base64 transform', 'signature-transform', transformed('http://www.w3.org/2000/09/xmldsig#base64')],
  [
    'enveloped transform',
    'signature-transform',
    transformed('http://www.w3.org/2000/09/xmldsig#enveloped-signature'),
  ],
  ['two transforms', 'signature-transform', (text) => swap(text, transform, transform + transform)],
  ['no transform', 'signature-transform', (text) => swap(text, transform, '')],
  [
    'stylesheet inside the transform',
    'signature-transform',
    (text) => swap(text, transform, transform.replace('></', '><x xmlns="urn:xslt"/></')),
  ],
  [
    'no Transforms',
    'signature-reference-structure',
    (text) => swap(text, `<ds:Transforms>${transform}</ds:Transforms>`, ''),
  ],
  [
    'PrefixList of 1,000 prefixes',
    'signature-prefix-list',
    (text) => {
      const list = Array.from({ length: 1000 }, (_, i) => `p${i}`).join(' ');
      const inclusive = `<ec:InclusiveNamespaces xmlns:ec="${exclusiveC14n}" PrefixList="${list}"/>`;
      return swap(text, transform, transform.replace('></', `>${inclusive}</`));
    },
  ],
  [
    'InclusiveNamespaces without PrefixList',
    'signature-prefix-list',
    (text) =>
      swap(
        text,
        transform,
        transform.replace('></', `><ec:InclusiveNamespaces xmlns:ec="${exclusiveC14n}"/></`),
      ),
  ],
  ['rsa-sha1', 'signature-algorithm', signedBy('http://www.w3.org/2000/09/xmldsig#rsa-sha1')],
  ['ecdsa-sha1', 'signature-algorithm', signedBy('http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1')],
  ['dsa-sha1', 'signature-algorithm', signedBy('http://www.w3.org/2000/09/xmldsig#dsa-sha1')],
  ['rsa-md5', 'signature-algorithm', signedBy('http://www.w3.org/2001/04/xmldsig-more#rsa-md5')],
  ['hmac-sha256', 'signature-algorithm', signedBy('http://www.w3.org/2001/04/xmldsig-more#hmac-sha256')],
  ['algorithm named constructor', 'signature-algorithm', signedBy('constructor')],
  ['algorithm named __proto__', 'signature-algorithm', signedBy('__proto__')],
  ['no algorithm', 'signature-algorithm', (text) => swap(text, ` Algorithm="${method}"`, '')],
  ['sha1 digest', 'signature-digest-algorithm', digestedBy('http://www.w3.org/2000/09/xmldsig#sha1')],
  ['md5 digest', 'signature-digest-algorithm', digestedBy('http://www.w3.org/2001/04/xmldsig-more#md5')],
  ['digest named __proto__', 'signature-digest-algorithm', digestedBy('__proto__')],
  [
    'sha512 with the digest of sha256',
    'signature-base64',
    digestedBy('http://www.w3.org/2001/04/xmlenc#sha512'),
  ],
  [
    'HMACOutputLength',
    'signature-method-content',
    (text) =>
      swap(
        text,
        '</ds:SignatureMethod>',
        '<ds:HMACOutputLength>8</ds:HMACOutputLength></ds:SignatureMethod>',
      ),
  ],
  ['junk in base64', 'signature-base64', value((base64) => `${base64.slice(0, 8)}*${base64.slice(8)}`)],
  ['base64 of the URL alphabet', 'signature-base64', value((base64) => `-_${base64.slice(2)}`)],
  ['base64 without padding', 'signature-base64', value((base64) => base64.replace(/=+$/, ''))],
  [
    'base64 with spare bits',
    'signature-base64',
    value((base64) =>
      base64.replace(
        /.==$/,
        (end) => `${end.startsWith('A') ? 'B' : `${String.fromCharCode(end.charCodeAt(0) + 1)}`}==`,
      ),
    ),
  ],
  ['empty SignatureValue', 'signature-base64', value(() => '')],
  ['empty DigestValue', 'signature-base64', digest(() => '')],
  ['truncated digest', 'signature-base64', digest(() => 'AAAA')],
  [
    'signature value of one byte less',
    'signature-value',
    value((base64) => Buffer.from(base64, 'base64').subarray(1).toString('base64')),
  ],
  ['signature value of zeros', 'signature-value', value(() => Buffer.alloc(64).toString('base64'))],
  ['DigestValue changed', 'signature-value', digest(() => Buffer.alloc(32, 1).toString('base64'))],
  [
    'order of References changed after signing',
    'signature-value',
    (text) => {
      const [first = '', second = ''] = text.match(/<ds:Reference .*?<\/ds:Reference>/g) ?? [];
      return swap(swap(text, first, ''), second, second + first);
    },
  ],
  ['no Reference', 'signature-reference-count', (text) => swap(text, /<ds:Reference .*<\/ds:Reference>/, '')],
  [
    '1,000 References',
    'signature-reference-count',
    (text) => text.replace(/<ds:Reference .*?<\/ds:Reference>/, (whole) => whole.repeat(1000)),
  ],
  [
    'Manifest in ds:Object',
    'signature-structure',
    (text) => swap(text, '</ds:Signature>', '<ds:Object><ds:Manifest/></ds:Object></ds:Signature>'),
  ],
  [
    'Reference of type Manifest',
    'signature-attribute',
    (text) =>
      swap(text, 'URI="#ura-body"', 'URI="#ura-body" Type="http://www.w3.org/2000/09/xmldsig#Manifest"'),
  ],
  [
    'unknown attribute in the Signature',
    'signature-attribute',
    (text) => swap(text, '<ds:SignatureValue>', '<ds:SignatureValue x="1">'),
  ],
];

export const signatureGrammar: readonly Vector[] = textVectors('Signature grammar', changes);
