import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XmlDocument } from 'libxml2-wasm';
import soap from 'soap';
import { civilSchema } from '../../adapters/civil/simulator/request-schema.js';
import { findPackageRoot } from '../../src/package-root.js';

const folder = join(findPackageRoot(), 'contracts', 'registries', 'civil');
const namespace = 'urn:al:ura:registry:civil:v1';
const operations = ['GetPerson', 'GetFamilyComposition', 'GetCivilFact', 'GetResidence'];

const context =
  '<Context><Purpose>social-housing</Purpose><LegalBasis>Ligji 22/2018, neni 18</LegalBasis><CaseId>C-1</CaseId>' +
  '<Requester><Organisation>Bashkia Divjakë</Organisation><Officer>elira.kola</Officer><Unit>OSS</Unit></Requester></Context>';

function message(name: string, content: string): string {
  return `<${name} xmlns="${namespace}">${content}</${name}>`;
}

describe('civil registry contract', () => {
  it('is a WSDL that node-soap reads without the network, with four operations', async () => {
    const client = await soap.createClientAsync(join(folder, 'civil.wsdl'));
    const described = client.describe() as Record<string, Record<string, Record<string, { input: object }>>>;
    const port = described.CivilRegistryService?.CivilRegistryPort ?? {};
    assert.deepEqual(Object.keys(port), operations);
    for (const name of operations)
      assert.ok('Context' in (port[name]?.input ?? {}), `${name} has no Context`);
  });

  it('names the action of every message, equal to its SOAPAction', () => {
    const document = XmlDocument.fromBuffer(readFileSync(join(folder, 'civil.wsdl')));
    const attributes = (path: string) =>
      document
        .find(path, { w: 'http://schemas.xmlsoap.org/wsdl/', s: 'http://schemas.xmlsoap.org/wsdl/soap/' })
        .map((node) => node.content);
    const actions = (part: string) =>
      attributes(`//w:portType/w:operation/w:${part}/@*[local-name()='Action']`);
    assert.deepEqual(
      attributes('//s:operation/@soapAction'),
      operations.map((name) => `${namespace}/${name}`),
    );
    assert.deepEqual(
      actions('input'),
      operations.map((name) => `${namespace}/${name}`),
    );
    assert.deepEqual(
      actions('output'),
      operations.map((name) => `${namespace}/${name}Response`),
    );
    assert.deepEqual(
      actions('fault'),
      operations.map(() => `${namespace}/Fault`),
    );
    document.dispose();
  });

  describe('schema', () => {
    let isValid: (xml: string) => boolean;
    before(() => {
      isValid = civilSchema();
    });

    const accepted: [string, string][] = [
      ['a person by NID', message('GetPerson', `${context}<Nid>J00101999W</Nid>`)],
      ['a wrong check letter', message('GetPerson', `${context}<Nid>J00101999A</Nid>`)],
      ['a NID of each kind of month', message('GetFamilyComposition', `${context}<Nid>J98225004N</Nid>`)],
      [
        'a consent reference',
        message(
          'GetPerson',
          `${context.replace('<CaseId>', '<ConsentRef>Pëlqimi K-7, 2026</ConsentRef><CaseId>')}<Nid>K15307002M</Nid>`,
        ),
      ],
      ['a fact', message('GetCivilFact', `${context}<Nid>J53211003N</Nid><FactKind>BIRTH</FactKind>`)],
      ['a residence', message('GetResidence', `${context}<Nid>J53211003N</Nid>`)],
      ['a fault', message('RegistryFault', '<Code>BUSY</Code><Message>Later.</Message>')],
      [
        'a fault that names the office with the book',
        message(
          'RegistryFault',
          '<Code>IN_PAPER_BOOK</Code><Message>On paper.</Message><MunicipalityCode>20</MunicipalityCode>',
        ),
      ],
    ];
    for (const [what, xml] of accepted) it(`accepts ${what}`, () => assert.ok(isValid(xml)));

    const refused: [string, string][] = [
      ['a NID of another shape', message('GetPerson', `${context}<Nid>J0010199W</Nid>`)],
      ['a month that there is not', message('GetPerson', `${context}<Nid>J01301999W</Nid>`)],
      ['white space around a NID', message('GetPerson', `${context}<Nid> J00101999W</Nid>`)],
      ['a question without a context', message('GetPerson', '<Nid>J00101999W</Nid>')],
      [
        'a context without a legal basis',
        message('GetPerson', `${context.replace(/<LegalBasis>.*<\/LegalBasis>/, '')}<Nid>J00101999W</Nid>`),
      ],
      [
        'an officer without a name',
        message('GetPerson', `${context.replace('elira.kola', '')}<Nid>J00101999W</Nid>`),
      ],
      [
        'a purpose of words',
        message(
          'GetPerson',
          `${context.replace('social-housing', 'because we want to')}<Nid>J00101999W</Nid>`,
        ),
      ],
      ['a fact without its kind', message('GetCivilFact', `${context}<Nid>J00101999W</Nid>`)],
      [
        'an unknown kind of fact',
        message('GetCivilFact', `${context}<Nid>J00101999W</Nid><FactKind>DIVORCE</FactKind>`),
      ],
      ['two people at once', message('GetPerson', `${context}<Nid>J00101999W</Nid><Nid>K15307002M</Nid>`)],
      ['anything more', message('GetPerson', `${context}<Nid>J00101999W</Nid><Extra>1</Extra>`)],
      ['another namespace', message('GetPerson', `${context}<Nid>J00101999W</Nid>`).replace(':v1', ':v2')],
      [
        'an office that there is not',
        message(
          'RegistryFault',
          '<Code>IN_PAPER_BOOK</Code><Message>On paper.</Message><MunicipalityCode>62</MunicipalityCode>',
        ),
      ],
      ['an unknown fault code', message('RegistryFault', '<Code>OTHER</Code><Message>No.</Message>')],
    ];
    for (const [what, xml] of refused) it(`refuses ${what}`, () => assert.equal(isValid(xml), false));
  });
});
