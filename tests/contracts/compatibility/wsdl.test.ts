import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Changes, type Direction } from '../../../contracts/compatibility/change.js';
import { compareWsdl } from '../../../contracts/compatibility/compare-wsdl.js';
import { presentContracts } from '../../../contracts/versions/present-contracts.js';
import { findPackageRoot } from '../../../src/package-root.js';

const root = findPackageRoot();
const folder = join(root, 'contracts', 'registries', 'civil');
const wsdl = readFileSync(join(folder, 'civil.wsdl'), 'utf8');
const xsd = readFileSync(join(folder, 'civil.xsd'), 'utf8');
const everybody: readonly Direction[] = ['request', 'answer'];

/** `[where, from, to]`: one replacement in one of the real files, which has to find its text. */
type Edit = readonly ['wsdl' | 'xsd', string | RegExp, string];

function judge(
  edits: readonly Edit[],
  directions: { sent: readonly Direction[]; got: readonly Direction[] } = { sent: everybody, got: everybody },
): { breaking: string[]; compatible: string[] } {
  const texts = { wsdl, xsd };
  for (const [where, from, to] of edits) {
    const edited = texts[where].replace(from, to);
    assert.notEqual(edited, texts[where], `${from} is not in the ${where}`);
    texts[where] = edited;
  }
  const changes = new Changes();
  compareWsdl(
    [Buffer.from(wsdl), Buffer.from(xsd)],
    [Buffer.from(texts.wsdl), Buffer.from(texts.xsd)],
    directions,
    changes,
  );
  const lines = (breaking: boolean) =>
    changes
      .list()
      .filter((each) => each.breaking === breaking)
      .map(({ pointer, text }) => `${pointer} ${text.replace(/: (what was|readers get).*$/, '')}`);
  return { breaking: lines(true), compatible: lines(false) };
}

const element = (name: string) => new RegExp(`<xs:element name="${name}">.*?\\n {2}</xs:element>`, 's');
const operation = (name: string) => new RegExp(`<wsdl:operation name="${name}">.*?</wsdl:operation>`, 's');

