/** Why a revocation list is not used. For the log and for `/health/ready`; none quotes the list. */
export const crlProblems = {
  'crl-unreachable': 'No source could be read.',
  'crl-too-large': 'The list is larger than the limit.',
  'crl-malformed': 'It is not a certificate revocation list in DER or PEM.',
  'crl-algorithm': 'It is signed by an algorithm that is not allowed here.',
  'crl-issuer-other': 'It is the list of another issuer than the configured one.',
  'crl-issuer-unfit':
    'The configured issuer may not sign revocation lists, or is outside its validity dates.',
  'crl-signature': 'Its signature was not made by the configured issuer.',
  'crl-partial': 'It is partial, indirect, or changes another list: only complete lists are used.',
  'crl-from-the-future': 'It was issued later than now.',
  'crl-no-next-update': 'It does not say when the next one comes.',
  'crl-expired': 'The next one should have come already.',
  'crl-older': 'It is older than the one in use.',
} as const satisfies Record<string, string>;

export type CrlProblem = keyof typeof crlProblems;

/** A revocation list that must not replace the one in use. */
export class CrlUnusable extends Error {
  override readonly name = 'CrlUnusable';

  constructor(
    readonly code: CrlProblem,
    cause?: unknown,
  ) {
    super(`${code}: ${crlProblems[code]}`, { cause });
  }
}
