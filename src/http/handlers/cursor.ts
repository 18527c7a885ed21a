import { UraError } from '../../errors.js';

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
