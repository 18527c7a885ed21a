import type { RefusalCode } from '../../../src/signing/refusals.js';
import { swap, type TextChange, textVectors, type Vector } from './vector.js';

const nest = (depth: number) => '<t:d>'.repeat(depth) + '</t:d>'.repeat(depth);
const inHeader = (content: string) => (text: string) =>
  swap(text, '<soap:Header>', `<soap:Header>${content}`);
const inBody = (content: string) => (text: string) => swap(text, '<t:note>', `${content}<t:note>`);
const many = (count: number, make: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => make(i)).join('');

const changes: readonly (readonly [string, RefusalCode, (text: string) => string])[] = [
  ['depth 5,000 in Body', 'xml-too-deep', inBody(nest(5000))],
  ['depth 5,000 in Header', 'xml-too-deep', inHeader(nest(5000).replaceAll('t:d', 'd'))],
  [
    '5,000 namespaces on one element',
    'xml-too-many-attributes',
    inBody(`<t:n ${many(5000, (i) => `xmlns:n${i}="urn:${i}" `)}/>`),
  ],
  [
    '5,000 namespaces on 5,000 elements',
    'xml-too-many-namespaces',
    inBody(many(5000, (i) => `<n${i}:n xmlns:n${i}="urn:${i}"/>`)),
  ],
  [
    '120 namespaces in force at one place',
    'xml-too-many-namespaces',
    inBody(
      `<t:n ${many(60, (i) => `xmlns:n${i}="urn:${i}" `)}><t:n ${many(60, (i) => `xmlns:m${i}="urn:${i}" `)}/></t:n>`,
    ),
  ],
  [
    '10,000 attributes on one element',
    'xml-too-many-attributes',
    inBody(`<t:n ${many(10_000, (i) => `a${i}="" `)}/>`),
  ],
  [
    '25,000 attributes on many elements',
    'xml-too-many-attributes',
    inBody(many(500, () => `<t:n ${many(50, (i) => `a${i}="" `)}/>`)),
  ],
  ['5 MB text', 'xml-too-large', inBody('x'.repeat(5 * 1024 * 1024))],
  ['2 MB in one text', 'xml-text-too-long', inBody('x'.repeat(1_950_000))],
  ['100 KB in one attribute', 'xml-attribute-too-long', inBody(`<t:n a="${'x'.repeat(100_000)}"/>`)],
  ['50,000 elements', 'xml-too-many-elements', inBody('<t:e/>'.repeat(50_000))],
  ['100,000 <', 'xml-too-many-elements', inBody('<'.repeat(100_000))],
  ['30,000 <', 'xml-malformed', inBody('<'.repeat(30_000))],
  ['<!-- times 60,000', 'xml-comment', inBody('<!--'.repeat(60_000))],
  ['<? times 60,000', 'xml-processing-instruction', inBody('<?'.repeat(60_000))],
  ['& times 100,000', 'xml-malformed', inBody('&'.repeat(100_000))],
  ['100,000 " in one tag', 'xml-malformed', inBody(`<t:n ${'"'.repeat(100_000)}/>`)],
  [
    'name of 1 MB that never ends',
    'xml-malformed',
    (text) => `${text.slice(0, 500)}<${'n'.repeat(1_000_000)}`,
  ],
  [
    'entity of 1 MB that never ends',
    'xml-malformed',
    (text) => `${text.slice(0, 500)}>&${'n'.repeat(1_000_000)}`,
  ],
];

export const size: readonly Vector[] = textVectors('Size', changes as readonly TextChange[]);
