import type { httpRefusals } from './http-sig/refusals.js';
import type { eventRefusals } from './kafka-event/refusals.js';
import type { modiRefusals } from './modi-rest/refusals.js';
import type { claimRefusals, peerRefusals } from './profiles/refusals.js';

/**
 * Why a signed message is not accepted. The code goes to the log and to the attack suite's table; the sender
 * only ever learns that the signature was not accepted (`signature-refused`), because a precise answer
 * teaches an attacker which check to work on next.
 */
export const refusals = {
  'transport-redirect': 'The other side answered with a redirect.',
  'transport-too-large': 'The answer is larger than the transport takes in.',
  'transport-content-encoding': 'The answer is compressed although no compression was offered.',
  'transport-media-type': 'The answer is not of the media type that the profile expects.',
  'transport-truncated': 'The connection ended before the answer was whole.',

  'xml-too-large': 'The message is larger than the limit.',
  'xml-encoding': 'The message is not valid UTF-8.',
  'xml-byte-order-mark': 'The message begins with a byte order mark.',
  'xml-declaration': 'The XML declaration names another version than 1.0 or another encoding than UTF-8.',
  'xml-doctype': 'The message has a document type declaration.',
  'xml-processing-instruction': 'The message has a processing instruction or a misplaced XML declaration.',
  'xml-comment': 'The message has a comment.',
  'xml-cdata': 'The message has a CDATA section.',
  'xml-malformed': 'The message is not well-formed XML.',
  'xml-namespace': 'A namespace declaration or a prefix breaks the rules for namespaces in XML.',
  'xml-too-deep': 'Elements are nested deeper than the limit.',
  'xml-too-many-elements': 'The message has more elements than the limit.',
  'xml-too-many-attributes': 'An element or the message has more attributes than the limit.',
  'xml-too-many-namespaces': 'The message declares more namespaces than the limit.',
  'xml-attribute-too-long': 'An attribute value is longer than the limit.',
  'xml-text-too-long': 'A run of text is longer than the limit.',

  'structure-envelope': 'The root is not an Envelope of the expected SOAP version.',
  'structure-envelope-content': 'The Envelope does not hold exactly one Header and one Body, in this order.',
  'security-absent': 'The message carries no Security header.',
  'unsigned-fault': 'The message is a SOAP Fault that nobody signed.',
  'structure-header': 'The Header holds a block that the profile does not know, or one of them twice.',
  'structure-header-absent': 'A header block that the profile requires is absent.',
  'structure-security': 'The Security header is repeated, misplaced or meant for another actor.',
  'structure-security-content':
    'The Security header holds something else than one Timestamp, one Signature and at most one token.',
  'structure-timestamp': 'The Timestamp is not one Created followed by one Expires.',
  'structure-confirmation': 'SignatureConfirmation is not one empty element with a base64 Value.',
  'structure-addressing': 'A WS-Addressing header does not hold exactly one plain value.',
  'id-repeated': 'Two attributes that name elements have the same value.',
  'id-reserved': 'An element bears a name that JavaScript gives a meaning to.',
  'qname-unsigned': 'A qualified name in the Body uses a prefix whose declaration is not signed.',

  'signature-structure':
    'The Signature is not one SignedInfo, one SignatureValue and one KeyInfo, in this order.',
  'signature-attribute': 'An element of the Signature carries an attribute that the profile does not know.',
  'signature-canonicalization': 'SignedInfo is not canonicalised by exclusive C14N without comments.',
  'signature-algorithm': 'The signature algorithm is not one that the profile allows.',
  'signature-method-content': 'SignatureMethod carries parameters.',
  'signature-reference-count': 'SignedInfo holds no Reference or more than ten.',
  'signature-reference-structure': 'A Reference is not one Transforms, one DigestMethod and one DigestValue.',
  'signature-transform': 'A Reference is not transformed by exclusive C14N alone.',
  'signature-prefix-list': 'An InclusiveNamespaces element is malformed or too long.',
  'signature-digest-algorithm': 'A digest algorithm is not one that the profile allows.',
  'signature-base64': 'A value is not canonical base64.',
  'signature-reference-target': 'A Reference points to nothing that the profile signs.',
  'signature-reference-repeated': 'Two References point to the same part.',
  'coverage-body': 'The Body is not signed.',
  'coverage-timestamp': 'The Timestamp is not signed.',
  'coverage-to': 'The header wsa:To is not signed.',
  'coverage-action': 'The header wsa:Action is not signed.',
  'coverage-message-id': 'The header wsa:MessageID is not signed.',
  'coverage-reply-to': 'The header wsa:ReplyTo is not signed.',
  'coverage-relates-to': 'The header wsa:RelatesTo is not signed.',
  'coverage-fault-to': 'The header wsa:FaultTo is not signed.',
  'coverage-from': 'The header wsa:From is not signed.',
  'coverage-confirmation': 'The SignatureConfirmation is not signed.',
  'coverage-token': 'The BinarySecurityToken is not signed.',

  'key-info': 'KeyInfo is not one SecurityTokenReference of a known kind.',
  'key-token': 'The BinarySecurityToken is not a base64 X.509 v3 certificate.',
  'key-unknown': 'The message names a certificate that is not pinned for this partner.',
  'key-algorithm': 'The algorithm of the signature is not the one pinned for the key.',
  'key-too-small': 'The key is smaller than 2048 bits (RSA) or of a type that no profile uses.',
  'key-not-yet-valid': 'The pinned certificate or key is not valid yet.',
  'key-expired': 'The pinned certificate or key has expired.',
  'key-revoked': 'The pinned certificate is revoked.',
  'key-revocation-unknown': 'A revocation list is configured for the certificate, and none was ever loaded.',
  'signature-value': 'The signature value does not belong to SignedInfo and the pinned key.',
  'digest-value': 'A signed part was changed after it was signed.',

  'timestamp-format': 'Created or Expires is not a UTC time that ends with Z.',
  'timestamp-lifetime': 'Expires is not after Created, or later than the profile allows.',
  'timestamp-future': 'The message was created in the future.',
  'timestamp-expired': 'The message has expired or is too old.',
  'confirmation-absent': 'The answer does not confirm the signature of the request.',
  'confirmation-other': 'The answer confirms the signature of another request.',
  'addressing-to': 'The message is addressed to somebody else.',
  'addressing-action': 'The message has another action than expected.',
  'addressing-relates-to': 'The message answers another request.',
  replayed: 'The message was accepted before.',
  'callback-content': 'The callback does not name the question that it answers.',
  'verifier-failed': 'The thread that verifies large messages did not come to a result.',
} as const satisfies Record<string, string>;

/** One of the exact reasons; each code stands in one of these tables, and in one only. */
export type RefusalCode =
  | keyof typeof refusals
  | keyof typeof httpRefusals
  | keyof typeof modiRefusals
  | keyof typeof eventRefusals
  | keyof typeof peerRefusals
  | keyof typeof claimRefusals;

/** A message whose signature, structure or freshness was not accepted. Nothing of it may be used. */
export class SignatureRefused extends Error {
  override readonly name = 'SignatureRefused';

  constructor(
    readonly code: RefusalCode,
    /** For the log: where in the message, never a value out of it. */
    readonly where = '',
  ) {
    super(`${code}${where === '' ? '' : ` (${where})`}`);
  }
}
