import { compareCodePoints } from './canonical-order.js';
import { bytesOfText, isAsciiText } from './decode-text.js';
import { escapeAttribute } from './escape.js';
import { knownNamespace } from './names.js';
import type { NamespaceDeclaration } from './tree.js';

/** Namespace declarations as canonical XML writes them. */
export interface WrittenDeclarations {
  readonly declarations: readonly NamespaceDeclaration[];
  /** In the order of their prefixes, one character for each byte. */
  readonly bytes: string;
  readonly isAscii: boolean;
}

/** The parts of every message need the same few lists. */
const usual: WrittenDeclarations[] = [];
const mostUsual = 16;
let oldest = 0;

const nothing: WrittenDeclarations = { declarations: [], bytes: '', isAscii: true };

/** @param from of the first declaration in the list that is to be written. */
export function writeDeclarations(list: readonly NamespaceDeclaration[], from: number): WrittenDeclarations {
  if (list.length === from) return nothing;
  for (const written of usual) if (areSame(written.declarations, list, from)) return written;
  const declarations = list.slice(from);
  let bytes = '';
  for (const { prefix, uri } of [...declarations].sort(byPrefix)) {
    bytes += prefix === '' ? ' xmlns="' : ` xmlns:${bytesOfText(prefix)}="`;
    bytes += `${bytesOfText(escapeAttribute(uri))}"`;
  }
  const written = { declarations, bytes, isAscii: isAsciiText(bytes) };
  // Other names can be pieces of a message, which would then stay in memory.
  if (declarations.every(({ prefix, uri }) => prefix.length < 13 && knownNamespace(uri) === uri)) {
    usual[oldest] = written;
    oldest = (oldest + 1) % mostUsual;
  }
  return written;
}

function areSame(
  known: readonly NamespaceDeclaration[],
  list: readonly NamespaceDeclaration[],
  from: number,
): boolean {
  if (known.length !== list.length - from) return false;
  for (let i = 0; i < known.length; i++) {
    const a = known[i] as NamespaceDeclaration;
    const b = list[from + i] as NamespaceDeclaration;
    if (a.prefix !== b.prefix || a.uri !== b.uri) return false;
  }
  return true;
}

function byPrefix(a: NamespaceDeclaration, b: NamespaceDeclaration): number {
  return compareCodePoints(a.prefix, b.prefix);
}
