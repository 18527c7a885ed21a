/**
 * Why a signed message is not accepted. The code goes to the log and to the attack suite's table; the sender
 * only ever learns that the signature was not accepted (`signature-refused`), because a precise answer
 * teaches an attacker which check to work on next.
 */
export const refusals = {
  'transport-redirect': 'The other side answered with a redirect.',
} as const satisfies Record<string, string>;

/** One of the exact reasons in {@link refusals}. */
export type RefusalCode = keyof typeof refusals;

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
