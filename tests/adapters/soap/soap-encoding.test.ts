import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { civilDefinition, civilNamespace } from '../../../adapters/civil/definition.js';
import { openSoapEncoding, type SoapEncoding } from '../../../adapters/soap/soap-encoding.js';
import { serveRequests } from '../misbehaving-server.js';

const { wsdlPath, xsdPath, operations } = civilDefinition();
const context = {
  Purpose: 'p',
  LegalBasis: 'l',
  CaseId: 'c',
  Requester: { Organisation: 'o', Officer: 'f', Unit: 'u' },
};

function envelope(content: string): string {
  return (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>' +
    `${content}</soap:Body></soap:Envelope>`
  );
}

describe('openSoapEncoding', () => {
  let encoding: SoapEncoding;
  before(async () => {
    encoding = await openSoapEncoding(wsdlPath);
  });

  it('knows the messages and the action of every operation that an adapter defines', () => {
    for (const { soapOperation, soapAction, replyAction } of operations) {
      assert.deepEqual(encoding.operations.get(soapOperation), {
        namespace: civilNamespace,
        requestElement: soapOperation,
        answerElement: `${soapOperation}Response`,
        soapAction,
      });
      const wsdl = readFileSync(wsdlPath, 'utf8');
      assert.ok(wsdl.includes(`wsam:Action="${soapAction}"`), soapAction);
      assert.ok(wsdl.includes(`wsam:Action="${replyAction}"`), replyAction);
    }
    assert.equal(encoding.operations.size, operations.length);
  });

  it('writes the request element in its namespace and escapes every value', () => {
    const xml = encoding.encode('GetPerson', {
      Context: { ...context, LegalBasis: `a & b < c > "d" 'e' ]]>` },
      Nid: '</Nid><Nid>',
    });
    assert.equal(
      xml,
      `<GetPerson xmlns="${civilNamespace}"><Context><Purpose>p</Purpose>` +
        '<LegalBasis>a &amp; b &lt; c &gt; &quot;d&quot; &apos;e&apos; ]]&gt;</LegalBasis><CaseId>c</CaseId>' +
        '<Requester><Organisation>o</Organisation><Officer>f</Officer><Unit>u</Unit></Requester></Context>' +
        '<Nid>&lt;/Nid&gt;&lt;Nid&gt;</Nid></GetPerson>',
    );
  });

  for (const key of ['_xml', '$xml', '$value', '$attributes', 'x:Nid', ':Nid', 'Nid><Evil']) {
    it(`refuses to write a key ${key}, which would become markup`, () => {
      assert.throws(() => encoding.encode('GetPerson', { Context: { ...context, [key]: '<Evil/>' } }));
      assert.throws(() => encoding.encode('GetPerson', { [key]: '<Evil/>' }));
    });
  }

  it('refuses an operation that the WSDL does not have', () => {
    assert.throws(() => encoding.encode('DropPerson', {}), /no operation DropPerson/);
    assert.throws(() => encoding.encode('constructor', {}), /no operation constructor/);
  });

  it('gives texts as they are: dates without a time zone, white space, repeated elements as arrays', () => {
    const decoded = encoding.decode(
      envelope(
        `<c:GetFamilyCompositionResponse xmlns:c="${civilNamespace}"><c:Head><c:GivenName> Ana &amp; B </c:GivenName>` +
          '<c:DateOfBirth>1980-01-01</c:DateOfBirth></c:Head><c:Members><c:Member>' +
          '<c:RelationToHead>SON</c:RelationToHead></c:Member></c:Members>' +
          '<c:AsOf>2026-03-02T09:14:27Z</c:AsOf></c:GetFamilyCompositionResponse>',
      ),
    );
    assert.deepEqual(decoded, {
      kind: 'answer',
      element: 'GetFamilyCompositionResponse',
      content: {
        Head: { GivenName: ' Ana & B ', DateOfBirth: '1980-01-01' },
        Members: { Member: [{ RelationToHead: 'SON' }] },
        AsOf: '2026-03-02T09:14:27Z',
      },
    });
  });

  it('gives the detail of a fault as a value', () => {
    const decoded = encoding.decode(
      envelope(
        '<soap:Fault><faultcode>soap:Client</faultcode><faultstring>no</faultstring><detail>' +
          `<RegistryFault xmlns="${civilNamespace}"><Code>BUSY</Code><Message>m</Message></RegistryFault>` +
          '</detail></soap:Fault>',
      ),
    );
    assert.deepEqual(decoded, { kind: 'fault', detail: { RegistryFault: { Code: 'BUSY', Message: 'm' } } });
  });

  it('does not quote the message when it cannot be decoded', () => {
    assert.throws(
      () => encoding.decode(envelope('<Secret>J00101999W')),
      (error: Error) => !error.message.includes('J00101999W'),
    );
  });

  describe('with a WSDL that imports', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'ura-wsdl-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    async function open(location: string): Promise<SoapEncoding> {
      const path = join(folder, 'inner', 'civil.wsdl');
      mkdirSync(join(folder, 'inner'), { recursive: true });
      writeFileSync(
        path,
        readFileSync(wsdlPath, 'utf8').replace('schemaLocation="civil.xsd"', `schemaLocation="${location}"`),
      );
      return openSoapEncoding(path);
    }

    it('reads a file that lies beside it', async () => {
      mkdirSync(join(folder, 'inner'));
      copyFileSync(xsdPath, join(folder, 'inner', 'other.xsd'));
      assert.equal((await open('other.xsd')).operations.size, operations.length);
    });

    it('does not read a file that lies elsewhere', async () => {
      copyFileSync(xsdPath, join(folder, 'civil.xsd'));
      await assert.rejects(open('../civil.xsd'), /does not lie beside it/);
      await assert.rejects(open(xsdPath), /does not lie beside it/);
    });

    it('does not fetch a URL', async () => {
      let fetched = 0;
      const server = await serveRequests((_, response) => {
        fetched += 1;
        response.end(readFileSync(xsdPath));
      });
      await assert.rejects(open(new URL('civil.xsd', server.url).href), /does not lie beside it/);
      assert.equal(fetched, 0);
      await server.close();
    });
  });
});
