import { swap, textVectors, type Vector } from './vector.js';

const inBody = (attribute: string) => (text: string) => swap(text, '<t:note>', `<t:note ${attribute}>`);

export const ids: readonly Vector[] = textVectors('Ids', [
  ['duplicate wsu:Id', 'id-repeated', inBody('wsu:Id="ura-body"')],
  ['the same value as Id', 'id-repeated', inBody('Id="ura-body"')],
  ['the same value as ID', 'id-repeated', inBody('ID="ura-body"')],
  ['the same value as id', 'id-repeated', inBody('id="ura-timestamp"')],
  ['the same value as xml:id', 'id-repeated', inBody('xml:id="ura-to"')],
  ['the same value as foo:Id', 'id-repeated', inBody('foo:Id="ura-body" xmlns:foo="urn:foo"')],
  [
    'the same value in the Signature',
    'id-repeated',
    (text) => swap(text, '<ds:SignedInfo>', '<ds:SignedInfo Id="ura-body">'),
  ],
  ['the same value twice inside the Body', 'id-repeated', inBody('id="a"><t:x id="a"/></t:note><t:note')],
  ['an id named __proto__', 'id-reserved', inBody('id="__proto__"')],
  ['an id named constructor', 'id-reserved', inBody('id="constructor"')],
  [
    'a Reference to a missing id',
    'signature-reference-target',
    (text) => swap(text, 'URI="#ura-body"', 'URI="#nobody"'),
  ],
  [
    'a Reference to an id inside the Body',
    'signature-reference-target',
    (text) => swap(inBody('wsu:Id="in"')(text), 'URI="#ura-body"', 'URI="#in"'),
  ],
  ...[
    'xura-body',
    'ura-body',
    '#xura-body',
    '#x#ura-body',
    '##ura-body',
    '#ura-bod',
    '#URA-BODY',
    '#ura-body#',
  ].map((uri): Parameters<typeof textVectors>[1][number] => [
    `a URI ${uri}`,
    'signature-reference-target',
    (text) => swap(text, 'URI="#ura-body"', `URI="${uri}"`),
  ]),
  ['an empty URI', 'signature-reference-target', (text) => swap(text, 'URI="#ura-body"', 'URI=""')],
  ['a Reference without URI', 'signature-reference-target', (text) => swap(text, ' URI="#ura-body"', '')],
  [
    'an external URI',
    'signature-reference-target',
    (text) => swap(text, 'URI="#ura-body"', 'URI="http://127.0.0.1:9/x"'),
  ],
  [
    'an XPointer URI',
    'signature-reference-target',
    (text) => swap(text, 'URI="#ura-body"', `URI="#xpointer(id('ura-body'))"`),
  ],
  [
    'a part that bears Id instead of wsu:Id',
    'signature-reference-target',
    (text) => swap(text, 'wsu:Id="ura-body"', 'Id="ura-body"'),
  ],
  [
    'two References to one part',
    'signature-reference-repeated',
    (text) => swap(text, 'URI="#ura-body"', 'URI="#ura-to"'),
  ],
]);
