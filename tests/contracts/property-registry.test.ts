import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XmlDocument } from 'libxml2-wasm';
import soap from 'soap';
import { requestSchema } from '../../adapters/soap/simulator/request-schema.js';
import { findPackageRoot } from '../../src/package-root.js';

const folder = join(findPackageRoot(), 'contracts', 'registries', 'property');
const namespace = 'urn:al:ura:registry:property:v1';
const operations = [
  'GetOwnership',
  'GetPropertyCard',
  'RegisterProhibition',
  'GetExecution',
  'GetAnswer',
  'DeliverAnswer',
];

const context =
  '<Context><Purpose>social-housing</Purpose><LegalBasis>Ligji 22/2018, neni 18</LegalBasis><CaseId>C-1</CaseId>' +
  '<Requester><Organisation>Bashkia Divjakë</Organisation><Officer>elira.kola</Officer><Unit>OSS</Unit></Requester></Context>';
const quoted =
  '<RequestMessageId>urn:uuid:0190f3a1-7c00-7000-8000-000000000001</RequestMessageId><Ticket>T-1</Ticket>';
const property =
  '<Property><CadastralZone>8270</CadastralZone><PropertyNumber>8/638</PropertyNumber><Kind>HOUSE</Kind>' +
  '<AreaM2>98.50</AreaM2><Owners><Owner><Party><Name>Ana Hoxha</Name></Party><Share>1/1</Share></Owner></Owners>' +
  '<Encumbrances/><MunicipalityCode>53</MunicipalityCode></Property>';
const ownership = (properties: string) =>
  `<Ownership><Query><Nid>J00101999W</Nid></Query><Found>true</Found><Properties>${properties}</Properties>` +
  '<AsOf>2026-03-02T09:14:27Z</AsOf></Ownership>';

function message(name: string, content: string): string {
  return `<${name} xmlns="${namespace}">${content}</${name}>`;
}

