/**
 * An exchange that the registry's contract has no words for, although the service's schema let it pass. The
 * catalogue is wrong, not the registry; nothing is sent.
 */
export class UnmappableRequest extends Error {
  override readonly name = 'UnmappableRequest';

  constructor(
    /** JSON Pointer into the exchange, never its value. */
    readonly pointer: string,
  ) {
    super(`cannot map ${pointer}`);
  }
}
