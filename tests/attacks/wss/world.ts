import { createHash, type KeyObject, sign } from 'node:crypto';
import { fileSigner } from '../../../src/signing/file-signer.js';
import type { Signer } from '../../../src/signing/signer.js';
import { canonicalize } from '../../../src/signing/xml/c14n.js';
import type { Expectation } from '../../../src/signing/xml/expectation.js';
import { wsuNamespace } from '../../../src/signing/xml/names.js';
import { parseXmlText } from '../../../src/signing/xml/parse.js';
import { type OutgoingEnvelope, signEnvelope } from '../../../src/signing/xml/sign-envelope.js';
import { attributeOf, type XmlElement } from '../../../src/signing/xml/tree.js';
import { type Authority, type Issued, issue, makeAuthority, trust } from '../../support/certificates.js';

/** The receiver, its partners and their keys, and one valid message: an answer with amount 100. */
export interface World {
  readonly now: number;
  readonly authority: Authority;
  readonly partner: Issued;
  readonly partnerSigner: Signer;
  readonly weakPartner: Issued;
  readonly anotherPartner: Issued;
  readonly attacker: Issued;
  /** As the partner signed it. */
  readonly valid: string;
  /** Accepts `valid`. */
  readonly expected: Expectation;
  /** What the partner itself would send, with differences. */
  signed(change: Partial<OutgoingEnvelope>, signer?: Signer): Promise<string>;
  /** Computes digests and signature again after a change: what a partner gone bad could send. */
  resigned(text: string, how?: Resigning): string;
}

export interface Resigning {
  readonly key?: KeyObject;
  readonly hash?: string;
  readonly dsaEncoding?: 'ieee-p1363' | 'der';
}

export const bodyContent =
  '<t:clearance xmlns:t="urn:tax" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">' +
  '<t:amount>100</t:amount><t:note>clear</t:note></t:clearance>';

const message: Omit<OutgoingEnvelope, 'createdAt'> = {
  soapVersion: '1.1',
  bodyContent,
  to: 'https://gateway.example/answers',
  action: 'urn:tax/clearance-answer',
  messageId: 'urn:uuid:0195f7a0-0000-7000-8000-000000000002',
  relatesTo: 'urn:uuid:0195f7a0-0000-7000-8000-000000000001',
};

export async function makeWorld(): Promise<World> {
  const now = Date.now();
  const authority = await makeAuthority('Government CA');
  const partner = await issue(authority, { name: 'tax' });
  const partnerSigner = fileSigner({ keyId: 'tax-1', ...partner });
  const valid = await text({ ...message, createdAt: now }, partnerSigner);
  return {
    now,
    authority,
    partner,
    partnerSigner,
    weakPartner: await issue(authority, { name: 'tax-weak', keyType: 'rsa1024' }),
    anotherPartner: await issue(authority, { name: 'business' }),
    attacker: await issue(await makeAuthority('Attacker CA'), { name: 'tax' }),
    valid,
    expected: {
      soapVersion: '1.1',
      to: message.to,
      actions: [message.action],
      relatesTo: message.relatesTo as string,
      keys: [trust(partner, 'tax', 'ecdsa-p256-sha256')],
      now,
    },
    signed: (change, signer = partnerSigner) => text({ ...message, createdAt: now, ...change }, signer),
    resigned: (changed, how = {}) => resign(changed, { key: partner.privateKey, ...how }),
  };
}

async function text(envelope: OutgoingEnvelope, signer: Signer): Promise<string> {
  return Buffer.from(await signEnvelope(envelope, signer)).toString();
}

function resign(changed: string, { key, hash = 'sha256', dsaEncoding = 'ieee-p1363' }: Resigning): string {
  const root = parseXmlText(changed);
  const digested = changed.replace(
    /(<ds:Reference URI="#([^"]*)">.*?<ds:DigestValue>)[^<]*/g,
    (whole, before: string, id: string) => {
      const part = find(root, (element) => attributeOf(element, wsuNamespace, 'Id') === id);
      if (part === undefined) return whole;
      return before + createHash('sha256').update(canonicalize(part)).digest('base64');
    },
  );
  const signedInfo = find(parseXmlText(digested), ({ local }) => local === 'SignedInfo');
  if (signedInfo === undefined || key === undefined) throw new Error('Nothing to sign.');
  const value = sign(hash, Buffer.from(canonicalize(signedInfo)), { key, dsaEncoding }).toString('base64');
  return digested.replace(/(<ds:SignatureValue>)[^<]*/, (_whole, before: string) => before + value);
}

function find(element: XmlElement, wanted: (element: XmlElement) => boolean): XmlElement | undefined {
  if (wanted(element)) return element;
  for (const child of element.children) {
    const found = typeof child === 'string' ? undefined : find(child, wanted);
    if (found !== undefined) return found;
  }
  return undefined;
}
