import { checkLetter } from './check-letter.js';

/** A business number that was understood, or why it was not. */
export type NuisResult =
  | {
      readonly ok: true;
      /** Without the optional leading `AL`. */
      readonly nuis: string;
      /** `nuis-check-letter` when the last letter is not the expected one. The number can be used all the same. */
      readonly warnings: readonly 'nuis-check-letter'[];
    }
  | { readonly ok: false; readonly reason: 'nuis-pattern' };

/**
 * Reads an Albanian business number (NUIS, earlier NIPT); a leading `AL` as in VAT numbers is stripped. The check
 * letter is compared by the rule of the NID, which published business numbers also follow (for example J91402501L,
 * K22218003V); no official source states it. Never throws.
 */
export function parseNuis(text: string): NuisResult {
  const nuis = text.startsWith('AL') ? text.slice(2) : text;
  if (!/^[JKLM]\d{8}[A-Z]$/.test(nuis)) return { ok: false, reason: 'nuis-pattern' };
  return { ok: true, nuis, warnings: nuis[9] === checkLetter(nuis.slice(0, 9)) ? [] : ['nuis-check-letter'] };
}
