import { SignatureRefused } from '../refusals.js';
import { dsNamespace, wsseNamespace } from './names.js';
import type { ScannedElement } from './scanned-element.js';
import { isNamed } from './tree.js';

/** Envelope, Header, Security, Signature, SignedInfo, Reference. */
export const referenceDepth = 6;

/**
 * Refuses a Reference too many of the message's own Signature where it begins, and not when thousands of them have
 * been read.
 */
export class ReferenceCount {
  #signedInfo: ScannedElement | undefined;
  #count = 0;

  constructor(readonly most: number) {}

  /**
   * @param element any one at {@link referenceDepth}.
   * @throws {SignatureRefused} `signature-reference-count`.
   */
  add({ parent, qualified, namespace }: ScannedElement): void {
    if (parent === undefined || qualified.local !== 'Reference' || namespace !== dsNamespace) return;
    if (parent !== this.#signedInfo) {
      if (!isOwnSignedInfo(parent)) return;
      this.#signedInfo = parent;
      this.#count = 0;
    }
    if (++this.#count > this.most) throw new SignatureRefused('signature-reference-count');
  }
}

function isOwnSignedInfo(signedInfo: ScannedElement): boolean {
  const signature = signedInfo.parent;
  const security = signature?.parent;
  return (
    isNamed(signedInfo, dsNamespace, 'SignedInfo') &&
    signature !== undefined &&
    isNamed(signature, dsNamespace, 'Signature') &&
    security !== undefined &&
    isNamed(security, wsseNamespace, 'Security') &&
    security.parent?.local === 'Header'
  );
}
