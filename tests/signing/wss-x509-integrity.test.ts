import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { fileSigner } from '../../src/signing/file-signer.js';
import type { ReplaySet, SignedMessageId } from '../../src/signing/replay-set.js';
import {
  isNamed,
  parseVerifiedBody,
  rebuildEnvelope,
  type WssX509Integrity,
  wssX509Integrity,
} from '../../src/signing/wss-x509-integrity.js';
import { parseXmlText } from '../../src/signing/xml/parse.js';
import { elementsOf, textOf } from '../../src/signing/xml/tree.js';
import { type Issued, issue, makeAuthority, trust } from '../support/certificates.js';
import { verifyWithXmlCrypto } from '../support/xml-crypto.js';

const now = Date.UTC(2026, 2, 4, 10);
const registry = 'https://civil.example/service';
const gateway = 'https://gateway.example/answers';
const questionId = 'urn:uuid:0195f7a0-0000-7000-8000-000000000001';
const request = {
  soapVersion: '1.1',
  bodyContent: '<c:person xmlns:c="urn:civil"><c:nid>J00101999W</c:nid></c:person>',
  to: registry,
  action: 'urn:civil/PersonByNid',
  messageId: questionId,
} as const;
const answer = {
  soapVersion: '1.1',
  bodyContent: '<c:answer xmlns:c="urn:civil"><c:givenName>Gëzim</c:givenName></c:answer>',
  to: gateway,
  action: 'urn:civil/PersonByNidAnswer',
  messageId: 'urn:uuid:0195f7a0-0000-7000-8000-000000000002',
  relatesTo: questionId,
} as const;

/** A replay set in memory that shows what it was told. */
class Seen implements ReplaySet {
  readonly messages: SignedMessageId[] = [];
  broken = false;

  async remember(message: SignedMessageId): Promise<boolean> {
    if (this.broken) throw new Error('The store does not answer.');
    const isNew = !this.messages.some(({ messageId }) => messageId === message.messageId);
    this.messages.push(message);
    return isNew;
  }
}

