/** Who meets a message: a client that sends requests, or a reader of answers and events. */
export type Direction = 'request' | 'answer';

/**
 * What a difference does to messages.
 *
 * - `narrowed`: something that was valid is not any more. Breaks whoever sends it.
 * - `widened`: something is valid that was not. Breaks whoever has to read it.
 * - `changed`: cannot be compared, so it counts as both.
 * - `removed`: something that a client or reader relies on is gone. Always breaks.
 * - `added`: something new that nobody has to know.
 */
export type Effect = 'narrowed' | 'widened' | 'changed' | 'removed' | 'added';

/** One difference between two versions of a contract. */
export interface Change {
  /** JSON Pointer (RFC 6901) into the published form of the contract; for WSDL and XSD into their model. */
  readonly pointer: string;
  readonly breaking: boolean;
  /** In words, one line. */
  readonly text: string;
}

/** Collects differences; the same one, found on several ways, is kept once. */
export class Changes {
  readonly #found = new Map<string, Change>();

  /** @param directions in which the message travels; decides whether narrowing or widening breaks anybody. */
  add(pointer: string, effect: Effect, directions: readonly Direction[], what: string): void {
    const { breaking, consequence } = judge(effect, directions);
    const text = `${what}${consequence}`;
    this.#found.set(`${pointer} ${text}`, { pointer, breaking, text });
  }

  /** In the order in which they were found. */
  list(): readonly Change[] {
    return [...this.#found.values()];
  }
}

function judge(
  effect: Effect,
  directions: readonly Direction[],
): { readonly breaking: boolean; readonly consequence: string } {
  const sent = directions.includes('request');
  const read = directions.includes('answer');
  switch (effect) {
    case 'added':
      return { breaking: false, consequence: '' };
    case 'narrowed':
      return { breaking: sent, consequence: sent ? ': what was accepted is refused now' : '' };
    case 'widened':
      return { breaking: read, consequence: read ? ': readers get what they do not expect' : '' };
    case 'changed':
    case 'removed':
      return { breaking: true, consequence: '' };
  }
}
