import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  type ExchangeStore,
  type KeptAnswer,
  type KeptRequest,
  nonrepudiation,
  repetitionsAllowed,
} from '../../../src/signing/profiles/nonrepudiation.js';
import { createExchangeStore } from '../../../src/store/exchange-store.js';
import { type FreshDatabase, freshDatabase } from '../../support/fresh-database.js';
import { makeRestParties, raw, service } from './rest-parties.js';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64');

const request: KeptRequest = {
  profile: 'modi-rest',
  partner: 'gateway',
  messageId: '0195f7a0-0000-7000-8000-000000000001',
  bodySha256: sha256(Buffer.from('{"amount":100}')),
  requestBytes: Buffer.from('{"amount":100}'),
  receivedAt: 1,
};
const answer: KeptAnswer = { status: 200, headers: ['digest', 'x'], bytes: Buffer.from('{"clear":true}') };

describe('modifier nonrepudiation', function () {
  this.timeout(20_000);
  let fresh: FreshDatabase;
  let store: ExchangeStore;

  before(async () => {
    fresh = await freshDatabase();
  });
  beforeEach(async () => {
    await fresh.database.query('truncate exchanges');
    store = createExchangeStore(fresh.database, { now: () => 5 });
  });
  after(() => fresh.drop());

  it('keeps the raw bytes before anything is done', async () => {
    assert.deepEqual(await nonrepudiation(store).receive(request), { kind: 'new' });
    assert.deepEqual((await store.find(request))?.requestBytes, request.requestBytes);
  });

  it('gives the stored answer to a repetition', async () => {
    const exchanges = nonrepudiation(store);
    await exchanges.receive(request);
    assert.deepEqual(await exchanges.receive(request), { kind: 'under-way' });
    await exchanges.answered(request, answer);
    assert.deepEqual(await exchanges.receive({ ...request, receivedAt: 2 }), { kind: 'repeated', answer });
    await exchanges.answered(request, { ...answer, status: 500 });
    assert.deepEqual(await exchanges.receive(request), { kind: 'repeated', answer });
  });

  it('refuses a repetition whose body differs', async () => {
    const exchanges = nonrepudiation(store);
    await exchanges.receive(request);
    await exchanges.answered(request, answer);
    const forged = { ...request, bodySha256: sha256(Buffer.from('{"amount":666}')) };
    assert.deepEqual(await exchanges.receive(forged), { kind: 'conflict' });
  });

  it('refuses a repetition that was sent to another place', async () => {
    const exchanges = nonrepudiation(store);
    await exchanges.receive({ ...request, target: 'POST https://ura.example/v1/requests' });
    const elsewhere = { ...request, target: 'GET https://ura.example/v1/requests' };
    assert.deepEqual(await exchanges.receive(elsewhere), { kind: 'conflict' });
  });

  it('lets a repetition be new after a failure that passes, and after a minute without an answer', async () => {
    const exchanges = nonrepudiation(store);
    const at = (receivedAt: number) => exchanges.receive({ ...request, receivedAt });
    await at(1_000_000);
    assert.deepEqual(await at(1_059_000), { kind: 'under-way' });
    assert.deepEqual(await at(1_061_000), { kind: 'new' });
    assert.deepEqual(await at(1_062_000), { kind: 'under-way' }, 'taken over once');
    await exchanges.failed(request);
    assert.deepEqual(await at(1_063_000), { kind: 'new' });
    await exchanges.answered(request, answer);
    await exchanges.failed(request);
    assert.deepEqual(await at(9_000_000), { kind: 'repeated', answer }, 'an answer stays');
  });

  it('never lets another message take over what was left behind', async () => {
    const exchanges = nonrepudiation(store);
    await exchanges.receive(request);
    const other = { ...request, bodySha256: sha256(Buffer.from('{"amount":666}')), receivedAt: 9_000_000 };
    assert.deepEqual(await exchanges.receive(other), { kind: 'conflict' });
    assert.deepEqual((await store.find(request))?.requestBytes, request.requestBytes);
  });

  it('keeps exchanges for as long as it is told', async () => {
    const purging = createExchangeStore(fresh.database, { now: () => 5 });
    await nonrepudiation(purging).receive(request);
    assert.equal(await purging.purge(1), 0);
    assert.equal(await purging.purge(2), 1);
    assert.equal(await purging.find(request), undefined);
  });

  it('lets one of two equal requests at once be new', async () => {
    const exchanges = nonrepudiation(store);
    const both = await Promise.all([exchanges.receive(request), exchanges.receive(request)]);
    assert.deepEqual(both.map(({ kind }) => kind).sort(), ['new', 'under-way']);
  });

  it('answers nothing out of a store that has lost the exchange', async () => {
    store.keep = async () => false;
    assert.deepEqual(await nonrepudiation(store).receive(request), { kind: 'conflict' });
  });

  it('keeps partners and profiles apart that use the same message id', async () => {
    const exchanges = nonrepudiation(store);
    await exchanges.receive(request);
    await exchanges.answered(request, answer);
    assert.deepEqual(await exchanges.receive({ ...request, partner: 'other' }), { kind: 'new' });
    assert.deepEqual(await exchanges.receive({ ...request, profile: 'http-sig' }), { kind: 'new' });
  });

  for (const profile of ['modi-rest', 'jws-detached'] as const) {
    it(`answers a request by ${profile} that was signed again, with the digest of the request in the answer`, async () => {
      const parties = makeRestParties();
      const settings = (issuer: string) =>
        profile === 'modi-rest' ? ({ profile, issuer } as const) : ({ profile } as const);
      const gateway = parties.gateway(settings('gateway'));
      const registry = parties.registry(settings('tax'), { replaySet: repetitionsAllowed });
      const exchanges = nonrepudiation(store);
      const question = {
        messageId: request.messageId,
        method: 'POST',
        targetUri: service,
        contentType: 'application/json',
        body: request.requestBytes,
      };
      const serve = async () => {
        const sent = await gateway.signRequest(question);
        const verified = await registry.verifyRequest({
          ...question,
          headers: raw(sent.fields, 'Content-Type', 'application/json'),
        });
        const reception = await exchanges.receive({ ...request, ...verified, profile });
        if (reception.kind !== 'new') return { sent, reception };
        const fields = await registry.signAnswer(
          {
            messageId: '0195f7a0-0000-7000-8000-000000000002',
            status: 200,
            body: answer.bytes,
            contentType: 'application/json',
          },
          verified,
        );
        const headers = raw(fields, 'Content-Type', 'application/json');
        await exchanges.answered({ ...verified, profile }, { ...answer, headers });
        return { sent, reception };
      };
      assert.equal((await serve()).reception.kind, 'new');
      parties.clock.nowMs += 60_000;
      const { sent, reception } = await serve();
      assert.equal(reception.kind, 'repeated');
      const stored = reception.kind === 'repeated' ? reception.answer : answer;
      const { status, headers, bytes } = stored;
      await gateway.verifyAnswer({ status, headers, body: bytes }, sent);
      const carried = headers.map((text) =>
        text.split('.').map((one) => Buffer.from(one, 'base64url').toString()),
      );
      assert.ok(JSON.stringify(carried).includes(request.bodySha256));
    });
  }
});
