import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { RestChoice, RestProfile, SentRequest } from '../../../src/signing/profiles/index.js';
import { SignatureRefused } from '../../../src/signing/refusals.js';
import type { TrustedKey } from '../../../src/signing/signer.js';
import { makeRestParties, type RestParties, raw, service } from './rest-parties.js';

const json = 'application/json';
const body = Buffer.from('{"nuis":"L61320023C","amount":100}');
const answerBody = Buffer.from('{"clear":true}');
const ids = [1, 2, 3, 4].map((n) => `0195f7a0-0000-7000-8000-00000000000${n}`) as [
  string,
  string,
  string,
  string,
];

/** How long a request is accepted after it was signed, milliseconds. */
const lifetimesMs = { 'http-sig': 120_000, 'modi-rest': 120_000, 'jws-detached': 300_000 } as const;

const choices: readonly { at: 'gateway' | 'tax'; choice: RestChoice }[][] = [
  (['gateway', 'tax'] as const).map((at) => ({ at, choice: { profile: 'http-sig' } })),
  (['gateway', 'tax'] as const).map((at) => ({ at, choice: { profile: 'modi-rest', issuer: at } })),
  (['gateway', 'tax'] as const).map((at) => ({ at, choice: { profile: 'jws-detached' } })),
];

for (const [ofGateway, ofRegistry] of choices) {
  if (ofGateway === undefined || ofRegistry === undefined) throw new Error('A profile has two sides.');
  describe(`REST profile ${ofGateway.choice.profile}`, () => {
    let parties: RestParties;
    let gateway: RestProfile;
    let registry: RestProfile;

    beforeEach(() => {
      parties = makeRestParties();
      gateway = parties.gateway(ofGateway.choice);
      registry = parties.registry(ofRegistry.choice);
    });

    const ask = (messageId: string, content = body) =>
      gateway.signRequest({
        messageId,
        method: 'POST',
        targetUri: service,
        contentType: json,
        body: content,
      });
    const receive = (sent: SentRequest, content = body) =>
      registry.verifyRequest({
        method: 'POST',
        targetUri: service,
        headers: raw(sent.fields, 'Content-Type', json),
        body: content,
      });
    const answerTo = async (sent: SentRequest, messageId: string) => {
      const request = await receive(sent);
      const fields = await registry.signAnswer(
        { messageId, status: 200, contentType: json, body: answerBody },
        request,
      );
      return { status: 200, headers: raw(fields, 'Content-Type', json), body: answerBody };
    };

    it('carries a question and its answer', async () => {
      const sent = await ask(ids[0]);
      const request = await receive(sent);
      assert.equal(request.partner, 'gateway');
      assert.equal(request.messageId, ids[0]);
      assert.equal(request.bodySha256, createHash('sha256').update(body).digest('base64'));
      assert.equal(sent.bodySha256, request.bodySha256);
      const fields = await registry.signAnswer(
        { messageId: ids[1], status: 200, contentType: json, body: answerBody },
        request,
      );
      const answered = await gateway.verifyAnswer(
        { status: 200, headers: raw(fields, 'Content-Type', json), body: answerBody },
        sent,
      );
      assert.equal(answered.partner, 'tax');
    });

    it('carries a question without a body and an empty answer', async () => {
      const sent = await gateway.signRequest({ messageId: ids[0], method: 'GET', targetUri: service });
      const empty = Buffer.alloc(0);
      const received = { method: 'GET', targetUri: service, headers: raw(sent.fields), body: empty };
      const request = await registry.verifyRequest(received);
      const fields = await registry.signAnswer({ messageId: ids[1], status: 204 }, request);
      await gateway.verifyAnswer({ status: 204, headers: raw(fields), body: empty }, sent);
    });

    it('refuses the same request a second time, and remembers who it came from', async () => {
      const sent = await ask(ids[0]);
      await receive(sent);
      await assert.rejects(receive(sent), { code: 'message-replayed' });
      const [message] = parties.seenByRegistry.messages;
      assert.equal(message?.profile, ofGateway.choice.profile);
      assert.equal(message?.signer, 'gateway');
      assert.equal(message?.messageId, ids[0]);
    });

    it('remembers a message until no clock accepts it any more', async () => {
      const lifetimeMs = lifetimesMs[ofGateway.choice.profile];
      const signedAt = parties.clock.now();
      const request = await receive(await ask(ids[0]));
      assert.equal(request.createdAt, signedAt);
      assert.equal(request.expiresAt, signedAt + lifetimeMs);
      // A clock may be 5 s ahead when a message is signed.
      assert.equal(parties.seenByRegistry.messages[0]?.expiresAt, signedAt + lifetimeMs + 5_000);
    });

    it('counts its times to the millisecond', async () => {
      const signedAt = parties.clock.now();
      const lastMs =
        lifetimesMs[ofGateway.choice.profile] - (ofGateway.choice.profile === 'jws-detached' ? 0 : 1);
      const at = async (offsetMs: number, id: string) => {
        parties.clock.nowMs = signedAt;
        const sent = await ask(id);
        parties.clock.nowMs = signedAt + offsetMs;
        return receive(sent);
      };
      assert.equal((await at(-5_000, ids[0])).createdAt, signedAt);
      assert.equal((await at(lastMs, ids[1])).createdAt, signedAt);
      await assert.rejects(at(-5_001, ids[2]), { code: 'created-in-future' });
      await assert.rejects(at(lastMs + 1, ids[3]), { code: /^message-(expired|too-old)$/ });
    });

    it('refuses an answer that is 301 seconds old or 6 seconds from the future', async () => {
      const sent = await ask(ids[0]);
      const answer = await answerTo(sent, ids[1]);
      parties.clock.nowMs += 301_000;
      await assert.rejects(gateway.verifyAnswer(answer, sent), { code: /^message-(expired|too-old)$/ });
      parties.clock.nowMs -= 307_000;
      await assert.rejects(gateway.verifyAnswer(answer, sent), { code: 'created-in-future' });
      parties.clock.nowMs += 6_000;
      await gateway.verifyAnswer(answer, sent);
    });

    it('signs nothing under a message id that others could meet by chance', async () => {
      for (const id of ['short', 'n'.repeat(15), 'n'.repeat(129), `"${ids[0]}`, `${ids[0]}"`]) {
        await assert.rejects(ask(id), RangeError, id);
      }
    });

    it('remembers nothing of a request that does not verify', async () => {
      const sent = await ask(ids[0]);
      await assert.rejects(receive(sent, Buffer.from('{"amount":666}')), { name: 'SignatureRefused' });
      assert.deepEqual(parties.seenByRegistry.messages, []);
    });

    it('accepts nothing while the replay set does not answer', async () => {
      parties.seenByRegistry.broken = true;
      await assert.rejects(receive(await ask(ids[0])), /store/);
    });

    it('refuses two answers that were swapped, also when their questions are equal', async () => {
      const first = await ask(ids[0]);
      const second = await ask(ids[1]);
      const toFirst = await answerTo(first, ids[2]);
      const toSecond = await answerTo(second, ids[3]);
      await assert.rejects(gateway.verifyAnswer(toSecond, first), { name: 'SignatureRefused' });
      await assert.rejects(gateway.verifyAnswer(toFirst, second), { name: 'SignatureRefused' });
      await gateway.verifyAnswer(toFirst, first);
    });

    it('refuses its own request as an answer', async () => {
      const sent = await ask(ids[0]);
      const mirrored = parties.gateway(ofGateway.choice, { trusted: [parties.gatewayKey.trusted] });
      const answer = { status: 200, headers: raw(sent.fields, 'Content-Type', json), body };
      await assert.rejects(mirrored.verifyAnswer(answer, sent), { name: 'SignatureRefused' });
    });

    it('refuses a request that is 301 seconds old or 6 seconds from the future', async () => {
      const sent = await ask(ids[0]);
      parties.clock.nowMs += 301_000;
      await assert.rejects(receive(sent), { name: 'SignatureRefused' });
      parties.clock.nowMs -= 307_000;
      await assert.rejects(receive(sent), { code: 'created-in-future' });
    });

    it('asks whoever admits, about the key that signed, before anything is remembered', async () => {
      const sent = await ask(ids[0]);
      const received = {
        method: 'POST',
        targetUri: service,
        headers: raw(sent.fields, 'Content-Type', json),
        body,
      };
      const asked: TrustedKey[] = [];
      const turnAway = (key: TrustedKey) => {
        asked.push(key);
        throw new SignatureRefused('peer-of-another-partner');
      };
      await assert.rejects(registry.verifyRequest(received, turnAway), { code: 'peer-of-another-partner' });
      assert.deepEqual(asked, [parties.gatewayKey.trusted]);
      assert.deepEqual(parties.seenByRegistry.messages, []);
      const admitted: string[] = [];
      const request = await registry.verifyRequest(received, ({ partner }) => admitted.push(partner));
      assert.equal(request.partner, 'gateway');
      assert.deepEqual(admitted, ['gateway']);
    });

    it('asks nobody about a key that is not pinned', async () => {
      const sent = await ask(ids[0]);
      const headers = raw(sent.fields, 'Content-Type', json);
      const stranger = parties.registry(ofRegistry.choice, { trusted: [] });
      const received = { method: 'POST', targetUri: service, headers, body };
      const verifying = stranger.verifyRequest(received, () => assert.fail('asked about a stranger'));
      await assert.rejects(verifying, { name: 'SignatureRefused' });
    });

    it('refuses a key that was revoked', async () => {
      const sent = await ask(ids[0]);
      registry = parties.registry(ofRegistry.choice, { isRevoked: () => true });
      await assert.rejects(receive(sent), { code: 'key-revoked' });
    });
  });
}

