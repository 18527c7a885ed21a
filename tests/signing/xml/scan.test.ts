import assert from 'node:assert/strict';
import { SignatureRefused } from '../../../src/signing/refusals.js';
import { canonicalize } from '../../../src/signing/xml/c14n.js';
import { parseXml, parseXmlText } from '../../../src/signing/xml/parse.js';
import { childElements, textOf, type XmlElement } from '../../../src/signing/xml/tree.js';

/** `taken`, or the code of the refusal. */
function outcome(xml: string | Uint8Array): string {
  try {
    parseXml(typeof xml === 'string' ? Buffer.from(xml) : xml);
    return 'taken';
  } catch (error) {
    return error instanceof SignatureRefused ? error.code : String(error);
  }
}

const lines = (list: readonly string[], around: (one: string) => string = (one) => one) =>
  Object.fromEntries(list.map((one) => [one, outcome(around(one))]));
const all = (list: readonly string[], expected: string) =>
  Object.fromEntries(list.map((one) => [one, expected]));

describe('scanning a document', () => {
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
      assert.deepEqual(lines(taken, around), all(taken, 'taken'));
      assert.deepEqual(lines(refused, around), all(refused, 'xml-malformed'));
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
    assert.deepEqual(lines(taken, element), all(taken, 'taken'));
    assert.deepEqual(lines(taken, attribute), all(taken, 'taken'));
    for (const around of [element, attribute]) {
      const wrong = malformed.filter((one) => around === element || one !== ' a');
      for (const one of wrong) assert.match(outcome(around(one)), /^xml-(malformed|comment)$/, one);
      assert.deepEqual(lines(badNames, around), all(badNames, 'xml-namespace'));
    }
  });

  it('takes tags as XML 1.0 writes them, and no others', () => {
    const taken = [
      ...['<a/>', '<a />', '<a\t\n\r />', '<a></a>', '<a ></a >', '<a></a\t\n>', '<a x="1"/>', "<a x='1' />"],
      ...[
        '<a x = "1"/>',
        '<a x\n=\t"1"/>',
        '<a\nx="1"\ty="2"></a>',
        '<a x="\'"/>',
        "<a x='\"'/>",
        '<a x=""/>',
      ],
      ...[
        '<a x=">"/>',
        '<a x="/>"/>',
        ' <a/>',
        '\n<a/>\t\n ',
        '<a>></a>',
        '<a>]]</a>',
        '<a>]>]</a>',
        '<a>]></a>',
        '<a>x]></a>',
      ],
      ...['<a>]] ></a>', '<a>"\'</a>', '<a x="&#9;\t\n\r"/>', '<a>\t\n\r</a>', '<a p="" q=""/>'],
    ];
    const malformed = [
      ...[
        '',
        ' ',
        '<',
        '<a',
        '<a>',
        '<a x',
        '<a x=',
        '<a x="',
        '<a x="1"',
        '<a/',
        '<a></',
        '<a></a',
        '<a></a ',
      ],
      ...[
        '<a></b>',
        '<a></aa>',
        '<aa></a>',
        '<a></ a>',
        '<a></a x="1">',
        '<a></a/>',
        '<a/ >',
        '<a / >',
        '<a//>',
      ],
      ...[
        '<a/x>',
        '<a x="1"y="2"/>',
        '<a x=1/>',
        '<a x="1/>',
        '<a x=\'1"/>',
        '<a x/>',
        '<a x y="1"/>',
        '<a ="1"/>',
      ],
      ...[
        '<a x=="1"/>',
        '<a x="<"/>',
        '<a>]]></a>',
        '<a>x]]>y</a>',
        '<a>]]]></a>',
        '< a/>',
        '<a/><b/>',
        '<a/>x',
      ],
      ...[
        'x<a/>',
        '<a></a></a>',
        '<a><b></a></b>',
        '<a>\0</a>',
        '<a>\u0001</a>',
        '<a>\u001f</a>',
        '<a x="\u0001"/>',
      ],
      ...[
        '<a>\ufffe</a>',
        '<a>\uffff</a>',
        '<a x="\ufffe"/>',
        '<a x="\uffff"/>',
        '<a x="1" x="2"/>',
        '<a\u000b/>',
      ],
      ...['<a\u00a0/>', '<a/>\0', '\0<a/>', '<a>&lt;b></b></a>', '<a>', '<a><b/>', '<a>text'],
      ...['xa/>', 'xa></a>', '<a x!"1"/>', '<a x;"1"/>', '<a x=&1&/>', '<a x=<1</>', '<a x=`1`/>'],
    ];
    assert.deepEqual(lines(taken), all(taken, 'taken'));
    assert.deepEqual(lines(malformed), all(malformed, 'xml-malformed'));
    for (const one of ['\ufffd', '\uffef', '\ufeff', '\uf000', '\ufdd0', '\u007f', '\u0085', '\u{1fffe}']) {
      assert.equal(outcome(`<a>x${one}</a>`), 'taken', JSON.stringify(one));
      assert.equal(outcome(`<a x="${one}"/>`), 'taken', JSON.stringify(one));
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
    assert.deepEqual(lines(taken, declared), all(taken, 'taken'));
    assert.deepEqual(lines(refused, declared), all(refused, 'xml-declaration'));
    for (const instruction of [
      '<?xmlx version="1.0"?>',
      '<?xml-stylesheet a?>',
      '<?x?>',
      ' <?xml version="1.0"?>',
    ]) {
      assert.equal(outcome(declared(instruction)), 'xml-processing-instruction', instruction);
    }
  });

  it('says which construct it met first', () => {
    for (const [xml, code, where] of [
      ['<a><?x?><!-- --></a>', 'xml-processing-instruction', 'offset 3'],
      ['<a><!-- --><?x?></a>', 'xml-comment', 'offset 3'],
      ['<a><![CDATA[x]]><?x?></a>', 'xml-cdata', 'offset 3'],
      ['<!DOCTYPE a><a/>', 'xml-doctype', 'offset 0'],
      ['<!DOCTYPE a><?x?><a/>', 'xml-doctype', 'offset 0'],
      ['<a><!ELEMENT a></a>', 'xml-malformed', 'offset 3'],
      ['<a><!-</a>', 'xml-malformed', 'offset 3'],
      ['<?xml version="1.0"?><a><!-- --></a>', 'xml-comment', 'offset 24'],
      ['<a x="!?">!?</a><b/>', 'xml-malformed', 'offset 16'],
    ] as const) {
      assert.throws(() => parseXmlText(xml), { code, where }, xml);
    }
  });

  it('refuses attributes that mean the same, and takes others', () => {
    const declared = 'xmlns:p="urn:1" xmlns:q="urn:1" xmlns:r="urn:2" xmlns="urn:1"';
    for (const [attributes, expected] of [
      ['p:x="" q:x=""', 'xml-malformed'],
      ['y="" p:x="" r:x="" q:x=""', 'xml-malformed'],
      ['p:x="" x="" q:x=""', 'xml-malformed'],
      ['x="" x=""', 'xml-malformed'],
      ['p:x="" r:x=""', 'taken'],
      ['p:x="" q:y=""', 'taken'],
      ['x="" p:x=""', 'taken'],
      ['p:x="" x=""', 'taken'],
    ] as const) {
      assert.equal(outcome(`<a ${declared} ${attributes}/>`), expected, attributes);
    }
    // The same name on different elements is no repetition, also when both stand in one parent.
    assert.equal(outcome('<a x=""><b x=""/><b x=""><c x=""/></b></a>'), 'taken');
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
    assert.deepEqual(lines(taken, declared), all(taken, 'taken'));
    assert.deepEqual(lines(refused, declared), all(refused, 'xml-namespace'));
  });

  it('knows what a prefix stands for at every place', () => {
    const root = parseXmlText(
      '<p:a xmlns:p="urn:1" p:x=""><p:b/><p:c xmlns:p="urn:2" p:x=""><p:d p:x=""/></p:c><p:e p:x=""/></p:a>',
    );
    const seen: string[] = [];
    const visit = (at: XmlElement) => {
      seen.push([at.local, at.namespace, ...at.attributes.map(({ namespace }) => namespace)].join(' '));
      for (const child of childElements(at)) visit(child);
    };
    visit(root);
    assert.deepEqual(seen, ['a urn:1 urn:1', 'b urn:1', 'c urn:2 urn:2', 'd urn:2 urn:2', 'e urn:1 urn:1']);
    assert.equal(outcome('<a><b xmlns:p="urn:p"/><p:c/></a>'), 'xml-namespace');
    assert.equal(outcome('<a><b xmlns:p="urn:p"></b><c p:x=""/></a>'), 'xml-namespace');
  });

  it('tells names apart of which one begins with the other', () => {
    const names = [...'abcdefghij'].flatMap((letter) =>
      Array.from({ length: 60 }, (_, i) => letter.repeat(60 - i)),
    );
    const root = parseXmlText(`<r>${names.map((name) => `<${name}/>`).join('')}</r>`);
    assert.deepEqual(
      childElements(root).map(({ local }) => local),
      names,
    );
  });

  it('finds the same attribute twice with any other between them', () => {
    const names = Array.from({ length: 40 }, (_, i) => `n${i}`);
    for (const one of names) {
      for (const other of names.filter((name) => name !== one)) {
        assert.equal(outcome(`<a ${one}="" ${other}="" ${one}=""/>`), 'xml-malformed', `${one} ${other}`);
      }
    }
  });

  it('gives elements and text in order, and no empty text', () => {
    const children = (xml: string) =>
      parseXmlText(xml).children.map((child) => (typeof child === 'string' ? child : child.local.length));
    assert.deepEqual(children('<a><b/></a>'), [1]);
    assert.deepEqual(children('<a><b/><cc></cc></a>'), [1, 2]);
    assert.deepEqual(children('<a>1<b/>2<cc/>3</a>'), ['1', 1, '2', 2, '3']);
    assert.deepEqual(children('<a></a>'), []);
    assert.deepEqual(children('<a />'), []);
  });

  it('tells two thousand names apart', () => {
    const names = Array.from({ length: 2_000 }, (_, i) => `n${i.toString(36).padStart(3, '0')}`);
    const root = parseXmlText(
      `<r>${names.map((name) => `<${name}/>`).join('')}${names.map((name) => `<${name}/>`).join('')}</r>`,
    );
    assert.deepEqual(
      childElements(root).map(({ local }) => local),
      [...names, ...names],
    );
  });
});

