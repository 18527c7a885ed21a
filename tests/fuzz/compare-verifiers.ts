import { fileSigner } from '../../src/signing/file-signer.js';
import { SignatureRefused } from '../../src/signing/refusals.js';
import type { Expectation } from '../../src/signing/xml/expectation.js';
import { signEnvelope } from '../../src/signing/xml/sign-envelope.js';
import { verifyEnvelope } from '../../src/signing/xml/verify-envelope.js';
import { foreignAction, foreignTo } from '../signing/xml/foreign-envelope.js';
import { rsaSha256, signWithXmlCrypto } from '../signing/xml/sign-with-xml-crypto.js';
import { issue, makeAuthority, trust } from '../support/certificates.js';
import { verifyWithXmlCrypto } from '../support/xml-crypto.js';
import type { Difference } from './compare-documents.js';

/** Signed messages to mutate, and what compares the verdicts about them. */
export interface VerifierComparison {
  readonly messages: readonly string[];
  compare(message: string): Difference;
}

const contents = [
  '<c:answer xmlns:c="urn:civil"><c:nid>J00101999W</c:nid><c:name a="1&amp;2" b="">Gëzim &lt;𐐀</c:name></c:answer>',
  '<answer xmlns="urn:civil" xmlns:x="urn:x"><x:e x:a="1"/><e xmlns="">&#13;\n</e></answer>',
  '<a xmlns="urn:a" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:r="urn:r"><b xsi:type="r:Euro"/></a>',
];

export async function verifierComparison(): Promise<VerifierComparison> {
  const issued = await issue(await makeAuthority('Fuzz CA'), { name: 'civil', keyType: 'rsa' });
  const signer = fileSigner({ keyId: 'civil', ...issued });
  const publicPem = issued.certificate.publicKey.export({ format: 'pem', type: 'spki' }).toString();
  const now = Date.now();
  const to = 'https://gateway.example/answers';
  const action = 'urn:civil/answer';
  const messages: string[] = [];
  for (const bodyContent of contents) {
    const envelope = { soapVersion: '1.1', bodyContent, to, action, createdAt: now } as const;
    const signed = await signEnvelope({ ...envelope, messageId: `urn:uuid:${messages.length}` }, signer);
    messages.push(Buffer.from(signed).toString());
  }
  // Written by another stack: white space, empty elements, other prefixes, a PrefixList for each Reference. None for
  // SignedInfo: xml-crypto writes that one down and does not apply it, which xmlsec1 and we refuse.
  const foreign = { now, certificate: issued, method: rsaSha256 };
  messages.push(signWithXmlCrypto(foreign), signWithXmlCrypto({ ...foreign, prefixList: 'S u wsse' }));
  const keys = [trust(issued, 'civil', signer.algorithm)];
  const expected: Expectation = {
    soapVersion: '1.1',
    to: [to, foreignTo],
    actions: [action, foreignAction],
    keys,
    now,
  };
  return { messages, compare: (message) => compare(message, expected, publicPem) };
}

function compare(message: string, expected: Expectation, publicPem: string): Difference {
  let body: string;
  try {
    ({ body } = verifyEnvelope(Buffer.from(message), expected));
  } catch (error) {
    if (!(error instanceof SignatureRefused)) return `ours failed: ${String(error)}`;
    // Everything else is a rule of the profile that xml-crypto does not have: structure, coverage, pinned keys,
    // freshness, addressing, strict XML. About the cryptography both must be of one opinion.
    if (error.code !== 'signature-value' && error.code !== 'digest-value') return undefined;
    const theirs = byXmlCrypto(message, publicPem);
    return theirs instanceof Error || isReadAsLineEnd(message)
      ? undefined
      : `only ours refuses: ${error.message}`;
  }
  const theirs = byXmlCrypto(message, publicPem);
  if (theirs instanceof Error) return `xml-crypto refuses: ${theirs.message}`;
  return theirs.includes(body) ? undefined : 'xml-crypto verified another Body';
}

/**
 * The DOM under xml-crypto takes U+0085 and U+2028 for line ends, as XML 1.1 §2.11 does, also in XML 1.0. So it reads
 * one where a line feed was signed as if nothing had been changed; libxml2 and we do not.
 */
function isReadAsLineEnd(message: string): boolean {
  return /[\u0085\u2028]/.test(message);
}

function byXmlCrypto(message: string, publicPem: string): string[] | Error {
  try {
    return verifyWithXmlCrypto(message, publicPem);
  } catch (error) {
    return error as Error;
  }
}