describe('compareWsdl', () => {
  const broken: readonly [string, readonly Edit[], string[]][] = [
    [
      'a removed operation',
      [['wsdl', operation('GetPerson'), '']],
      ['/operations/GetPerson operation GetPerson is gone'],
    ],
    [
      'another message of an operation',
      [['wsdl', 'input message="tns:GetPersonRequest"', 'input message="tns:GetCivilFactRequest"']],
      ['/operations/GetPerson/input operation GetPerson: input "GetPerson" became "GetCivilFact"'],
    ],
    [
      'another action',
      [['wsdl', 'v1/GetPerson"', 'v1/AskPerson"']],
      [
        '/operations/GetPerson/actions operation GetPerson: actions ' +
          '["urn:al:ura:registry:civil:v1/GetPerson","urn:al:ura:registry:civil:v1/GetPersonResponse","urn:al:ura:registry:civil:v1/Fault"] became ' +
          '["urn:al:ura:registry:civil:v1/AskPerson","urn:al:ura:registry:civil:v1/GetPersonResponse","urn:al:ura:registry:civil:v1/Fault"]',
      ],
    ],
    [
      'a removed element',
      [['xsd', element('RegistryFault'), '']],
      ['/elements/RegistryFault element RegistryFault is gone'],
    ],
    [
      'a removed child element',
      [['xsd', '<xs:element name="CivilStatus" type="CivilStatusType"/>', '']],
      ['/elements/GetPersonResponse/properties/CivilStatus member CivilStatus is gone'],
    ],
    [
      'a new required element',
      [
        [
          'xsd',
          '<xs:element name="Sex"',
          '<xs:element name="Height" type="xs:integer"/><xs:element name="Sex"',
        ],
      ],
      ['/types/PersonType new required member Height'],
    ],
    [
      'an element that need not be there any more',
      [['xsd', '<xs:element name="Sex" ', '<xs:element name="Sex" minOccurs="0" ']],
      ['/types/PersonType member is not required any more: Sex'],
    ],
    [
      'a changed type',
      [['xsd', 'name="Citizenship" type="CountryType"', 'name="Citizenship" type="xs:integer"']],
      [
        '/types/PersonType/properties/Citizenship type xs:string became xs:integer',
        '/types/PersonType/properties/Citizenship pattern "[A-Z]{3}" became (absent)',
      ],
    ],
    [
      'a changed pattern of a type',
      [['xsd', '<xs:pattern value="[0-9]{4}"/>', '<xs:pattern value="[0-9]{5}"/>']],
      ['/types/PostCodeType pattern "[0-9]{4}" became "[0-9]{5}"'],
    ],
    [
      'a value more, which old readers do not know',
      [
        [
          'xsd',
          '<xs:enumeration value="BOOK"/>',
          '<xs:enumeration value="BOOK"/><xs:enumeration value="TAPE"/>',
        ],
      ],
      ['/types/SourceType value "TAPE" is new'],
    ],
    [
      'fewer repetitions',
      [['xsd', 'maxOccurs="50"', 'maxOccurs="40"']],
      ['/elements/GetFamilyCompositionResponse/properties/Members/properties/Member maxItems 50 became 40'],
    ],
    [
      'another order of elements',
      [
        [
          'xsd',
          '<xs:element name="GivenName" type="NameType"/>',
          '<xs:element name="Swap" type="NameType"/>',
        ],
        [
          'xsd',
          '<xs:element name="FamilyName" type="NameType"/>',
          '<xs:element name="GivenName" type="NameType"/>',
        ],
        [
          'xsd',
          '<xs:element name="Swap" type="NameType"/>',
          '<xs:element name="FamilyName" type="NameType"/>',
        ],
      ],
      [
        '/types/PersonType the order Nid, GivenName, FamilyName, PatronymicName, Sex, DateOfBirth, PlaceOfBirth, DateOfDeath, Citizenship, Domicile ' +
          'became Nid, FamilyName, GivenName, PatronymicName, Sex, DateOfBirth, PlaceOfBirth, DateOfDeath, Citizenship, Domicile',
      ],
    ],
    [
      'a wildcard, which is kept word for word',
      [
        [
          'xsd',
          '<xs:element name="Context" type="ContextType"/>',
          '<xs:element name="Context" type="ContextType"/><xs:any/>',
        ],
      ],
      ['/elements/GetPerson other (absent) became [{"any":{},"children":[]}]'],
    ],
  ];
  for (const [what, edits, expected] of broken)
    it(`names ${what}`, () => assert.deepEqual(judge(edits).breaking, expected));

  it('names another version of SOAP and another namespace', () => {
    assert.match(
      judge([['wsdl', 'style="document" transport', 'style="rpc" transport']]).breaking.join(),
      /^\/bindings\/CivilRegistryBinding\/binding /,
    );
    assert.match(
      judge([
        [
          'xsd',
          'targetNamespace="urn:al:ura:registry:civil:v1"',
          'targetNamespace="urn:al:ura:registry:civil:v2"',
        ],
      ]).breaking.join(),
      /^\/namespaces /,
    );
  });

  it('lets a new optional element and a new operation pass, and lists them', () => {
    const optional = judge([
      [
        'xsd',
        '<xs:element name="Sex"',
        '<xs:element name="Height" type="xs:integer" minOccurs="0"/><xs:element name="Sex"',
      ],
    ]);
    assert.deepEqual(optional, {
      breaking: [],
      compatible: ['/types/PersonType/properties/Height member Height is new'],
    });
    const more = judge([
      [
        'wsdl',
        '<wsdl:portType name="CivilRegistryPort">',
        '<wsdl:portType name="CivilRegistryPort"><wsdl:operation name="Ping"/>',
      ],
    ]);
    assert.deepEqual(more, { breaking: [], compatible: ['/operations/Ping operation Ping is new'] });
  });

  it('judges requests and answers of the own interface by their direction', () => {
    const clients = { sent: ['request'] as const, got: ['answer'] as const };
    const wider: Edit = [
      'xsd',
      '<xs:enumeration value="DEATH"/>',
      '<xs:enumeration value="DEATH"/><xs:enumeration value="NAME"/>',
    ];
    // FactKindType stands in the request and in the answer: only the answer is hurt.
    assert.deepEqual(judge([wider], clients).breaking, ['/types/FactKindType value "NAME" is new']);
    const lessRequired: Edit = [
      'xsd',
      '<xs:element name="FactKind" type="FactKindType"/>',
      '<xs:element name="FactKind" type="FactKindType" minOccurs="0"/>',
    ];
    assert.deepEqual(judge([lessRequired], clients).breaking, []);
    assert.equal(judge([lessRequired]).breaking.length, 1);
  });

  it('reads every WSDL that there is, and knows its types by the prefix xs', () => {
    const contracts = presentContracts(root).filter(({ kind }) => kind === 'wsdl');
    assert.ok(contracts.length >= 2);
    for (const { id, files } of contracts) {
      const bytes = files.map((file) => file.bytes);
      const changes = new Changes();
      compareWsdl(bytes, bytes, { sent: everybody, got: everybody }, changes);
      assert.deepEqual(changes.list(), [], id);
      const schemas = bytes.map(String).filter((text) => text.includes('<xs:schema'));
      assert.ok(schemas.length > 0, id);
      for (const text of bytes.map(String))
        assert.doesNotMatch(text, /xmlns:(?!xs=)\w+="http:\/\/www\.w3\.org\/2001\/XMLSchema"/, id);
    }
  });
});
