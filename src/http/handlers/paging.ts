import { UraError } from '../../errors.js';

/** Which page of a list is asked for. */
export interface Page {
  /** Things on it, at most. Ask the store for one more: that is how it is known whether there is a next page. */
  readonly limit: number;
  /** Id behind which it begins. */
  readonly afterId: string | undefined;
}

/** @throws {UraError} `invalid-request` for an `after` that no page gave. */
export function pageOf(
  { limit, after }: Readonly<Record<string, string | undefined>>,
  defaultLimit = 20,
): Page {
  return {
    limit: limit === undefined ? defaultLimit : Number(limit),
    afterId: after === undefined ? undefined : decodeCursor(after),
  };
}

/**
 * The answer to a list, one page of it.
 *
 * @param found one more than the page holds, when there are more.
 * @param show what stands on the page; undefined leaves one out.
 */
export function answerPage<Found>(
  found: readonly Found[],
  { limit }: Page,
  idOf: (found: Found) => string,
  show: (found: Found) => unknown,
): { status: 200; body: { items: unknown[]; next?: string } } {
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const items = page.map(show).filter((item) => item !== undefined);
  const isMore = found.length > limit && last !== undefined;
  return { status: 200, body: { items, ...(isMore ? { next: encodeCursor(idOf(last)) } : {}) } };
}

/** `next` of a page: where the page after it begins, opaque to the client. */
export function encodeCursor(id: string): string {
  return Buffer.from(id).toString('base64url');
}

/** @throws {UraError} `invalid-request` for a value that no page gave. */
export function decodeCursor(cursor: string, pointer = '/query/after'): string {
  const id = Buffer.from(cursor, 'base64url').toString();
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return id;
  throw new UraError('invalid-request', 'The fields named in errors are not valid.', {
    errors: [{ pointer, code: 'cursor', detail: 'is not a value that was given as next' }],
  });
}
