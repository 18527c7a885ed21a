/** A key file that cannot be used. The message names the file and says what to do; it never quotes the file. */
export class KeyFileUnusable extends Error {
  override readonly name = 'KeyFileUnusable';

  constructor(
    readonly code:
      | 'key-file-missing'
      | 'key-file-unreadable'
      | 'key-file-malformed'
      | 'key-file-encrypted'
      | 'key-file-wrong-half'
      | 'key-too-weak'
      | 'key-id-missing'
      | 'key-id-repeated'
      | 'key-algorithm-unfit'
      | 'key-certificate-mismatch'
      | 'key-certificate-unfit',
    readonly path: string,
    problem: string,
    /** One sentence for the operator. */
    readonly remedy: string,
    cause?: unknown,
  ) {
    super(`${path}: ${problem} ${remedy}`, { cause });
  }
}