describe('REST profile http-sig', () => {
  it('ties no answer to a request that it has not signed or verified itself', async () => {
    const parties = makeRestParties();
    const gateway = parties.gateway({ profile: 'http-sig' });
    const sent = { messageId: ids[0], fields: {}, bodySha256: '' };
    const answer = { status: 204, headers: [], body: Buffer.alloc(0) };
    await assert.rejects(gateway.verifyAnswer(answer, sent), /not signed by http-sig/);
    const request = {
      partner: 'x',
      keyId: 'x',
      createdAt: 0,
      expiresAt: 0,
      messageId: ids[0],
      bodySha256: '',
    };
    const signing = gateway.signAnswer({ messageId: ids[1], status: 204 }, request);
    await assert.rejects(signing, /not verified by http-sig/);
  });

  it('computes the digest of an empty body where there is none, and selects the key as it is told', async () => {
    const parties = makeRestParties();
    const question = { messageId: ids[0], method: 'GET', targetUri: service };
    const sent = await parties.gateway({ profile: 'http-sig' }).signRequest(question);
    assert.equal(sent.bodySha256, createHash('sha256').digest('base64'));
    const received = { ...question, headers: raw(sent.fields), body: Buffer.alloc(0) };
    const wanted: string[] = [];
    const findKey = (keyId: string) => {
      wanted.push(keyId);
      return parties.gatewayKey.trusted;
    };
    const registry = parties.registry({ profile: 'http-sig' }, { trusted: [], findKey });
    assert.equal((await registry.verifyRequest(received)).partner, 'gateway');
    assert.deepEqual(wanted, [parties.gatewayKey.trusted.keyId]);
    const revoked = parties.registry(
      { profile: 'http-sig' },
      { trusted: [], findKey, isRevoked: () => true },
    );
    await assert.rejects(revoked.verifyRequest(received), { code: 'key-revoked' });
  });

  it('asks the revocation list only about keys that are pinned', async () => {
    const parties = makeRestParties();
    const question = { messageId: ids[0], method: 'GET', targetUri: service };
    const sent = await parties.gateway({ profile: 'http-sig' }).signRequest(question);
    const isRevoked = ({ partner }: { partner: string }) => partner === 'other';
    const registry = parties.registry({ profile: 'http-sig' }, { trusted: [], isRevoked });
    const received = { ...question, headers: raw(sent.fields), body: Buffer.alloc(0) };
    await assert.rejects(registry.verifyRequest(received), { code: 'keyid-unknown' });
  });
});

