import type { RefusalCode } from '../../../src/signing/refusals.js';
import { swap, type TextChange, textVectors, type Vector } from './vector.js';

/** A signed element of the valid message, and what the attacker puts into its place. */
interface Target {
  readonly name: string;
  readonly element: RegExp;
  readonly forge: (signed: string) => string;
  /** Codes that differ with the place of the element. */
  readonly codes: {
    readonly sibling: RefusalCode;
    readonly nested: RefusalCode;
    readonly sameId: RefusalCode;
  };
}

const targets: readonly Target[] = [
  {
    name: 'Body',
    element: /<soap:Body .*<\/soap:Body>/,
    forge: (signed) => swap(signed, '100', '666'),
    codes: {
      sibling: 'structure-envelope-content',
      nested: 'signature-reference-target',
      sameId: 'id-repeated',
    },
  },
  {
    name: 'Timestamp',
    element: /<wsu:Timestamp .*<\/wsu:Timestamp>/,
    forge: (signed) => signed.replaceAll(/>20\d\d-/g, '>2099-'),
    codes: {
      sibling: 'structure-security-content',
      nested: 'signature-reference-target',
      sameId: 'id-repeated',
    },
  },
  {
    name: 'wsa:To',
    element: /<wsa:To .*<\/wsa:To>/,
    forge: (signed) => swap(signed, 'https://gateway.example', 'https://attacker.example'),
    codes: { sibling: 'structure-header', nested: 'signature-reference-target', sameId: 'id-repeated' },
  },
  {
    name: 'wsa:MessageID',
    element: /<wsa:MessageID .*<\/wsa:MessageID>/,
    forge: (signed) => swap(signed, '000000000002', '000000000666'),
    codes: { sibling: 'structure-header', nested: 'signature-reference-target', sameId: 'id-repeated' },
  },
];

const wrapper = (content: string) => `<x:Wrapper xmlns:x="urn:x">${content}</x:Wrapper>`;
const withoutId = (element: string) => swap(element, / wsu:Id="[^"]*"/, '');
const withOtherId = (element: string) => swap(element, / wsu:Id="[^"]*"/, ' wsu:Id="other"');

function of({ name, element, forge, codes }: Target): TextChange[] {
  const cut = (text: string) => {
    const signed = element.exec(text)?.[0];
    if (signed === undefined) throw new Error(`No ${name} in the message.`);
    return signed;
  };
  /** Puts the forged element in place of the signed one and the signed one somewhere else. */
  const moved = (text: string, forged: string, before: string | RegExp, wrapped: string) => {
    const replaced = swap(text, cut(text), forged);
    const at = replaced.match(before)?.[0] ?? '';
    return swap(replaced, before, wrapped + at);
  };
  const forged = (text: string) => withoutId(forge(cut(text)));
  const change = (label: string, code: RefusalCode, make: (text: string) => string): TextChange => [
    `${label} ${name}`,
    code,
    make,
  ];
  return [
    change('XSW1 in Header/Wrapper, forged without id:', 'structure-header', (text) =>
      moved(text, forged(text), '</soap:Header>', wrapper(cut(text))),
    ),
    change('XSW1b in Header/Wrapper, forged with another id:', 'structure-header', (text) =>
      moved(text, withOtherId(forge(cut(text))), '</soap:Header>', wrapper(cut(text))),
    ),
    change('XSW2 in ds:Object:', 'signature-structure', (text) =>
      moved(text, forged(text), '</ds:Signature>', `<ds:Object>${cut(text)}</ds:Object>`),
    ),
    change('XSW3 forged sibling before:', codes.sibling, (text) =>
      swap(text, cut(text), forged(text) + cut(text)),
    ),
    change('XSW3b forged sibling after:', codes.sibling, (text) =>
      swap(text, cut(text), cut(text) + forged(text)),
    ),
    change('XSW4 nested in the forged:', codes.nested, (text) =>
      swap(
        text,
        cut(text),
        forged(text).replace(/<\/[^<>]*>$/, (end) => cut(text) + end),
      ),
    ),
    change('XSW4b nested in the forged, both with the id:', codes.sameId, (text) =>
      swap(
        text,
        cut(text),
        forge(cut(text)).replace(/<\/[^<>]*>$/, (end) => cut(text) + end),
      ),
    ),
    change('XSW5 inside wsse:Security:', 'structure-security-content', (text) =>
      moved(text, forged(text), '</wsse:Security>', cut(text)),
    ),
    change('XSW6 in a trailer:', 'structure-envelope-content', (text) =>
      moved(text, forged(text), '</soap:Envelope>', wrapper(cut(text))),
    ),
    change('XSW7 the whole Envelope in the Header:', 'structure-header', (text) =>
      swap(swap(text, cut(text), forged(text)), '</soap:Header>', `${text}</soap:Header>`),
    ),
    change(
      'XSW8 first child of Header:',
      name === 'Body' || name === 'Timestamp' ? 'structure-header' : codes.sibling,
      (text) => swap(swap(text, cut(text), forged(text)), '<soap:Header>', `<soap:Header>${cut(text)}`),
    ),
    change('changed in place:', 'digest-value', (text) => swap(text, cut(text), forge(cut(text)))),
    change('signed element moved into the signed ReplyTo:', 'signature-reference-target', (text) =>
      moved(text, forged(text), '</wsa:ReplyTo>', cut(text)),
    ),
  ];
}

/** XML signature wrapping, the eight classic ways, for each part that decides what a message means. */
export const wrapping: readonly Vector[] = textVectors('Wrapping', targets.flatMap(of));