describe('property registry contract', () => {
  it('is a WSDL that node-soap reads without the network: five operations of the registry, one of ours', async () => {
    const client = await soap.createClientAsync(join(folder, 'property.wsdl'));
    const described = client.describe() as Record<string, Record<string, Record<string, object>>>;
    const of = (name: string) => Object.keys(described[`${name}Service`]?.[`${name}Port`] ?? {});
    assert.deepEqual(of('PropertyRegistry'), operations.slice(0, 5));
    assert.deepEqual(of('PropertyAnswers'), operations.slice(5));
  });

  it('is SOAP 1.2, and names the action of every message', () => {
    const document = XmlDocument.fromBuffer(readFileSync(join(folder, 'property.wsdl')));
    const namespaces = {
      w: 'http://schemas.xmlsoap.org/wsdl/',
      s: 'http://schemas.xmlsoap.org/wsdl/soap12/',
    };
    const attributes = (path: string) => document.find(path, namespaces).map((node) => node.content);
    const actions = (part: string) =>
      attributes(`//w:portType/w:operation/w:${part}/@*[local-name()='Action']`);
    const named = (suffix = '') => operations.map((name) => `${namespace}/${name}${suffix}`);
    assert.deepEqual(attributes('//s:operation/@soapAction'), named());
    assert.deepEqual(actions('input'), named());
    assert.deepEqual(actions('output'), named('Response'));
    assert.deepEqual(
      actions('fault'),
      operations.map(() => `${namespace}/Fault`),
    );
    // node-soap finds a message by the name of its element only when the two are the same.
    const messages = document.find('//w:message', namespaces).length;
    const same = document.find("//w:message[concat('tns:', @name) = w:part/@element]", namespaces).length;
    assert.equal(same, messages);
    document.dispose();
  });

  describe('schema', () => {
    let isValid: (xml: string) => boolean;
    before(() => {
      isValid = requestSchema(join(folder, 'property.xsd'));
    });

    const accepted: [string, string][] = [
      ['ownership by NID', message('GetOwnership', `${context}<Nid>J00101999W</Nid>`)],
      ['ownership by NUIS', message('GetOwnership', `${context}<Nuis>K11234567S</Nuis>`)],
      [
        'a number with slashes, plus and hyphen',
        message(
          'GetPropertyCard',
          `${context}<CadastralZone>8270</CadastralZone><PropertyNumber>12/4+5-A</PropertyNumber>`,
        ),
      ],
      ['nothing owned', message('GetOwnershipResponse', ownership(''))],
      ['an owner without a number', message('GetOwnershipResponse', ownership(property))],
      ['taken', message('GetOwnershipResponse', '<Taken><Ticket>T-1</Ticket></Taken>')],
      [
        'taken until later',
        message(
          'GetPropertyCardResponse',
          '<Taken><Ticket>T-1</Ticket><NotBefore>2026-03-02T09:14:27.123Z</NotBefore></Taken>',
        ),
      ],
      ['asking for the status', message('GetExecution', quoted.replace(/<Ticket>.*/, ''))],
      [
        'a status that says no',
        message(
          'GetExecutionResponse',
          `${quoted.replace(/<Ticket>.*/, '')}<NotExecuted><AsOf>2026-03-02T09:14:27Z</AsOf></NotExecuted>`,
        ),
      ],
      ['asking again', message('GetAnswer', quoted)],
      ['a late answer', message('GetAnswerResponse', quoted + ownership(property))],
      [
        'a late refusal that was brought',
        message(
          'DeliverAnswer',
          `${quoted}<RegistryFault><Code>BAD_REQUEST</Code><Message>No.</Message></RegistryFault>`,
        ),
      ],
      ['a refused delivery', message('DeliveryFault', '<Code>NOT_ACCEPTED</Code><Message>No.</Message>')],
    ];
    for (const [what, xml] of accepted) it(`accepts ${what}`, () => assert.ok(isValid(xml)));

    const refused: [string, string][] = [
      [
        'a person and a business at once',
        message('GetOwnership', `${context}<Nid>J00101999W</Nid><Nuis>K11234567S</Nuis>`),
      ],
      ['a question about nobody', message('GetOwnership', context)],
      ['a question without a context', message('GetOwnership', '<Nid>J00101999W</Nid>')],
      ['a leading AL', message('GetOwnership', `${context}<Nuis>ALK11234567S</Nuis>`)],
      [
        'a zone of three digits',
        message(
          'GetPropertyCard',
          `${context}<CadastralZone>827</CadastralZone><PropertyNumber>8</PropertyNumber>`,
        ),
      ],
      [
        'a wildcard',
        message(
          'GetPropertyCard',
          `${context}<CadastralZone>8270</CadastralZone><PropertyNumber>*</PropertyNumber>`,
        ),
      ],
      [
        'an area without measure',
        message('GetOwnershipResponse', ownership(property.replace('98.50', 'INF'))),
      ],
      [
        'an area of three decimals',
        message('GetOwnershipResponse', ownership(property.replace('98.50', '98.505'))),
      ],
      ['a share of nothing', message('GetOwnershipResponse', ownership(property.replace('1/1', '0/1')))],
      [
        'a property without owners',
        message('GetOwnershipResponse', ownership(property.replace(/<Owner>.*<\/Owner>/, ''))),
      ],
      [
        'an answer and a ticket',
        message('GetOwnershipResponse', `${ownership('')}<Taken><Ticket>T-1</Ticket></Taken>`),
      ],
      ['an answer to the other question', message('GetPropertyCardResponse', ownership(''))],
      ['asking again without a ticket', message('GetAnswer', quoted.replace(/<Ticket>.*<\/Ticket>/, ''))],
      ['a late answer without its question', message('GetAnswerResponse', ownership(''))],
      ['a ticket with white space', message('GetAnswer', quoted.replace('T-1', 'T 1'))],
      ['a message id in capitals', message('GetAnswer', quoted.replace('a1', 'A1'))],
      [
        'that nothing is brought but a ticket',
        message('DeliverAnswer', `${quoted}<Taken><Ticket>T-1</Ticket></Taken>`),
      ],
      [
        'an unknown fault code',
        message('RegistryFault', '<Code>PERSON_NOT_FOUND</Code><Message>No.</Message>'),
      ],
    ];
    for (const [what, xml] of refused) it(`refuses ${what}`, () => assert.equal(isValid(xml), false));
  });

  it('knows the same codes as the canonical schema', () => {
    const xsd = readFileSync(join(folder, 'property.xsd'), 'utf8');
    const inXsd = (type: string) => {
      const [, body = ''] =
        new RegExp(`<xs:simpleType name="${type}">(.*?)</xs:simpleType>`, 's').exec(xsd) ?? [];
      return [...body.matchAll(/<xs:enumeration value="([^"]+)"/g)].map(([, value]) => value);
    };
    const path = join(findPackageRoot(), 'contracts', 'canonical', 'property.schema.json');
    const { kind, encumbrances } = (
      JSON.parse(readFileSync(path, 'utf8')) as {
        properties: {
          kind: { enum: string[] };
          encumbrances: { items: { properties: { kind: { enum: string[] } } } };
        };
      }
    ).properties;
    assert.deepEqual(kind.enum, inXsd('PropertyKindType'));
    assert.deepEqual(encumbrances.items.properties.kind.enum, inXsd('EncumbranceKindType'));
  });
});
