import assert from 'node:assert/strict';
import { flattenedVerify } from 'jose';
import {
  consumeResults,
  type KafkaMessage,
  makeSubmissionRecord,
  RequestProducer,
  type SubmissionRecord,
  type SubmissionRefusedEvent,
  seenInMemory,
  UraNotProduced,
} from '../../src/client/index.js';
import { signEvent } from '../../src/signing/event-signature.js';
import { makeKey } from '../signing/http-sig/signing-keys.js';
import { familyRequest } from '../support/stack.js';

const now = Date.UTC(2026, 10, 20, 9);
const own = makeKey('ecdsa-p256-sha256', 'divjake', 'divjake-1');
const gateway = makeKey('ecdsa-p256-sha256', 'gateway', 'gateway-2026');
const draft = familyRequest('J96126911C', 'DIV-1');
const signing = { gateway: 'https://ura.example/', municipality: '20', signer: own.signer };

describe('the SDK submitting over Kafka', () => {
  it('makes a record that a general JOSE library verifies', async () => {
    const record = await makeSubmissionRecord(draft, { ...signing, idempotencyKey: 'submission-1', now });
    assert.deepEqual([record.topic, record.key], ['oss.20.requests.v1', 'DIV-1']);
    assert.deepEqual(JSON.parse(Buffer.from(record.value).toString()), draft);
    const { ce_signature: jws = '', ...headers } = Object.fromEntries(record.headers);
    assert.deepEqual(headers, {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: 'submission-1',
      ce_source: 'urn:ura:municipality:20',
      ce_type: 'ura.request.submitted.v1',
      ce_subject: 'DIV-1',
      ce_time: '2026-11-20T09:00:00.000Z',
      ce_dataschema: 'https://ura.example/openapi.json#/components/schemas/NewRequest',
    });
    const [encoded = '', , signature = ''] = jws.split('.');
    const { protectedHeader } = await flattenedVerify(
      { protected: encoded, payload: record.value, signature },
      own.trusted.publicKey,
    );
    const { 'content-type': _, ce_specversion: __, ...bound } = headers;
    assert.deepEqual(protectedHeader, {
      alg: 'ES256',
      kid: 'divjake-1',
      typ: 'ura-submission+jws',
      b64: false,
      crit: ['b64'],
      iat: now / 1000,
      ...bound,
      topic: 'oss.20.requests.v1',
    });
  });

  it('refuses names that the gateway would not take, before anything is produced', async () => {
    const sink = { produce: () => assert.fail('produced') };
    const producer = new RequestProducer({ ...signing, sink, clock: { now: () => now } });
    await assert.rejects(producer.submit(draft, { idempotencyKey: 'short' }), RangeError);
    const spaces = { ...draft, caseId: 'a case' };
    await assert.rejects(producer.submit(spaces, { idempotencyKey: 'submission-1' }), RangeError);
  });

  it('resolves once a broker has it, and says otherwise what is known', async () => {
    const produced: SubmissionRecord[] = [];
    const producerOf = (
      result: { delivered: true } | { delivered: false; code: string; mayHaveBeenDelivered: boolean },
    ) =>
      new RequestProducer({
        ...signing,
        clock: { now: () => now },
        sink: {
          produce: async (records) => {
            produced.push(...records);
            return [result];
          },
        },
      });
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await producerOf({ delivered: true }).submit(draft, { idempotencyKey: 'submission-1', traceparent });
    assert.equal(Object.fromEntries(produced[0]?.headers ?? []).traceparent, traceparent);
    const lost = producerOf({ delivered: false, code: 'not-connected', mayHaveBeenDelivered: false });
    await assert.rejects(
      lost.submit(draft, { idempotencyKey: 'submission-1' }),
      (error) =>
        error instanceof UraNotProduced && error.code === 'not-connected' && !error.mayHaveBeenProduced,
    );
  });
});

describe('the SDK reading that a submission was not taken', () => {
  const value = {
    submissionId: 'submission-1',
    caseId: 'DIV-1',
    municipality: '20',
    problem: { type: 't', title: 't', status: 403, detail: 'd', code: 'not-granted', requestId: 'r' },
    refusedAt: '2026-11-20T09:00:00.000Z',
  };
  const attributes = {
    ce_id: '3f1c2b7a-90de-8c41-a7b2-0d4e5f607182',
    ce_source: 'https://ura.example/',
    ce_type: 'ura.submission.refused.v1',
    ce_subject: 'submission-1',
    ce_time: '2026-11-20T09:00:00.000Z',
    ce_dataschema: 'https://ura.example/contracts/events/submission-refused.v1.schema.json',
  };
  async function read(change: Partial<typeof attributes>, place: Partial<KafkaMessage> = {}) {
    const bytes = Buffer.from(JSON.stringify(value));
    const signed = { ...attributes, ...change };
    const ce_signature = await signEvent(signed, bytes, gateway.signer, { now });
    const headers = new Map(Object.entries({ ce_specversion: '1.0', ...signed, ce_signature }));
    const message = {
      topic: 'oss.20.results.v1',
      partition: 0,
      offset: 0,
      key: 'DIV-1',
      value: bytes,
      headers,
    };
    const told: (SubmissionRefusedEvent | string)[] = [];
    const consumer = consumeResults({
      source: {
        run: async (handler) => handler({ ...message, ...place }),
        stop: async () => {},
      },
      gatewayKeys: [gateway.trusted],
      seen: seenInMemory(),
      clock: { now: () => now },
      handler: () => assert.fail('taken for a result'),
      onSubmissionRefused: async (event) => {
        told.push(event);
      },
      onRefused: ({ message: reason }) => {
        told.push(reason);
      },
    });
    await consumer.finished;
    return told[0];
  }

  it('hands it over verified', async () => {
    const event = (await read({})) as SubmissionRefusedEvent;
    assert.deepEqual(event.value, value);
    assert.equal(event.subject, 'submission-1');
  });

  it('refuses one about another submission, in another topic, or under another case', async () => {
    assert.equal(await read({ ce_subject: 'submission-2' }), 'event-inconsistent (submissionId)');
    assert.equal(await read({}, { topic: 'oss.21.results.v1' }), 'event-inconsistent (municipality)');
    assert.equal(await read({}, { key: 'DIV-2' }), 'event-inconsistent (caseId)');
    assert.equal(await read({}, { value: Buffer.from('{}') }), 'signature-mismatch');
  });
});
