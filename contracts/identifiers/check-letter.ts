const letters = 'WABCDEFGHIJKLMNOPQRSTUV';
const weights = [1, 1, 2, 3, 4, 5, 6, 7, 8] as const;

/**
 * The check letter of a NID or NUIS: the weighted sum over the first nine characters, modulo 23, where a digit
 * counts as itself and a letter by its place in the alphabet (A = 1). The rule is known from public numbers, not
 * from an official source, so a letter that differs from it is a warning and never a refusal.
 *
 * @param firstNine nine characters `0-9A-Z`.
 * @throws {RangeError} for anything else.
 */
export function checkLetter(firstNine: string): string {
  if (!/^[0-9A-Z]{9}$/.test(firstNine))
    throw new RangeError('a check letter is computed over nine characters 0-9A-Z');
  const sum = weights.reduce((total, weight, at) => total + weight * worth(firstNine.charCodeAt(at)), 0);
  return letters.charAt(sum % letters.length);
}

function worth(code: number): number {
  return code <= 0x39 ? code - 0x30 : code - 0x40;
}