describe('REST profile jws-detached', () => {
  it('signs with ES256 alone, and accepts nothing else', async () => {
    const rsa = makeRestParties('ed25519');
    assert.throws(() => rsa.gateway({ profile: 'jws-detached' }), TypeError);
    const parties = makeRestParties();
    const sent = await parties
      .gateway({ profile: 'jws-detached' })
      .signRequest({ messageId: ids[0], method: 'POST', targetUri: service, contentType: json, body });
    const pinned = [{ ...parties.gatewayKey.trusted, algorithm: 'ecdsa-p384-sha384' as const }];
    const registry = parties.registry({ profile: 'jws-detached' }, { trusted: pinned });
    const received = { method: 'POST', targetUri: service, headers: raw(sent.fields), body };
    await assert.rejects(registry.verifyRequest(received), { code: 'algorithm-not-allowed' });
  });

  it('ties an answer to its connection alone where that was agreed', async () => {
    const parties = makeRestParties();
    const choice = { profile: 'jws-detached', answerBinding: 'connection' } as const;
    const registry = parties.registry(choice);
    const request = { messageId: ids[0], method: 'GET', targetUri: service };
    const sent = await parties.gateway(choice).signRequest(request);
    const received = { ...request, headers: raw(sent.fields), body: Buffer.alloc(0) };
    const asked = await registry.verifyRequest(received);
    const fields = await registry.signAnswer({ messageId: ids[1], status: 200, body: answerBody }, asked);
    const answer = { status: 200, headers: raw(fields), body: answerBody };
    const tied = parties.gateway({ profile: 'jws-detached' });
    await assert.rejects(tied.verifyAnswer(answer, sent), { code: 'jws-binding' });
    assert.equal((await parties.gateway(choice).verifyAnswer(answer, sent)).partner, 'tax');
    const bound = await parties
      .registry({ profile: 'jws-detached' })
      .signAnswer({ messageId: ids[2], status: 200, body: answerBody }, asked);
    const boundAnswer = { ...answer, headers: raw(bound) };
    await assert.rejects(parties.gateway(choice).verifyAnswer(boundAnswer, sent), {
      code: 'jws-header-not-allowed',
    });
  });

  it('carries the JWS in the field and under the type that the registry wants', async () => {
    const parties = makeRestParties();
    const choice = { profile: 'jws-detached', field: 'x-signature', typ: 'JOSE' } as const;
    const request = { messageId: ids[0], method: 'POST', targetUri: service, contentType: json, body };
    const { fields } = await parties.gateway(choice).signRequest(request);
    assert.deepEqual(Object.keys(fields), ['x-signature']);
    const received = { method: 'POST', targetUri: service, headers: raw(fields), body };
    await parties.registry(choice).verifyRequest(received);
    const other = parties.registry({ ...choice, typ: 'ura-http+jws' });
    await assert.rejects(other.verifyRequest(received), { code: 'jws-typ' });
  });
});
