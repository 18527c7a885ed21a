import { closedTemplate } from './closed-template.js';
import { coverage } from './coverage.js';
import { exchange } from './exchange.js';
import { ids } from './ids.js';
import { keyInfo } from './key-info.js';
import { keyMisuse } from './key-misuse.js';
import { keySelection } from './key-selection.js';
import { keys } from './keys.js';
import { signatureGrammar } from './signature-grammar.js';
import { size } from './size.js';
import { textAndParser } from './text-and-parser.js';
import type { Vector } from './vector.js';
import { wrapping } from './wrapping.js';

/** The whole table, row by row. */
export const vectors: readonly Vector[] = [
  ...wrapping,
  ...ids,
  ...textAndParser,
  ...signatureGrammar,
  ...keyMisuse,
  ...closedTemplate,
  ...keySelection,
  ...coverage,
  ...keyInfo,
  ...keys,
  ...exchange,
  ...size,
];
