import assert from 'node:assert/strict';
import { type LegacyUse, wssLegacySha1 } from '../../../src/signing/profiles/wss-legacy-sha1.js';
import { parseXmlText } from '../../../src/signing/xml/parse.js';
import { verifyWithXmlCrypto } from '../../support/xml-crypto.js';
import { toSha1 } from './resign-envelope.js';
import {
  answer,
  asGateway,
  asRegistry,
  makeSoapParties,
  question,
  type SoapParties,
} from './soap-parties.js';

describe('SOAP profiles', () => {
  let parties: SoapParties;

  beforeEach(async function () {
    // Making RSA keys can take seconds on a busy machine.
    this.timeout(30_000);
    parties = await makeSoapParties();
  });

  afterEach(() => parties.pool.close());

  for (const profile of ['wss-x509-integrity', 'wss-x509-auth', 'wss-signature-confirmation'] as const) {
    it(`carries a question and its answer by ${profile}, and neither a second time`, async () => {
      const gateway = parties.gateway({ profile });
      const registry = parties.registry({ profile });
      const requestBytes = await gateway.signRequest(question);
      const asked = await registry.verifyRequest(requestBytes, asRegistry);
      assert.equal(asked.key.partner, 'gateway');
      const answerBytes = await registry.signAnswer(answer, asked);
      const expected = { ...asGateway, requestBytes };
      const answered = await gateway.verifyAnswer(answerBytes, expected);
      assert.ok(answered.body.includes(answer.bodyContent));
      assert.deepEqual(
        parties.seenByGateway.messages.map((message) => [message.profile, message.signer, message.messageId]),
        [[profile, 'civil', answer.messageId]],
      );
      await assert.rejects(registry.verifyRequest(requestBytes, asRegistry), { code: 'replayed' });
      await assert.rejects(gateway.verifyAnswer(answerBytes, expected), { code: 'replayed' });
    });

    it(`goes by the times that are agreed for ${profile}, and remembers for as long`, async () => {
      const { now } = parties;
      const gateway = parties.gateway({ profile });
      const ask = (n: number) =>
        gateway.signRequest({ ...question, messageId: `${question.messageId}-${n}` });
      const at = (ms: number, extra: object = {}) =>
        parties.registry({ profile }, { clock: { now: () => ms }, ...extra });
      await at(now - 60_000).verifyRequest(await ask(1), asRegistry);
      await at(now - 10_000, { futureToleranceSeconds: 10 }).verifyRequest(await ask(2), asRegistry);
      await assert.rejects(
        at(now - 10_001, { futureToleranceSeconds: 10 }).verifyRequest(await ask(3), asRegistry),
        { code: 'timestamp-future' },
      );
      await assert.rejects(at(now, { maxAgeSeconds: 299 }).verifyRequest(await ask(4), asRegistry), {
        code: 'timestamp-lifetime',
      });
      await at(now, { maxAgeSeconds: 300 }).verifyRequest(await ask(5), asRegistry);
      assert.deepEqual(
        parties.seenByRegistry.messages.map(({ expiresAt }) => expiresAt - now),
        [360_000, 310_000, 360_000],
      );
    });

    it(`accepts nothing by ${profile} while the replay set does not answer, nor with a revoked key`, async () => {
      const requestBytes = await parties.gateway({ profile }).signRequest(question);
      const revoked = parties.registry({ profile }, { isRevoked: () => true });
      await assert.rejects(revoked.verifyRequest(requestBytes, asRegistry), { code: 'key-revoked' });
      assert.deepEqual(parties.seenByRegistry.messages, []);
      parties.seenByRegistry.broken = true;
      await assert.rejects(parties.registry({ profile }).verifyRequest(requestBytes, asRegistry), /store/);
    });
  }

  it('verifies large messages in a thread, by every profile, with the same verdict', async function () {
    this.timeout(30_000);
    const bodyContent = `<c:answer xmlns:c="urn:civil">${`<c:row>${'x'.repeat(1000)}</c:row>`.repeat(250)}</c:answer>`;
    const uses: LegacyUse[] = [];
    const extra = { onLegacyUse: (use: LegacyUse) => uses.push(use) };
    for (const profile of ['wss-x509-integrity', 'wss-x509-auth', 'wss-signature-confirmation'] as const) {
      const gateway = parties.gateway({ profile });
      const registry = parties.registry({ profile });
      const messageId = `${question.messageId}-${profile}`;
      const requestBytes = await gateway.signRequest({ ...question, messageId });
      const asked = await registry.verifyRequest(requestBytes, asRegistry);
      const large = { ...answer, bodyContent, relatesTo: messageId, messageId: `${messageId}-answer` };
      const bytes = await registry.signAnswer(large, asked);
      const expected = { ...asGateway, relatesTo: messageId, requestBytes };
      const verified = await gateway.verifyAnswer(bytes, expected);
      assert.equal(verified.bodyUnsigned, profile === 'wss-x509-auth' ? true : undefined);
      if (profile !== 'wss-x509-integrity') continue;
      const legacy = parties.gateway({ profile: 'wss-legacy-sha1', enabled: true }, extra);
      const sha1 = toSha1(Buffer.from(bytes).toString(), parties.registryKey.privateKey);
      assert.equal((await legacy.verifyAnswer(Buffer.from(sha1), expected)).sha1Used, true);
    }
    assert.equal(parties.pool.answered, 4);
    assert.equal(uses.length, 1);
  });

  it('does not open wss-legacy-sha1 without somebody to tell', () => {
    const parts = { enabled: true } as unknown as Parameters<typeof wssLegacySha1>[0];
    assert.throws(() => wssLegacySha1(parts), /onLegacyUse/);
  });

  describe('wss-x509-auth', () => {
    const choice = { profile: 'wss-x509-auth' } as const;

    it('signs everything but the Body, as xml-crypto sees it too', async () => {
      const bytes = await parties.gateway(choice).signRequest(question);
      const pem = parties.gatewayKey.certificate.publicKey.export({ format: 'pem', type: 'spki' }).toString();
      const parts = verifyWithXmlCrypto(Buffer.from(bytes).toString(), pem);
      const names = parts.map((part) => parseXmlText(part).local).sort();
      assert.deepEqual(names, ['Action', 'BinarySecurityToken', 'MessageID', 'ReplyTo', 'Timestamp', 'To']);
    });

    it('says that the Body is unsigned, and says nothing when it was signed', async () => {
      const registry = parties.registry(choice);
      const unsigned = await registry.verifyRequest(
        await parties.gateway(choice).signRequest(question),
        asRegistry,
      );
      assert.equal(unsigned.bodyUnsigned, true);
      assert.ok(unsigned.body.includes(question.bodyContent));
      const other = { ...question, messageId: 'urn:uuid:0195f7a0-0000-7000-8000-000000000003' };
      const integrity = parties.gateway({ profile: 'wss-x509-integrity' });
      const signed = await registry.verifyRequest(await integrity.signRequest(other), asRegistry);
      assert.equal(signed.bodyUnsigned, undefined);
    });

    it('does not get past the default profile', async () => {
      const bytes = await parties.gateway(choice).signRequest(question);
      const registry = parties.registry({ profile: 'wss-x509-integrity' });
      await assert.rejects(registry.verifyRequest(bytes, asRegistry), { code: 'coverage-body' });
    });
  });

  describe('wss-signature-confirmation', () => {
    const choice = { profile: 'wss-signature-confirmation' } as const;

    it('repeats the SignatureValue of the request, signed, as xml-crypto sees it too', async () => {
      const registry = parties.registry(choice);
      const asked = await registry.verifyRequest(
        await parties.gateway(choice).signRequest(question),
        asRegistry,
      );
      const text = Buffer.from(await registry.signAnswer(answer, asked)).toString();
      const pem = parties.registryKey.certificate.publicKey
        .export({ format: 'pem', type: 'spki' })
        .toString();
      const confirmation = verifyWithXmlCrypto(text, pem).find((part) => part.includes('Confirmation'));
      assert.ok(confirmation?.includes(`Value="${asked.signatureValue}"`));
      const namespace = 'http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd';
      assert.equal(parseXmlText(confirmation ?? '').namespace, namespace);
    });

    it('refuses an answer to the same message id when another signature was sent', async () => {
      const gateway = parties.gateway(choice);
      const registry = parties.registry(choice);
      const first = await gateway.signRequest(question);
      const second = await gateway.signRequest({ ...question, bodyContent: '<other xmlns="urn:civil"/>' });
      const bytes = await registry.signAnswer(answer, await registry.verifyRequest(first, asRegistry));
      await assert.rejects(gateway.verifyAnswer(bytes, { ...asGateway, requestBytes: second }), {
        code: 'confirmation-other',
      });
      await gateway.verifyAnswer(bytes, { ...asGateway, requestBytes: first });
    });

    it('does not confirm bytes that are no request of ours', async () => {
      const requestBytes = Buffer.from('<a/>');
      const expected = { ...asGateway, requestBytes };
      await assert.rejects(
        parties.gateway(choice).verifyAnswer(requestBytes, expected),
        /not a request that was signed here/,
      );
    });
  });

  describe('wss-legacy-sha1', () => {
    const choice = { profile: 'wss-legacy-sha1', enabled: true } as const;
    const asked = async () => {
      const registry = parties.registry({ profile: 'wss-x509-integrity' });
      const requestBytes = await parties.gateway({ profile: 'wss-x509-integrity' }).signRequest(question);
      const bytes = await registry.signAnswer(answer, await registry.verifyRequest(requestBytes, asRegistry));
      return { bytes, expected: { ...asGateway, requestBytes } };
    };

    it('verifies SHA-1 and tells of each use', async () => {
      const uses: LegacyUse[] = [];
      const { bytes, expected } = await asked();
      const legacy = Buffer.from(toSha1(Buffer.from(bytes).toString(), parties.registryKey.privateKey));
      const gateway = parties.gateway(choice, { onLegacyUse: (use) => uses.push(use) });
      const verified = await gateway.verifyAnswer(legacy, expected);
      assert.equal(verified.sha1Used, true);
      assert.deepEqual(uses, [{ partner: 'civil', keyId: 'civil-1', messageId: answer.messageId }]);
    });

    it('tells nothing of a partner that has moved on', async () => {
      const { bytes, expected } = await asked();
      const gateway = parties.gateway(choice, { onLegacyUse: () => assert.fail('no SHA-1 was used') });
      assert.equal((await gateway.verifyAnswer(bytes, expected)).sha1Used, undefined);
    });

    it('refuses what the default profile refuses, SHA-1 apart', async () => {
      const { bytes, expected } = await asked();
      const legacy = toSha1(Buffer.from(bytes).toString(), parties.registryKey.privateKey);
      const gateway = parties.gateway(choice, { onLegacyUse: () => {} });
      const forged = Buffer.from(legacy.replace('Gëzim', 'Agim'));
      await assert.rejects(gateway.verifyAnswer(forged, expected), { code: 'digest-value' });
      const integrity = parties.gateway({ profile: 'wss-x509-integrity' });
      await assert.rejects(integrity.verifyAnswer(Buffer.from(legacy), expected), {
        code: 'signature-algorithm',
      });
    });

    it('is off until it is enabled and somebody listens', () => {
      assert.throws(() => parties.gateway(choice), /onLegacyUse/);
      const enabled = false as true;
      assert.throws(
        () => parties.gateway({ profile: 'wss-legacy-sha1', enabled }, { onLegacyUse: () => {} }),
        /enabled/,
      );
    });

    it('signs nothing', async () => {
      const legacy = parties.gateway(choice, { onLegacyUse: () => {} });
      await assert.rejects(legacy.signRequest(question), /only verifies/);
    });
  });
});
