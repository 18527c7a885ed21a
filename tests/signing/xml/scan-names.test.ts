import assert from 'node:assert/strict';
import { assertAll, outcome } from './scan-outcome.js';

describe('scanning references, names and declarations', () => {
  it('takes references to every character of XML 1.0, and to nothing else', () => {
    const taken = [
      ...['&#9;', '&#xA;', '&#xd;', '&#x20;', '&#32;', '&#xD7FF;', '&#xE000;', '&#xFFFD;', '&#x10000;'],
      ...['&#x10FFFF;', '&#1114111;', '&#x00000000000000000000041;', `&#${'0'.repeat(500)}65;`],
      ...['&amp;', '&lt;', '&gt;', '&quot;', '&apos;', '&#xabcdef;'.replace('abcdef', 'aBcD')],
    ];
    const refused = [
      ...['&#0;', '&#x0;', '&#8;', '&#xB;', '&#12;', '&#14;', '&#x1F;', '&#31;', '&#xD800;', '&#xDFFF;'],
      ...['&#xFFFE;', '&#xFFFF;', '&#x110000;', '&#1114112;', `&#${'9'.repeat(400)};`, '&#x1000000000041;'],
      ...['&#;', '&#x;', '&#X41;', '&#65', '&#x41', '&#6a;', '&#4/;', '&#4:;', '&#x4@;', '&#x4G;', '&#x4`;'],
      ...['&#x4g;', '&# 65;', '&#-65;', '&#65 ;', '&;', '&', '&amp', '&AMP;', '& amp;', '&amp ;', '&am;'],
      ...['&ampx;', '&nbsp;', '&#x4/;', '&#x4:;'],
    ];
    for (const around of [(one: string) => `<a>${one}</a>`, (one: string) => `<a x="${one}"/>`]) {
      assertAll(taken, 'taken', around);
      assertAll(refused, 'xml-malformed', around);
    }
  });

  it('takes names as XML 1.0 and its namespaces write them, and no others', () => {
    const taken = [
      ...[
        'a',
        'Z',
        '_',
        'a-',
        'a.',
        'a0',
        'a_',
        'é',
        'aé',
        'a·',
        'a\u0300',
        'a\u203f',
        'a\u2040',
        '\u{10000}',
      ],
      ...['\u{effff}', '\u00c0', '\u02ff', '\u0370', '\u037f', '\u1fff', '\u200c', '\u2070', '\u3001', 'p:a'],
      ...['p:é', 'p:_', 'xml:lang', 'p:A', 'p:z', 'p:Z'],
    ];
    const malformed = [
      ...[
        '-a',
        '.a',
        '0a',
        '\u00b7a',
        '\u0300a',
        '\u00d7',
        '\u00f7',
        '\u037e',
        '\u2000',
        '\u{f0000}',
        'a\u00d7',
      ],
      ...['a\u{f0000}', '', ' a', '!', 'a!', 'a\u2028', 'a@', 'a[', 'a`', 'a{', '@', '[', '`', '{', '/'],
    ];
    const badNames = [':a', 'a:', ':', 'p:a:b', 'p::a', 'p:1', 'p:-', 'p:.', 'p:·', 'p:\u0300a'];
    const element = (name: string) => `<r xmlns:p="urn:p"><${name}></${name}></r>`;
    const attribute = (name: string) => `<r xmlns:p="urn:p" ${name}="1"/>`;
    assertAll(taken, 'taken', element);
    assertAll(taken, 'taken', attribute);
    for (const around of [element, attribute]) {
      const wrong = malformed.filter((one) => around === element || one !== ' a');
      for (const one of wrong) assert.match(outcome(around(one)), /^xml-(malformed|comment)$/, one);
      assertAll(badNames, 'xml-namespace', around);
    }
  });

  it('takes the declarations of XML 1.0 in UTF-8, and no others', () => {
    const taken = [
      ...[
        '<?xml version="1.0"?>',
        "<?xml version='1.0'?>",
        '<?xml\tversion = "1.0" ?>',
        '<?xml version="1.0"\r\n?>',
      ],
      ...[
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<?xml version='1.0' encoding = 'utf-8' standalone='yes'?>",
      ],
      ...[
        '<?xml version="1.0" standalone="no"?>',
        '<?xml version="1.0"\nencoding="Utf-8"\nstandalone="no"?>',
      ],
    ];
    const refused = [
      ...['<?xml?>', '<?xml ?>', '<?xml version="1.1"?>', '<?xml version="1.0\'?>', '<?xml version=1.0?>'],
      ...[
        '<?xml version="1.0" encoding="utf-16"?>',
        '<?xml version="1.0"encoding="utf-8"?>',
        '<?xml version="1.0" >',
      ],
      ...[
        '<?xml version="1.0" encoding="utf-8" standalone="maybe"?>',
        '<?xml encoding="utf-8"?>',
        '<?xml version="1x0"?>',
      ],
      ...[
        '<?xml version="1.0" standalone="no" encoding="utf-8"?>',
        '<?xml version="1.0"encoding="utf-8"standalone="no"?>',
      ],
      ...['<?xml version="1.0" encoding="utf-8"standalone="no"?>', '<?xml version="1.0" version="1.0"?>'],
    ];
    const declared = (one: string) => `${one}<a/>`;
    assertAll(taken, 'taken', declared);
    assertAll(refused, 'xml-declaration', declared);
    for (const instruction of [
      '<?xmlx version="1.0"?>',
      '<?xml-stylesheet a?>',
      '<?x?>',
      ' <?xml version="1.0"?>',
    ]) {
      assert.equal(outcome(declared(instruction)), 'xml-processing-instruction', instruction);
    }
  });

  it('takes declarations that have a canonical form, and no others', () => {
    const taken = [
      ...['xmlns=""', 'xmlns="urn:a"', 'xmlns:p="urn:a"', 'xmlns:p="http://x/?a=1;b=2"', "xmlns:p='urn:a'"],
      ...['xmlns:xml="http://www.w3.org/XML/1998/namespace"', 'xmlns:p="a+b-1.c:"', 'xmlns:p="Z:"'],
    ];
    const refused = [
      ...[
        'xmlns:p=""',
        'xmlns="a"',
        'xmlns:p="a"',
        'xmlns:p="1a:b"',
        'xmlns:p="urn:a b"',
        'xmlns:p=" urn:a"',
      ],
      ...[
        'xmlns:p="urn:a&#9;"',
        'xmlns:p="urn:&amp;"',
        'xmlns:p="urn:&lt;"',
        'xmlns:p="urn:>"',
        "xmlns:p='urn:\"'",
      ],
      ...[
        'xmlns:xmlns="urn:a"',
        'xmlns="http://www.w3.org/2000/xmlns/"',
        'xmlns:p="http://www.w3.org/2000/xmlns/"',
      ],
      ...['xmlns:p="http://www.w3.org/XML/1998/namespace"', 'xmlns="http://www.w3.org/XML/1998/namespace"'],
      ...['xmlns:xml="urn:a"', 'xmlns:="urn:a"', 'xmlns:p="/a:b"', 'xmlns:p="a_b:c"'],
    ];
    const declared = (one: string) => `<a ${one}/>`;
    assertAll(taken, 'taken', declared);
    assertAll(refused, 'xml-namespace', declared);
  });
});
