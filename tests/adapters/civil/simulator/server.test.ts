import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { uri } from '../../../../adapters/civil/simulator/protocol.js';
import { findPackageRoot } from '../../../../src/package-root.js';
import { issue } from '../../../support/certificates.js';
import { openScene, type Scene } from './scene.js';
import { textIn, verifiedParts } from './verify-with-xml-crypto.js';

describe('civil simulator: server', () => {
  let scene: Scene;
  before(async () => {
    scene = await openScene();
  });
  after(() => scene.registry.close());

  const executed = () => scene.registry.journal.executed;
  const bodyOf = (text: string) => verifiedParts(text, scene.registryKey.certificate).get('Body');
  const refusals = async () => {
    const response = await fetch(`${scene.registry.url}/control`);
    const { counters } = (await response.json()) as {
      counters: { refusedSignatures: Record<string, number> };
    };
    return counters.refusedSignatures;
  };
  /** Refused without a hint, without an execution, and for the reason that is meant. */
  const isRefused = async (xml: string, reason: RegExp) => {
    const [before, counted] = [executed(), await refusals()];
    const answer = await scene.post(xml);
    assert.equal(answer.status, 500);
    assert.match(answer.text, /InvalidSecurity/);
    assert.doesNotMatch(answer.text, /Signature/);
    assert.equal(executed(), before);
    const grown = Object.entries(await refusals()).filter(([name, count]) => count > (counted[name] ?? 0));
    assert.deepEqual(
      grown.map(([name]) => reason.test(name)),
      [true],
      `refused as ${JSON.stringify(grown)}`,
    );
  };

  it('answers a question that xml-crypto signed, and xml-crypto verifies the answer', async () => {
    const messageId = `urn:uuid:${randomUUID()}`;
    const answer = await scene.post(scene.signed({ nid: scene.who.headOfSix, messageId }));
    assert.equal(answer.status, 200);
    assert.equal(answer.type, 'text/xml; charset=utf-8');
    const parts = verifiedParts(answer.text, scene.registryKey.certificate);
    assert.deepEqual([...parts.keys()].sort(), [
      'Action',
      'BinarySecurityToken',
      'Body',
      'MessageID',
      'RelatesTo',
      'ReplyTo',
      'Timestamp',
      'To',
    ]);
    assert.equal(textIn(parts.get('RelatesTo'), 'RelatesTo'), messageId);
    assert.equal(textIn(parts.get('To'), 'To'), uri.anonymous);
    assert.equal(textIn(parts.get('Action'), 'Action'), 'urn:al:ura:registry:civil:v1/GetPersonResponse');
    assert.equal(textIn(parts.get('Body'), 'Nid'), scene.who.headOfSix);
  });

  it('answers family and facts with bodies that civil.xsd accepts', async () => {
    const path = join(findPackageRoot(), 'contracts/registries/civil/civil.xsd');
    const schema = XmlDocument.fromBuffer(readFileSync(path));
    const validator = XsdValidator.fromDoc(schema);
    const { headOfSix, childOfSix, deceased, married } = scene.who;
    const questions = [
      { operation: 'GetFamilyComposition', nid: headOfSix },
      { operation: 'GetCivilFact', nid: childOfSix, factKind: 'BIRTH' },
      { operation: 'GetCivilFact', nid: married, factKind: 'MARRIAGE' },
      { operation: 'GetCivilFact', nid: deceased, factKind: 'DEATH' },
    ] as const;
    for (const question of questions) {
      const body = bodyOf((await scene.post(scene.signed(question))).text) ?? '';
      const document = XmlDocument.fromString(body.replace(/^<[^>]*>/, '').replace(/<\/[^>]*>$/, ''));
      validator.validate(document);
      assert.equal(document.root.name, `${question.operation}Response`);
      document.dispose();
    }
    validator.dispose();
    schema.dispose();
  });

  it('sends the answer to where ReplyTo says', async () => {
    const replyTo = 'https://gateway.example/callbacks/civil';
    const answer = await scene.post(scene.signed({ nid: scene.who.single, replyTo }));
    const parts = verifiedParts(answer.text, scene.registryKey.certificate);
    assert.equal(textIn(parts.get('To'), 'To'), replyTo);
  });

  it('says no in a signed fault with its own code', async () => {
    const unknown = await scene.post(scene.signed({ nid: scene.who.unknown }));
    assert.equal(unknown.status, 500);
    const parts = verifiedParts(unknown.text, scene.registryKey.certificate);
    assert.equal(textIn(parts.get('Action'), 'Action'), 'urn:al:ura:registry:civil:v1/Fault');
    assert.equal(textIn(parts.get('Body'), 'Code'), 'PERSON_NOT_FOUND');
    const fact = { operation: 'GetCivilFact', nid: scene.who.single, factKind: 'MARRIAGE' } as const;
    assert.equal(textIn(bodyOf((await scene.post(scene.signed(fact))).text), 'Code'), 'FACT_NOT_FOUND');
  });

  it('executes a message id once and gives the same content again, signed afresh', async () => {
    const question = { nid: scene.who.widow, messageId: `urn:uuid:${randomUUID()}` };
    const before = executed();
    const first = await scene.post(scene.signed(question));
    const again = await scene.post(scene.signed({ ...question, createdAt: Date.now() + 1000 }));
    assert.equal(executed(), before + 1);
    assert.equal(scene.registry.journal.entries().at(-1)?.repetitions, 1);
    assert.equal(bodyOf(again.text), bodyOf(first.text));
    assert.notEqual(again.text, first.text);
  });

  it('refuses a message id that comes back with another question', async () => {
    const messageId = `urn:uuid:${randomUUID()}`;
    await scene.post(scene.signed({ nid: scene.who.widow, messageId }));
    const before = executed();
    const other = await scene.post(scene.signed({ nid: scene.who.single, messageId }));
    assert.equal(textIn(bodyOf(other.text), 'Code'), 'BAD_REQUEST');
    assert.equal(executed(), before);
  });

  it('refuses a message that is not signed at all', async () => {
    const xml = scene.signed({ nid: scene.who.single });
    await isRefused(xml.replace(/<ds:Signature .*<\/ds:Signature>/s, ''), /not exactly one Signature/);
  });

  it('refuses a body that was changed after signing', async () => {
    const xml = scene.signed({ nid: scene.who.single });
    await isRefused(xml.replace(scene.who.single, scene.who.widow), /digest/);
  });

  it('refuses a signature value of other bytes', async () => {
    const xml = scene.signed({ nid: scene.who.single });
    await isRefused(xml.replace(/<ds:SignatureValue>..../, '<ds:SignatureValue>AAAA'), /invalid signature/);
  });

  for (const name of ['Body', 'Timestamp', 'BinarySecurityToken', 'To', 'Action', 'MessageID', 'ReplyTo']) {
    it(`refuses a message whose ${name} is not signed`, async () => {
      await isRefused(
        scene.signed({
          nid: scene.who.single,
          unsigned: [name],
        }),
        /not signed/,
      );
    });
  }

  it('refuses the certificate of somebody else, also of the same authority and name', async () => {
    const stranger = await issue(scene.authority, { name: 'gateway' });
    await isRefused(scene.signed({ nid: scene.who.single }, stranger), /not a pinned certificate/);
  });

  it('refuses another key behind the pinned certificate', async () => {
    const stranger = await issue(scene.authority, { name: 'gateway' });
    const mixed = { ...stranger, certificate: scene.gateway.certificate };
    await isRefused(scene.signed({ nid: scene.who.single }, mixed), /invalid signature/);
  });

  it('refuses messages that are stale, from the future, or live too long', async () => {
    const nid = scene.who.single;
    await isRefused(scene.signed({ nid, createdAt: Date.now() - 301_000 }), /too old/);
    await isRefused(scene.signed({ nid, createdAt: Date.now() + 70_000 }), /future/);
    await isRefused(scene.signed({ nid, lifetimeMs: 86_400_000 }), /too long/);
  });

  it('refuses a message meant for another address', async () => {
    await isRefused(
      scene.signed({ nid: scene.who.single, to: 'https://tax.registry.example/' }),
      /another address/,
    );
  });

  it('refuses a signed body that was moved away and replaced', async () => {
    const xml = scene.signed({ nid: scene.who.single });
    const body = /<soapenv:Body.*<\/soapenv:Body>/s.exec(xml)?.[0] ?? '';
    const forged = body.replace('id-Body', 'id-Forged').replace(scene.who.single, scene.who.widow);
    const moved = xml
      .replace(body, forged)
      .replace('</soapenv:Header>', `<x:Old xmlns:x="urn:x">${body}</x:Old></soapenv:Header>`);
    await isRefused(moved, /something else/);
    await isRefused(moved.replace('id-Forged', 'id-Body'), /an id twice/);
  });

  it('refuses every other form of signature, although it would hold', async () => {
    const nid = scene.who.single;
    const inclusive = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
    await isRefused(scene.signed({ nid, transforms: [inclusive] }), /Transform that/);
    await isRefused(
      scene.signed({ nid, transforms: [uri.exclusiveC14n, uri.exclusiveC14n] }),
      /more than one transform/,
    );
    await isRefused(
      scene.signed({ nid, digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha512' }),
      /DigestMethod/,
    );
    await isRefused(scene.signed({ nid, canonicalizationAlgorithm: inclusive }), /CanonicalizationMethod/);
    const xml = scene.signed({ nid });
    await isRefused(xml.replace('#ecdsa-sha256', '#rsa-sha256'), /SignatureMethod/);
    await isRefused(
      xml.replace('<wsse:Reference URI="#id-BinarySecurityToken"', '<wsse:Reference URI="#id-To"'),
      /another token/,
    );
    const twice = /<ds:Reference URI="#id-To">.*?<\/ds:Reference>/s.exec(xml)?.[0] ?? '';
    await isRefused(xml.replace(twice, twice + twice), /required part is not signed/);
  });

  it('refuses an id that another attribute of the name Id has as well', async () => {
    const before = (xml: string) =>
      xml.replace('<soapenv:Body', '<soapenv:Body foo:Id="id-To" xmlns:foo="urn:foo"');
    await isRefused(scene.signed({ nid: scene.who.single, before }), /an id twice/);
  });

  it('refuses comments, CDATA and document types', async () => {
    const xml = scene.signed({ nid: scene.who.single });
    await isRefused(xml.replace(scene.who.single, `${scene.who.single}<!-- -->`), /markup/);
    await isRefused(xml.replace(scene.who.single, `<![CDATA[${scene.who.single}]]>`), /markup/);
    await isRefused(`<!DOCTYPE x [<!ENTITY e "x">]>${xml}`, /markup/);
  });

  it('answers BAD_REQUEST when body, action or SOAPAction do not fit together', async () => {
    const { headOfSix } = scene.who;
    const before = executed();
    const misfits = [
      await scene.post(scene.signed({ nid: 'J0010199' })),
      await scene.post(scene.signed({ nid: headOfSix, action: 'urn:al:ura:registry:civil:v1/GetCivilFact' })),
      await scene.post(scene.signed({ nid: headOfSix }), { soapaction: '"urn:other"' }),
      await scene.post(scene.signed({ operation: 'GetCivilFact', nid: headOfSix })),
    ];
    for (const misfit of misfits) assert.equal(textIn(bodyOf(misfit.text), 'Code'), 'BAD_REQUEST');
    assert.equal(executed(), before);
  });

  it('refuses other media types, encodings and sizes before it reads', async () => {
    const xml = scene.signed({ nid: scene.who.single });
    assert.equal((await scene.post(xml, { 'content-type': 'application/soap+xml' })).status, 415);
    assert.equal((await scene.post(xml, { 'content-type': 'text/xml; charset=utf-16' })).status, 415);
    assert.equal((await scene.post(xml, { 'content-encoding': 'gzip' })).status, 415);
    assert.equal((await scene.post(`${xml}${' '.repeat(300_000)}`)).status, 413);
  });

  it('tells its health, and nothing at other addresses', async () => {
    const health = await fetch(`${scene.registry.url}/health`);
    assert.deepEqual(await health.json(), { status: 'up' });
    assert.equal((await fetch(`${scene.registry.url}/soap`)).status, 404);
    assert.equal((await fetch(`${scene.registry.url}/soap?wsdl`)).status, 404);
  });
});