describe('profile wss-x509-integrity', () => {
  let clockMs = now;
  const clock = { now: () => clockMs };
  let gatewayKey: Issued;
  let registryKey: Issued;
  let seenByRegistry: Seen;
  let seenByGateway: Seen;
  let atGateway: WssX509Integrity;
  let atRegistry: WssX509Integrity;

  before(async function () {
    this.timeout(20_000);
    const authority = await makeAuthority('Government CA');
    const validity = { notBefore: new Date(now - 1000), notAfter: new Date(now + 86_400_000) };
    gatewayKey = await issue(authority, { name: 'gateway', keyType: 'rsa', ...validity });
    registryKey = await issue(authority, { name: 'civil', keyType: 'ec384', ...validity });
  });

  beforeEach(() => {
    clockMs = now;
    seenByRegistry = new Seen();
    seenByGateway = new Seen();
    atGateway = wssX509Integrity({
      signer: fileSigner({ keyId: 'gateway-1', ...gatewayKey }),
      trusted: () => [trust(registryKey, 'civil', 'ecdsa-p384-sha384')],
      replaySet: seenByGateway,
      clock,
    });
    atRegistry = wssX509Integrity({
      signer: fileSigner({ keyId: 'civil-1', ...registryKey }),
      trusted: [trust(gatewayKey, 'gateway', 'rsa-v1_5-sha256')],
      replaySet: seenByRegistry,
      clock,
    });
  });

  const asRegistry = { soapVersion: '1.1', to: registry, actions: [request.action] } as const;
  const asGateway = {
    soapVersion: '1.1',
    to: gateway,
    actions: [answer.action],
    relatesTo: questionId,
  } as const;

  it('carries a question there and its answer back', async () => {
    const asked = await atRegistry.verifyRequest(await atGateway.signRequest(request), asRegistry);
    assert.equal(asked.messageId, questionId);
    assert.equal(asked.replyTo, 'http://www.w3.org/2005/08/addressing/anonymous');
    const answered = await atGateway.verifyAnswer(await atRegistry.signAnswer(answer), asGateway);
    assert.equal(answered.key.partner, 'civil');
    assert.equal(answered.relatesTo, questionId);
    assert.ok(answered.body.includes(answer.bodyContent));
  });

  it('does the same with SOAP 1.2', async () => {
    const bytes = await atGateway.signRequest({ ...request, soapVersion: '1.2' });
    const asked = await atRegistry.verifyRequest(bytes, { ...asRegistry, soapVersion: '1.2' });
    assert.match(
      rebuildEnvelope(asked),
      /^<soap:Envelope xmlns:soap="http:\/\/www.w3.org\/2003\/05\/soap-envelope">/,
    );
  });

  it('signs what xml-crypto verifies, every part of it', async () => {
    const bytes = await atGateway.signRequest({ ...request, replyTo: 'https://gateway.example/?a=1&b=2' });
    const publicPem = gatewayKey.certificate.publicKey.export({ format: 'pem', type: 'spki' }).toString();
    const parts = verifyWithXmlCrypto(Buffer.from(bytes).toString(), publicPem);
    const names = parts.map((part) => parseXmlText(part).name).sort();
    assert.deepEqual(names, [
      'soap:Body',
      'wsa:Action',
      'wsa:MessageID',
      'wsa:ReplyTo',
      'wsa:To',
      'wsse:BinarySecurityToken',
      'wsu:Timestamp',
    ]);
    const changed = Buffer.from(bytes).toString().replace('J00101999W', 'K15307002M');
    assert.throws(() => verifyWithXmlCrypto(changed, publicPem));
  });

  it('writes its signed parts in canonical form already', async () => {
    const text = Buffer.from(await atGateway.signRequest(request)).toString();
    const verified = await atRegistry.verifyRequest(Buffer.from(text), asRegistry);
    // All but the declarations at the start, which stand on the Envelope.
    assert.ok(
      text.includes(
        verified.body.replace(/ xmlns:[a-z]+="[^"]*"/g, (declared) =>
          declared.includes('civil') ? declared : '',
        ),
      ),
    );
    assert.equal(text.match(/xmlns:wsu=/g)?.length, 1);
  });

  it('keeps the meaning of xsi:type values whose prefix no name uses', async () => {
    const xsi = 'http://www.w3.org/2001/XMLSchema-instance';
    const bodyContent = `<a xmlns="urn:a" xmlns:xsi="${xsi}" xmlns:r="urn:r"><b xsi:type="r:Euro"/><b xsi:type="Lek"/></a>`;
    const bytes = await atGateway.signRequest({ ...request, bodyContent });
    const { body } = await atRegistry.verifyRequest(bytes, asRegistry);
    assert.match(body, / xmlns:r="urn:r"/);
    const publicPem = gatewayKey.certificate.publicKey.export({ format: 'pem', type: 'spki' }).toString();
    assert.equal(verifyWithXmlCrypto(Buffer.from(bytes).toString(), publicPem).length, 7);
  });

  it('refuses the same request a second time, also when it was signed anew', async () => {
    const bytes = await atGateway.signRequest(request);
    await atRegistry.verifyRequest(bytes, asRegistry);
    await assert.rejects(atRegistry.verifyRequest(bytes, asRegistry), { code: 'replayed' });
    const again = await atGateway.signRequest(request);
    await assert.rejects(atRegistry.verifyRequest(again, asRegistry), { code: 'replayed' });
  });

  it('remembers a message until it is no longer fresh, and says whose it is', async () => {
    await atRegistry.verifyRequest(await atGateway.signRequest(request), asRegistry);
    assert.deepEqual(seenByRegistry.messages, [
      {
        profile: 'wss-x509-integrity',
        signer: 'gateway',
        messageId: questionId,
        expiresAt: now + 300_000 + 60_000,
      },
    ]);
  });

  it('remembers nothing of a message that does not verify', async () => {
    const text = Buffer.from(await atGateway.signRequest(request)).toString();
    const forged = Buffer.from(text.replace('J00101999W', 'K15307002M'));
    await assert.rejects(atRegistry.verifyRequest(forged, asRegistry), { code: 'digest-value' });
    assert.deepEqual(seenByRegistry.messages, []);
  });

  it('accepts nothing while the replay set does not answer', async () => {
    seenByRegistry.broken = true;
    await assert.rejects(atRegistry.verifyRequest(await atGateway.signRequest(request), asRegistry), /store/);
  });

  it('refuses an answer to another question when two are swapped', async () => {
    const other = 'urn:uuid:0195f7a0-0000-7000-8000-000000000009';
    const bytes = await atRegistry.signAnswer({ ...answer, relatesTo: other });
    await assert.rejects(atGateway.verifyAnswer(bytes, asGateway), { code: 'addressing-relates-to' });
  });

  it('refuses its own request as an answer', async () => {
    const bytes = await atGateway.signRequest(request);
    await assert.rejects(atGateway.verifyAnswer(bytes, asGateway), { code: 'structure-header-absent' });
  });

  it('goes by the clock that it was given', async () => {
    const bytes = await atGateway.signRequest(request);
    clockMs = now + 300_001;
    await assert.rejects(atRegistry.verifyRequest(bytes, asRegistry), { code: 'timestamp-expired' });
  });

  it('hands a signed Fault to whoever looks for one, out of the verified bytes', async () => {
    const soap = 'http://schemas.xmlsoap.org/soap/envelope/';
    const fault = `<s:Fault xmlns:s="${soap}"><faultcode>s:Client</faultcode><faultstring>no</faultstring></s:Fault>`;
    const verified = await atGateway.verifyAnswer(
      await atRegistry.signAnswer({ ...answer, bodyContent: fault }),
      asGateway,
    );
    const [content] = elementsOf(parseVerifiedBody(verified.body)) ?? [];
    assert.ok(content !== undefined && isNamed(content, soap, 'Fault'));
    const [code, words] = elementsOf(content) ?? [];
    assert.equal(code && textOf(code), 's:Client');
    assert.equal(words && textOf(words), 'no');
  });

  it('rebuilds an envelope that holds the canonical Body and nothing else', async () => {
    const verified = await atRegistry.verifyRequest(await atGateway.signRequest(request), asRegistry);
    const root = parseXmlText(rebuildEnvelope(verified));
    assert.deepEqual(
      elementsOf(root)?.map(({ local }) => local),
      ['Body'],
    );
    assert.ok(rebuildEnvelope(verified).includes(verified.body));
  });

  it('does not sign content that it would not accept itself', async () => {
    for (const [bodyContent, code] of [
      ['<a><!-- --></a>', 'xml-comment'],
      ['<a>', 'xml-malformed'],
      ['<a/><b/>', 'xml-malformed'],
      ['<p:a/>', 'xml-namespace'],
    ] as const) {
      await assert.rejects(atGateway.signRequest({ ...request, bodyContent }), { code });
    }
    await assert.rejects(atGateway.signRequest({ ...request, bodyContent: '<a id="ura-body"/>' }), TypeError);
  });

  it('does not sign with a key that the profile cannot name', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const options = { trusted: [], replaySet: seenByGateway, clock };
    const ed = wssX509Integrity({ ...options, signer: fileSigner({ keyId: 'ed', privateKey }) });
    await assert.rejects(ed.signRequest(request), /ed25519/);
    const bare = wssX509Integrity({
      ...options,
      signer: fileSigner({ keyId: 'bare', privateKey: gatewayKey.privateKey }),
    });
    await assert.rejects(bare.signRequest(request), /certificate/);
  });
});
