import { SignatureRefused } from '../refusals.js';
import { canonicalize } from './c14n.js';
import { checkConfirmation } from './check-confirmation.js';
import { checkDigests, checkSignatureValue } from './check-digests.js';
import { refuseAmbiguousIds } from './check-ids.js';
import { checkTimestamp } from './check-timestamp.js';
import type { Expectation, VerifiedEnvelope } from './expectation.js';
import { defaultXmlLimits } from './limits.js';
import { endpointAddress, type LocatedParts, locateParts, type PartName, plainText } from './locate-parts.js';
import { wsaAnonymous } from './names.js';
import { parseXml, parseXmlText } from './parse.js';
import { type Piece, textOfPieces } from './pieces.js';
import { qnamePrefixes, qnamesAreSigned } from './qname-values.js';
import { type ReadSignature, readSignature } from './read-signature.js';
import { selectKey } from './select-key.js';
import type { XmlElement } from './tree.js';

export type { Expectation, VerifiedEnvelope } from './expectation.js';

/**
 * Verifies an envelope by the profile `wss-x509-integrity`, the cheapest refusal first: one strict parse,
 * structure, the Signature as a closed template, the key, SignedInfo's signature, the digests, freshness and
 * addressing. The replay set is asked afterwards, by whoever calls (see `src/signing/wss-x509-integrity.ts`).
 *
 * @param bytes the whole message as it came from the transport.
 * @returns values that were signed, and the canonical Body. Nothing of the raw message may be read any more.
 * @throws {SignatureRefused} with the exact code. There is no other way out: never a boolean.
 */
export function verifyEnvelope(bytes: Uint8Array, expected: Expectation): VerifiedEnvelope {
  const envelope = parseXml(bytes, defaultXmlLimits, 'body-content');
  const located = locateParts(envelope, expected.soapVersion, {
    confirmation: expected.confirms !== undefined,
  });
  requireForDirection(located, expected);
  refuseAmbiguousIds(envelope);
  const signature = readSignature(located.signature, located.parts, expected);
  const { key, certificateSha256 } = selectKey(
    signature.keyInfo,
    located.parts.get('token'),
    signature.algorithm,
    expected,
  );
  checkSignatureValue(signature, key);
  const signedBody = checkDigests(signature);
  if (expected.confirms !== undefined) {
    checkConfirmation(partOf(located, 'confirmation'), expected.confirms);
  }
  const { createdAt, expiresAt } = checkTimestamp(partOf(located, 'timestamp'), expected);
  const addressing = checkAddressing(located, expected);
  return {
    soapVersion: expected.soapVersion,
    ...readBody(partOf(located, 'body'), signedBody, expected),
    ...addressing,
    createdAt,
    expiresAt,
    key,
    certificateSha256,
    signatureValue: signature.value.toString('base64'),
    ...(usesSha1(signature) ? { sha1Used: true } : {}),
  };
}

/** What a question must say and what an answer must say differ (WS-Addressing 1.0 §3.4). */
function requireForDirection({ parts }: LocatedParts, expected: Expectation): void {
  const required: PartName = expected.relatesTo === undefined ? 'reply-to' : 'relates-to';
  if (!parts.has(required)) throw new SignatureRefused('structure-header-absent', required);
}

function partOf({ parts }: LocatedParts, name: PartName): XmlElement {
  const element = parts.get(name);
  if (element === undefined) throw new SignatureRefused('structure-header-absent', name);
  return element;
}

type Addressing = Pick<VerifiedEnvelope, 'messageId' | 'to' | 'action' | 'relatesTo' | 'replyTo'>;

/** Reads the elements whose digests were just checked; they are of the same tree, so nothing was looked up twice. */
function checkAddressing(located: LocatedParts, expected: Expectation): Addressing {
  const sentTo = plainText(partOf(located, 'to'));
  const sentAction = plainText(partOf(located, 'action'));
  const messageId = detached(plainText(partOf(located, 'message-id')));
  const relatesToPart = located.parts.get('relates-to');
  const relatesTo = relatesToPart === undefined ? undefined : detached(plainText(relatesToPart));
  const replyToPart = located.parts.get('reply-to');
  const replyTo = replyToPart === undefined ? undefined : endpointAddress(replyToPart);
  const receivers = typeof expected.to === 'string' ? [expected.to] : expected.to;
  // The configured strings go on, not pieces of the message that say the same.
  const to = receivers.find((receiver) => receiver === sentTo);
  if (to === undefined) throw new SignatureRefused('addressing-to');
  const action = expected.actions.find((allowed) => allowed === sentAction);
  if (action === undefined) throw new SignatureRefused('addressing-action');
  if (expected.relatesTo !== undefined && relatesTo !== expected.relatesTo) {
    throw new SignatureRefused('addressing-relates-to');
  }
  return {
    messageId,
    to,
    action,
    ...(relatesTo === undefined ? {} : { relatesTo }),
    ...(replyTo === undefined
      ? {}
      : { replyTo: replyTo === wsaAnonymous ? wsaAnonymous : detached(replyTo) }),
  };
}

/** A slice would keep the whole message in memory for as long as somebody keeps the value. */
function detached(text: string): string {
  return Buffer.from(text).toString();
}

function usesSha1({ algorithm, references }: ReadSignature): boolean {
  return algorithm.hash === 'sha1' || references.some(({ hash }) => hash === 'sha1');
}

function readBody(
  element: XmlElement,
  signedBody: readonly Piece[] | undefined,
  { bodyMayBeUnsigned }: Expectation,
): Pick<VerifiedEnvelope, 'body' | 'bodyUnsigned'> {
  if (signedBody === undefined && bodyMayBeUnsigned === true) {
    // Nobody vouches for these bytes, but no second parser gets to see the raw message either.
    return { body: canonicalize(element, qnamePrefixes(element)), bodyUnsigned: true };
  }
  if (signedBody === undefined) throw new SignatureRefused('coverage-body');
  if (
    qnamePrefixes(element).length > 0 &&
    !qnamesAreSigned(element, parseXmlText(textOfPieces(signedBody)))
  ) {
    throw new SignatureRefused('qname-unsigned');
  }
  return { body: textOfPieces(signedBody) };
}