describe('scanning long text', () => {
  // Around the length from which text is searched in another way, and around four-byte words.
  const lengths = [0, 1, 2, 3, 4, 5, 100, 189, 190, 191, 192, 193, 194, 195, 196, 197, 198, 199, 400];

  it('finds everything that has to be rewritten, wherever it stands', () => {
    for (const [written, read, canonical] of [
      ['&amp;', '&', '&amp;'],
      ['&#65;', 'A', 'A'],
      ['&#13;', '\r', '&#xD;'],
      ['>', '>', '&gt;'],
      ['\r\n', '\n', '\n'],
      ['\r', '\n', '\n'],
      ['ë&#xeb;', 'ëë', 'ëë'],
      ['\uffef', '\uffef', '\uffef'],
      [']]', ']]', ']]'],
      ['\t\n', '\t\n', '\t\n'],
    ] as const) {
      for (const before of lengths) {
        for (const after of [0, 3, 300]) {
          const around = (middle: string) => `${'x'.repeat(before)}${middle}${'y'.repeat(after)}`;
          const root = parseXmlText(`<a>${around(written)}</a>`);
          assert.equal(textOf(root), around(read));
          assert.equal(canonicalize(root), `<a>${around(canonical)}</a>`);
        }
      }
    }
  });

  it('refuses everything that may not be there, wherever it stands and wherever the message lies in memory', () => {
    for (const wrong of ['\0', '\b', '\u000b', '\u001f', '\ufffe', '\uffff', ']]>', '&', '&x;']) {
      for (const before of lengths) {
        for (const [after, offset] of [
          [0, 0],
          [2, 1],
          [210, 2],
          [211, 3],
        ] as const) {
          const text = `<a>${'x'.repeat(before)}${wrong}${'y'.repeat(after)}</a>`;
          const memory = Buffer.alloc(Buffer.byteLength(text) + 8, 0x01);
          const length = memory.write(text, offset);
          const message = memory.subarray(offset, offset + length);
          assert.equal(outcome(message), 'xml-malformed', JSON.stringify([wrong, before, after, offset]));
          const honest = Buffer.from(message);
          honest.set(Buffer.alloc(Buffer.byteLength(wrong), 0x09), 3 + before);
          memory.set(honest, offset);
          assert.equal(outcome(memory.subarray(offset, offset + length)), 'taken');
        }
      }
    }
  });

  it('refuses a control character among any others', () => {
    for (const filler of ['A', 'x', ' ', '\n', '0', 'ë', '\u{10000}']) {
      for (let before = 0; before < 8; before++) {
        const text = (middle: string) => `<a>${filler.repeat(200 + before)}${middle}${filler.repeat(40)}</a>`;
        assert.equal(outcome(text('\u0001')), 'xml-malformed', JSON.stringify(filler));
        assert.equal(outcome(text('\u000b')), 'xml-malformed', JSON.stringify(filler));
        assert.equal(outcome(text('\t')), 'taken', JSON.stringify(filler));
      }
    }
  });

  it('looks for control characters in the text and nowhere else', () => {
    for (let length = 190; length < 210; length++) {
      for (const text of [
        'x'.repeat(length),
        `${'x'.repeat(length)}\n`,
        `${'x'.repeat(length)}\n${'y'.repeat(9)}`,
      ]) {
        assert.equal(outcome(`<?xml version="1.0"?>\r\n<a\r>${text}</a\r>`), 'taken', String(length));
        assert.equal(outcome(`<a>${text}<b\r/>${text}</a\r\n>\r`), 'taken', String(length));
      }
    }
  });

  it('reads values as they are meant', () => {
    for (const [written, read, canonical] of [
      ['"1\t2\n3\r4\r\n5"', '1 2 3 4 5', '1 2 3 4 5'],
      ['"&#9;&#10;&#13;"', '\t\n\r', '&#x9;&#xA;&#xD;'],
      [`'"'`, '"', '&quot;'],
      [`"'&quot;"`, `'"`, `'&quot;`],
      ['"&lt;&gt;>&amp;"', '<>>&', '&lt;>>&amp;'],
      ['"ë&#x10000;\u{10000}"', 'ë\u{10000}\u{10000}', 'ë\u{10000}\u{10000}'],
      ['"&#38;#38;"', '&#38;', '&amp;#38;'],
    ] as const) {
      const root = parseXmlText(`<a x=${written}></a>`);
      assert.equal(root.attributes[0]?.value, read, written);
      assert.equal(canonicalize(root), `<a x="${canonical}"></a>`, written);
    }
  });

  it('reads characters beyond ASCII wherever they stand', () => {
    for (const before of [0, 60, 63, 64, 65, 127, 128, 16_383, 16_384, 40_000]) {
      const text = `${'x'.repeat(before)}ë${'y'.repeat(before)}\u{10000}`;
      const root = parseXmlText(`<a é="ë">${text}<ë/>z</a>`);
      assert.deepEqual(
        root.children.map((child) => (typeof child === 'string' ? child : child.name)),
        [text, 'ë', 'z'],
      );
      const late = parseXmlText(
        `<a>${text}${'x'.repeat(before * 3)}<b>ë</b><c>${'x'.repeat(before)}ë</c></a>`,
      );
      assert.deepEqual(childElements(late).map(textOf), ['ë', `${'x'.repeat(before)}ë`]);
      const later = parseXmlText(`<a>${'x'.repeat(before * 3)}<b>${'y'.repeat(before)}ë</b></a>`);
      assert.deepEqual(childElements(later).map(textOf), [`${'y'.repeat(before)}ë`]);
      assert.equal(root.attributes[0]?.name, 'é');
      assert.equal(canonicalize(root), `<a é="ë">${text}<ë></ë>z</a>`);
    }
  });
});
