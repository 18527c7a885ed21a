import { UraError } from '../../errors.js';

/** `next` of a page: opaque to clients, in fact the id of its last entry. */
export function encodeCursor(id: string): string {
  return Buffer.from(id).toString('base64url');
}

/** @throws {UraError} `invalid-request` for what was never given as `next`. */
export function decodeCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString();
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return id;
  throw new UraError('invalid-request', 'The fields named in errors are not valid.', {
    errors: [{ pointer: '/query/after', code: 'cursor', detail: 'is not a value that was given as next' }],
  });
}
