import { SignatureRefused } from '../refusals.js';
import { dsNamespace, wsseNamespace } from './names.js';
import type { ScannedElement } from './scanned-element.js';
import { isNamed } from './tree.js';

/**
 * Refuses a Reference too many of the message's own Signature where it begins, and not when thousands of them have
 * been read: each of them would cost a search and a hash.
 *
 * @param element at the depth of Envelope/Header/Security/Signature/SignedInfo/Reference.
 * @throws {SignatureRefused} `signature-reference-count`.
 */
export function refuseManyReferences(element: ScannedElement, most: number): void {
  if (!isNamed(element, dsNamespace, 'Reference')) return;
  const signedInfo = element.parent;
  if (signedInfo === undefined || !isNamed(signedInfo, dsNamespace, 'SignedInfo')) return;
  const signature = signedInfo.parent;
  if (signature === undefined || !isNamed(signature, dsNamespace, 'Signature')) return;
  const security = signature.parent;
  if (security === undefined || !isNamed(security, wsseNamespace, 'Security')) return;
  if (security.parent?.local !== 'Header') return;
  let before = 0;
  for (const other of signedInfo.elements) if (isNamed(other, dsNamespace, 'Reference')) before++;
  if (before >= most) throw new SignatureRefused('signature-reference-count');
}
