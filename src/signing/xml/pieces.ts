import { decodeText } from './decode-text.js';

/** A stretch of canonical XML: UTF-8, or a string where all of it is ASCII, which is hashed as fast. */
export type Piece = Buffer | string;

export function textOfPieces(pieces: readonly Piece[]): string {
  let text = '';
  for (const piece of pieces) text += typeof piece === 'string' ? piece : decodeText(piece);
  return text;
}

/** One for all: each new one would have to be given back by another thread. */
const scratch = Buffer.allocUnsafeSlow(65_536);

/**
 * All pieces in one.
 *
 * @param pieces strings with one character for each byte.
 * @returns bytes that are good until the next call, and may not be written to.
 */
export function passingBytes(pieces: readonly Piece[]): Buffer {
  const [only] = pieces;
  if (pieces.length === 1 && only instanceof Buffer) return only;
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const bytes = length <= scratch.length ? scratch.subarray(0, length) : Buffer.allocUnsafe(length);
  let at = 0;
  for (const piece of pieces) {
    at += typeof piece === 'string' ? bytes.write(piece, at, 'latin1') : piece.copy(bytes, at);
  }
  return bytes;
}
