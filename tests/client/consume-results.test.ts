import assert from 'node:assert/strict';
import {
  consumeResults,
  type EventRefused,
  type EventSource,
  type KafkaMessage,
  type ResultEvent,
  type ResultsConsumerOptions,
  seenInMemory,
} from '../../src/client/index.js';
import { signEvent } from '../../src/signing/event-signature.js';
import { makeKey } from '../signing/http-sig/signing-keys.js';

const gateway = makeKey('ecdsa-p256-sha256', 'gateway', 'gateway-2026');
const stranger = makeKey('ecdsa-p256-sha256', 'stranger', 'gateway-2026');
const now = Date.UTC(2026, 2, 2, 9, 0, 1);
const subject = '0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4b5a';
const value = {
  requestId: subject,
  caseId: 'DIV-2026-000124',
  service: 'AL012031',
  municipality: '20',
  state: 'answered',
  result: { kind: 'answered', evidenceType: 'family-composition', evidence: { members: [] } },
  warnings: [],
  finishedAt: '2026-03-02T09:00:00.412Z',
  evidence: [],
};

interface Change {
  readonly value?: object;
  readonly bytes?: Buffer;
  /** Changes headers before signing. */
  readonly signed?: Record<string, string>;
  /** Changes headers after signing; undefined removes one. */
  readonly sent?: Record<string, string | undefined>;
  readonly key?: typeof gateway;
  readonly message?: Partial<KafkaMessage>;
}

async function makeMessage(number: number, change: Change = {}): Promise<KafkaMessage> {
  const bytes = change.bytes ?? Buffer.from(JSON.stringify({ ...value, ...change.value }));
  const attributes = {
    ce_id: `0199a1f2-7f00-7a01-8c22-${String(number).padStart(12, '0')}`,
    ce_source: 'https://ura.example/gateway',
    ce_type: 'ura.request.answered.v1',
    ce_subject: subject,
    ce_time: '2026-03-02T09:00:00.412Z',
    ce_dataschema: 'urn:ura:contract:events:result.v1',
    ...change.signed,
  };
  const ce_signature = await signEvent(attributes, bytes, (change.key ?? gateway).signer, { now });
  const headers = new Map(Object.entries({ ce_specversion: '1.0', ...attributes, ce_signature }));
  for (const [name, one] of Object.entries(change.sent ?? {})) {
    if (one === undefined) headers.delete(name);
    else headers.set(name, one);
  }
  return {
    topic: 'oss.20.results.v1',
    partition: 0,
    offset: number,
    key: value.caseId,
    value: bytes,
    headers,
    ...change.message,
  };
}

/** A source that gives each message again until its handler resolves, at most three times. */
function sourceOf(messages: readonly KafkaMessage[]): EventSource & { readonly committed: number[] } {
  const committed: number[] = [];
  return {
    committed,
    async run(handler) {
      for (const message of messages) {
        for (let tried = 0; tried < 3; tried += 1) {
          try {
            await handler(message);
            committed.push(message.offset);
            break;
          } catch {
            // Comes again.
          }
        }
      }
    },
    stop: async () => {},
  };
}

async function consume(messages: readonly KafkaMessage[], options: Partial<ResultsConsumerOptions> = {}) {
  const source = sourceOf(messages);
  const handled: ResultEvent[] = [];
  const refused: EventRefused[] = [];
  const consumer = consumeResults({
    source,
    gatewayKeys: [gateway.trusted],
    seen: seenInMemory(),
    handler: async (event) => void handled.push(event),
    onRefused: (refusal) => void refused.push(refusal),
    clock: { now: () => now },
    ...options,
  });
  await consumer.finished;
  return { handled, refused, committed: source.committed };
}

