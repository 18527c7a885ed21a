import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { civilDefinition, civilNamespace } from '../../../adapters/civil/definition.js';
import { compileXsd, type XsdValidation } from '../../../adapters/soap/xsd-validation.js';

describe('compileXsd', () => {
  let xsd: XsdValidation;
  before(() => {
    xsd = compileXsd(civilDefinition().xsdPath);
  });
  after(() => xsd.dispose());

  function fault(content: string, attributes = ''): string[] {
    return xsd.validate(
      `<f:RegistryFault xmlns:f="${civilNamespace}"${attributes}>${content}</f:RegistryFault>`,
    );
  }

  it('finds nothing in a valid element', () => {
    assert.deepEqual(fault('<f:Code>BUSY</f:Code><f:Message>Më vonë</f:Message>'), []);
  });

  const xsi = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
  const place = '/f:RegistryFault';
  const vectors: readonly (readonly [string, string, string, readonly string[]])[] = [
    [
      'a value outside the list',
      '<f:Code>J00101999W</f:Code><f:Message>m</f:Message>',
      '',
      [`${place}/Code: enumeration`],
    ],
    ['a missing element', '<f:Code>BUSY</f:Code>', '', ['/RegistryFault: missing-element']],
    [
      'an element too many',
      '<f:Code>BUSY</f:Code><f:Message>m</f:Message><f:J00101999W/>',
      '',
      [`${place}/J00101999W: unexpected-element`],
    ],
    [
      'an attribute',
      '<f:Code>BUSY</f:Code><f:Message a="J00101999W">m</f:Message>',
      '',
      [`${place}/Message: unexpected-attribute`],
    ],
    [
      'text between elements',
      'J00101999W<f:Code>BUSY</f:Code><f:Message>m</f:Message>',
      '',
      ['/RegistryFault: unexpected-text'],
    ],
    [
      'elements in a text',
      '<f:Code>BUSY</f:Code><f:Message><f:Code/></f:Message>',
      '',
      [`${place}/Message: unexpected-text`, `${place}/Message: minLength`, `${place}/Message: pattern`],
    ],
    [
      'nil where it is not allowed',
      '<f:Code>BUSY</f:Code><f:Message xsi:nil="true"/>',
      xsi,
      [`${place}/Message: not-nillable`, `${place}/Message: minLength`, `${place}/Message: pattern`],
    ],
    [
      'another type',
      '<f:Code xsi:type="f:TextType">BUSY</f:Code><f:Message>m</f:Message>',
      xsi,
      [`${place}/Code: wrong-type`],
    ],
  ];
  for (const [what, content, attributes, expected] of vectors) {
    it(`names the place and the rule for ${what}, without the value`, () => {
      assert.deepEqual(fault(content, attributes), expected);
    });
  }

  it('refuses an element that the schema does not declare, and a type by its name', () => {
    assert.deepEqual(xsd.validate('<Other/>'), ['/Other: unknown-element']);
    assert.deepEqual(xsd.validate(`<NidType xmlns="${civilNamespace}">J00101999W</NidType>`), [
      '/NidType: unknown-element',
    ]);
  });

  it('refuses what is not well-formed', () => {
    const errors = xsd.validate('<a><b></a>');
    assert.ok(errors.length > 0);
  });

  it('does not load a file through an external entity', () => {
    const errors = xsd.validate(
      '<!DOCTYPE f [<!ENTITY e SYSTEM "file:///etc/hostname">]>' +
        `<f:RegistryFault xmlns:f="${civilNamespace}"><f:Code>BUSY</f:Code><f:Message>&e;</f:Message></f:RegistryFault>`,
    );
    assert.ok(errors.length > 0);
  });

  it('reports at most five errors', () => {
    const wrong = Array.from(
      { length: 40 },
      () => '<f:Member><f:RelationToHead>X</f:RelationToHead></f:Member>',
    );
    const errors = xsd.validate(
      `<f:GetFamilyCompositionResponse xmlns:f="${civilNamespace}"><f:Head/><f:Members>${wrong.join('')}</f:Members></f:GetFamilyCompositionResponse>`,
    );
    assert.equal(errors.length, 5);
  });

  it('does not compile a schema that needs another file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ura-xsd-'));
    const include = '<xs:include schemaLocation="other.xsd"/><xs:element name="a" type="T"/>';
    writeFileSync(
      join(folder, 'a.xsd'),
      `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">${include}</xs:schema>`,
    );
    writeFileSync(
      join(folder, 'other.xsd'),
      '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:simpleType name="T">' +
        '<xs:restriction base="xs:string"/></xs:simpleType></xs:schema>',
    );
    assert.throws(() => compileXsd(join(folder, 'a.xsd')));
    rmSync(folder, { recursive: true });
  });
});
