import assert from 'node:assert/strict';
import { randomUUID, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.js';
import { fileSigner } from '../../src/signing/file-signer.js';
import { readTrustedKeyFile } from '../../src/signing/key-files.js';
import type { TrustedKey } from '../../src/signing/signer.js';
import {
  elementsOf,
  parseVerifiedBody,
  type SoapVersion,
  textOf,
  type VerifiedEnvelope,
  wssX509Integrity,
  type XmlElement,
} from '../../src/signing/wss-x509-integrity.js';
import { type Issued, issue, makeAuthority } from '../support/certificates.js';
import { configCopy } from '../support/config-copy.js';
import { type Stack, startStack } from '../support/stack.js';

const namespace = 'urn:al:ura:gateway:v1';
const mediaTypes = { '1.1': 'text/xml', '1.2': 'application/soap+xml' } as const;

interface Sent {
  readonly version?: SoapVersion;
  readonly to?: string;
  readonly action?: string;
  readonly by?: ReturnType<typeof profileOf>;
  /** Last change before it is sent. */
  readonly change?: (text: string) => string;
  readonly messageId?: string;
}

function profileOf(keys: { privateKeyPem: string; certificatePem: string }, gateway: TrustedKey) {
  return wssX509Integrity({
    signer: fileSigner({ keyId: 'agency', privateKey: keys.privateKeyPem, certificate: keys.certificatePem }),
    trusted: [gateway],
    replaySet: { remember: async () => true },
    clock: systemClock,
  });
}

describe('an agency that only speaks SOAP', function () {
  this.timeout(60_000);
  let stack: Stack;
  let address: string;
  let agency: ReturnType<typeof profileOf>;
  let stranger: ReturnType<typeof profileOf>;
  let notBySoap: ReturnType<typeof profileOf>;
  let removeConfig: () => Promise<void>;

  before(async () => {
    const config = await configCopy({
      // A client with a certificate that signs by http-sig: the same key must not count here.
      'clients/oss-fier.json': (it) => ({
        ...it,
        keys: [...(it.keys as string[]), join(process.env.URA_DATA as string, 'keys/property-wss.cert.pem')],
      }),
    });
    removeConfig = config.remove;
    stack = await startStack({ config: config.folder });
    address = `http://127.0.0.1:${stack.variables.PORT}/soap/v1`;
    const file = (name: string) => join(stack.variables.URA_DATA as string, 'keys', name);
    const gateway = await readTrustedKeyFile(file('gateway-wss.cert.pem'), { partner: 'gateway' });
    agency = profileOf(
      {
        privateKeyPem: await readFile(file('agency-wss.key.pem'), 'utf8'),
        certificatePem: await readFile(file('agency-wss.cert.pem'), 'utf8'),
      },
      gateway,
    );
    notBySoap = profileOf(
      {
        privateKeyPem: await readFile(file('property-wss.key.pem'), 'utf8'),
        certificatePem: await readFile(file('property-wss.cert.pem'), 'utf8'),
      },
      gateway,
    );
    const nobody: Issued = await issue(await makeAuthority('Elsewhere'), { name: 'agency-wss' });
    stranger = profileOf(nobody, gateway);
  });
  after(async () => {
    await stack.stop();
    await removeConfig();
  });

  const submission = (nid: string, changes: Readonly<Record<string, string>> = {}) => {
    const values = { key: randomUUID(), purpose: 'economic-aid', fields: '', parameters: '', ...changes };
    return `<SubmitRequest xmlns="${namespace}"><IdempotencyKey>${values.key}</IdempotencyKey><WaitSeconds>20</WaitSeconds>
      <Service>AL012031</Service><Subject><Scheme>NID</Scheme><Notation>${nid}</Notation></Subject>
      <Purpose>${values.purpose}</Purpose><LegalBasis>Ligji 57/2019, neni 7</LegalBasis>
      <Requester><Organisation>Shërbimi Social Shtetëror</Organisation><Officer>b.gjoni</Officer><Unit>Divjakë</Unit></Requester>
      <CaseId>SSS-1</CaseId>${values.fields}${values.parameters}</SubmitRequest>`;
  };

  const bytesOf = async (bodyContent: string, sent: Sent): Promise<Buffer> => {
    const operation = /^<(\w+)/.exec(bodyContent)?.[1];
    const bytes = await (sent.by ?? agency).signRequest({
      soapVersion: sent.version ?? '1.1',
      bodyContent,
      to: sent.to ?? address,
      action: sent.action ?? `${namespace}/${operation}`,
      messageId: sent.messageId ?? `urn:uuid:${randomUUID()}`,
    });
    return Buffer.from((sent.change ?? ((text) => text))(Buffer.from(bytes).toString()));
  };
  const post = async (bytes: Buffer, version: SoapVersion = '1.1') => {
    const answer = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': `${mediaTypes[version]}; charset=utf-8` },
      body: bytes,
    });
    return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) };
  };
  /** Sends, and verifies the gateway's signature and that it answers this very message. */
  const ask = async (bodyContent: string, sent: Sent = {}) => {
    const messageId = `urn:uuid:${randomUUID()}`;
    const version = sent.version ?? '1.1';
    const operation = /^<(\w+)/.exec(bodyContent)?.[1];
    const { status, bytes } = await post(await bytesOf(bodyContent, { ...sent, messageId }), version);
    const verified: VerifiedEnvelope = await agency.verifyAnswer(bytes, {
      soapVersion: version,
      to: 'http://www.w3.org/2005/08/addressing/anonymous',
      actions: [`${namespace}/${operation}Response`, `${namespace}/Fault`],
      relatesTo: messageId,
    });
    return { status, payload: elementsOf(parseVerifiedBody(verified.body))?.[0] as XmlElement };
  };
  const find = (element: XmlElement, ...path: string[]): XmlElement | undefined =>
    path.reduce<XmlElement | undefined>(
      (at, local) => at && (elementsOf(at) ?? []).find((each) => each.local === local),
      element,
    );
  const text = (element: XmlElement, ...path: string[]) => {
    const found = find(element, ...path);
    return found && textOf(found);
  };
  const faultOf = (payload: XmlElement) =>
    find(payload, 'detail', 'GatewayFault') ?? find(payload, 'Detail', 'GatewayFault');

  for (const version of ['1.1', '1.2'] as const) {
    it(`asks by SOAP ${version} and gets the evidence in the signed answer`, async () => {
      const { status, payload } = await ask(submission(stack.people.headOfSix), { version });
      assert.equal(status, 200);
      assert.equal(payload.local, 'SubmitRequestResponse');
      assert.equal(text(payload, 'Request', 'State'), 'answered');
      const evidence = find(payload, 'Request', 'Answered', 'Evidence') as XmlElement;
      assert.equal(text(evidence, 'head', 'identifier', 'notation'), stack.people.headOfSix);
      const members = (elementsOf(evidence) ?? []).filter(({ local }) => local === 'members');
      assert.equal(members.length, 5);
      assert.equal(members[0]?.namespace, 'urn:al:ura:canonical:v1');
      // The address is not granted to this client.
      assert.equal(find(evidence, 'address'), undefined);
    });
  }

  it('reads its request again, and gets the same one for the same key', async () => {
    const body = submission(stack.people.widow);
    const first = text((await ask(body)).payload, 'Request', 'Id');
    assert.equal(text((await ask(body)).payload, 'Request', 'Id'), first);
    const read = await ask(`<GetRequest xmlns="${namespace}"><Id>${first}</Id></GetRequest>`);
    assert.equal(text(read.payload, 'Request', 'State'), 'answered');
    const cancel = await ask(
      `<CancelRequest xmlns="${namespace}"><Id>${first}</Id><Reason>Gabim</Reason></CancelRequest>`,
    );
    assert.equal(text(faultOf(cancel.payload) as XmlElement, 'Code'), 'not-cancellable');
  });

  it('gets the refusals of the HTTP API as signed faults with the same codes and pointers', async () => {
    const other = await (await stack.client()).submit(
      {
        service: 'AL012031',
        subject: { scheme: 'NID', notation: stack.people.widow },
        purpose: 'economic-aid',
        legalBasis: 'Ligji 57/2019',
        requester: { organisation: 'Bashkia Divjakë', officer: 'e.hoxha', unit: 'OSS' },
        caseId: 'DIV-9',
      },
      { idempotencyKey: randomUUID() },
    );
    const cases: [string, string, string?][] = [
      [submission(stack.people.widow, { purpose: 'curiosity' }), 'not-granted'],
      [submission('J00101999'), 'invalid-request', '/subject/notation'],
      [
        submission(stack.people.widow, { fields: '<RequestedField>address</RequestedField>' }),
        'field-not-granted',
        '/requestedFields/0',
      ],
      [
        submission(stack.people.widow, { parameters: '<Parameter name="__proto__">x</Parameter>' }),
        'invalid-request',
      ],
      [`<GetRequest xmlns="${namespace}"><Id>${other.id}</Id></GetRequest>`, 'unknown-request'],
      [`<GetRequest xmlns="${namespace}"><Id>1</Id></GetRequest>`, 'invalid-request'],
    ];
    for (const [body, code, pointer] of cases) {
      for (const version of ['1.1', '1.2'] as const) {
        const { status, payload } = await ask(body, { version });
        const fault = faultOf(payload) as XmlElement;
        assert.equal(text(fault, 'Code'), code, body);
        assert.equal(status, version === '1.1' ? 500 : 400);
        if (pointer) assert.equal(text(fault, 'Error', 'Pointer'), pointer);
      }
    }
  });

  it('is not let in with a message that anybody changed, moved or repeated', async () => {
    const body = submission(stack.people.headOfSix);
    const good = await bytesOf(body, {});
    assert.equal((await post(good)).status, 200);
    const vectors: Record<string, Buffer> = {
      'the same bytes again': good,
      'signed by a stranger of the same name': await bytesOf(body, { by: stranger }),
      'signed by a client that may not ask by SOAP': await bytesOf(body, { by: notBySoap }),
      'another person': await bytesOf(body, {
        change: (message) => message.replace(stack.people.headOfSix, stack.people.widow),
      }),
      'no signature': Buffer.from(
        `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${body}</s:Body></s:Envelope>`,
      ),
      'to another service': await bytesOf(body, { to: 'http://elsewhere.example/soap/v1' }),
      'an action that the service lacks': await bytesOf(body, { action: `${namespace}/DropEverything` }),
      'SOAP 1.2 sent as SOAP 1.1': await bytesOf(body, { version: '1.2' }),
      'a document type': await bytesOf(body, { change: (message) => `<!DOCTYPE a>${message}` }),
      'no XML at all': Buffer.from('{"service":"AL012031"}'),
    };
    const before = stack.registry.journal.executed;
    for (const [name, bytes] of Object.entries(vectors)) {
      const answer = await post(bytes);
      const said = answer.bytes.toString();
      assert.equal(answer.status, 500, name);
      assert.match(said, /signature-refused|message-replayed/, name);
      assert.ok(!said.includes('Signature>') && !said.includes(stack.people.headOfSix), name);
    }
    assert.equal(stack.registry.journal.executed, before, 'nothing of it reached the registry');
  });

  it('cannot say one operation in the signed action and ask another in the body', async () => {
    const { payload } = await ask(submission(stack.people.widow), {
      action: `${namespace}/GetRequest`,
    }).catch(async () => {
      const messageId = `urn:uuid:${randomUUID()}`;
      const bytes = await bytesOf(submission(stack.people.widow), {
        action: `${namespace}/GetRequest`,
        messageId,
      });
      const verified = await agency.verifyAnswer((await post(bytes)).bytes, {
        soapVersion: '1.1',
        to: 'http://www.w3.org/2005/08/addressing/anonymous',
        actions: [`${namespace}/Fault`],
        relatesTo: messageId,
      });
      return { payload: elementsOf(parseVerifiedBody(verified.body))?.[0] as XmlElement };
    });
    const fault = faultOf(payload) as XmlElement;
    assert.equal(text(fault, 'Code'), 'invalid-request');
    assert.equal(text(fault, 'Error', 'Code'), 'action');
  });

  it('finds the WSDL where SOAP tools look for it', async () => {
    const wsdl = await (await fetch(`${address}?wsdl`)).text();
    assert.match(wsdl, /<wsdl:operation name="SubmitRequest">/);
    const schema = /schemaLocation="([^"]+)"/.exec(wsdl)?.[1] as string;
    assert.equal((await fetch(new URL(schema, address))).status, 200);
    assert.ok(
      new X509Certificate(
        await readFile(join(stack.variables.URA_DATA as string, 'keys/agency-wss.cert.pem')),
      ),
    );
  });
});