describe('client/consume-results', () => {
  it('hands a signed event over with everything that proves it', async () => {
    const message = await makeMessage(1, { sent: { traceparent: '00-a-b-01' } });
    const { handled, refused, committed } = await consume([message]);
    assert.deepEqual(refused, []);
    assert.deepEqual(committed, [1]);
    assert.deepEqual(handled, [
      {
        id: '0199a1f2-7f00-7a01-8c22-000000000001',
        source: 'https://ura.example/gateway',
        type: 'ura.request.answered.v1',
        subject,
        time: '2026-03-02T09:00:00.412Z',
        dataschema: 'urn:ura:contract:events:result.v1',
        traceparent: '00-a-b-01',
        value,
        bytes: message.value,
        signature: message.headers.get('ce_signature'),
        keyId: 'gateway-2026',
      },
    ]);
  });

  it('hands an event that comes twice over once, and commits both', async () => {
    const message = await makeMessage(1);
    const { handled, committed } = await consume([message, { ...message, offset: 2 }]);
    assert.equal(handled.length, 1);
    assert.deepEqual(committed, [1, 2]);
  });

  it('skips what is repeated behind later events of its case, as a relay that was stopped and woken does', async () => {
    const [first, second, third] = [await makeMessage(1), await makeMessage(2), await makeMessage(3)];
    const seen = seenInMemory();
    const before = await consume([first, second, first, second], { seen });
    // Another process of the same group goes on with the same memory.
    const after = await consume([third, first, third, second], { seen });
    assert.deepEqual(
      [...before.handled, ...after.handled].map(({ id }) => id.at(-1)),
      ['1', '2', '3'],
    );
    assert.deepEqual([before.committed.length, after.committed.length], [4, 4]);
  });

  it('gives an event again whose handler failed, and remembers it only afterwards', async () => {
    const calls: string[] = [];
    let failures = 1;
    const seen = seenInMemory();
    const { committed } = await consume([await makeMessage(1)], {
      seen: {
        has: (id) => seen.has(id),
        add: async (id) => {
          calls.push('add');
          await seen.add(id);
        },
      },
      handler: async () => {
        calls.push('handle');
        failures -= 1;
        if (failures >= 0) throw new Error('database is down');
      },
    });
    assert.deepEqual(calls, ['handle', 'handle', 'add']);
    assert.deepEqual(committed, [1]);
  });

  it('commits nothing while the memory of seen events does not answer', async () => {
    const down = () => Promise.reject(new Error('down'));
    const { handled, committed } = await consume([await makeMessage(1)], { seen: { has: down, add: down } });
    assert.deepEqual([handled, committed], [[], []]);
  });

  const refusedEvents: readonly [name: string, code: string, change: Change][] = [
    ['value changed', 'signature-mismatch', { message: { value: Buffer.from('{}') } }],
    ['signed by a stranger', 'signature-mismatch', { key: stranger }],
    ['without a signature', 'signature-missing', { sent: { ce_signature: undefined } }],
    ['with junk for a signature', 'jws-malformed', { sent: { ce_signature: 'x' } }],
    ['under another id', 'jws-binding', { sent: { ce_id: 'other' } }],
    ['under another type', 'jws-binding', { sent: { ce_type: 'ura.request.refused.v1' } }],
    ['for another request', 'jws-binding', { sent: { ce_subject: subject.replace('0199', '0200') } }],
    ['at another time', 'jws-binding', { sent: { ce_time: '2026-03-02T09:00:00.413Z' } }],
    ['from another source', 'jws-binding', { sent: { ce_source: 'https://evil.example' } }],
    ['under another schema', 'jws-binding', { sent: { ce_dataschema: 'urn:x' } }],
    ['without an id', 'event-header', { sent: { ce_id: undefined } }],
    ['with a line break in its id', 'event-header', { sent: { ce_id: 'a\nb' } }],
    ['of CloudEvents 0.3', 'event-header', { sent: { ce_specversion: '0.3' } }],
    ['of an unknown type', 'event-header', { signed: { ce_type: 'com.example' } }],
    ['with a local time', 'event-header', { signed: { ce_time: '2026-03-02T09:00:00+01:00' } }],
    ['that is no JSON', 'event-value', { bytes: Buffer.from('<xml/>') }],
    ['that is not UTF-8', 'event-value', { bytes: Buffer.from([0x22, 0xff, 0x22]) }],
    ['that is JSON null', 'event-value', { bytes: Buffer.from('null') }],
    ['without a case', 'event-value', { value: { caseId: undefined } }],
    ['about another request than its subject', 'event-inconsistent', { value: { requestId: 'x' } }],
    ['whose state is not its type', 'event-inconsistent', { value: { state: 'refused' } }],
    ['under the key of another case', 'event-inconsistent', { message: { key: 'DIV-2026-000999' } }],
    [
      'copied to the topic of another municipality',
      'event-inconsistent',
      { message: { topic: 'oss.21.results.v1' } },
    ],
  ];
  for (const [name, code, change] of refusedEvents) {
    it(`does not hand over an event ${name}, and passes it by: ${code}`, async () => {
      const { handled, refused, committed } = await consume([
        await makeMessage(1, change),
        await makeMessage(2),
      ]);
      assert.deepEqual(
        refused.map((one) => one.code),
        [code],
      );
      assert.deepEqual(
        handled.map(({ id }) => id.at(-1)),
        ['2'],
      );
      assert.deepEqual(committed, [1, 2]);
    });
  }

  it('keeps a refused event waiting when the one who is told of it rejects', async () => {
    let told = 0;
    const message = await makeMessage(1);
    const { committed } = await consume([message], {
      gatewayKeys: [stranger.trusted],
      onRefused: () => {
        told += 1;
        throw new Error('hold');
      },
    });
    assert.equal(told, 3);
    assert.deepEqual(committed, []);
  });

  it('refuses to start without a pinned key', () => {
    assert.throws(
      () =>
        consumeResults({
          source: sourceOf([]),
          gatewayKeys: [],
          seen: seenInMemory(),
          handler: async () => {},
          onRefused: () => {},
        }),
      TypeError,
    );
  });
});
