import assert from 'node:assert/strict';
import {
  type CaseEvent,
  consumeResults,
  type KafkaMessage,
  type ResultEvent,
  seenInMemory,
} from '../../src/client/index.js';
import { signEvent } from '../../src/signing/event-signature.js';
import { makeKey } from '../signing/http-sig/signing-keys.js';

const gateway = makeKey('ecdsa-p256-sha256', 'gateway', 'gateway-2026');
const stranger = makeKey('ecdsa-p256-sha256', 'stranger', 'gateway-2026');
const now = Date.UTC(2026, 2, 2, 9, 0, 1);
const id = '0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4c00';
const value = {
  id,
  caseId: 'DIV-2026-000124',
  procedure: 'AL020101',
  version: 'v1',
  municipality: '20',
  state: 'complete',
  steps: [],
  missing: [],
  finishedAt: '2026-03-02T09:00:00.412Z',
};

interface Change {
  readonly value?: object;
  readonly type?: string;
  readonly key?: typeof gateway;
  readonly message?: Partial<KafkaMessage>;
}

async function makeMessage(number: number, change: Change = {}): Promise<KafkaMessage> {
  const bytes = Buffer.from(JSON.stringify({ ...value, ...change.value }));
  const attributes = {
    ce_id: `0199a1f2-7f00-7a01-8c22-${String(number).padStart(12, '0')}`,
    ce_source: 'https://ura.example/gateway',
    ce_type: change.type ?? 'ura.case.complete.v1',
    ce_subject: id,
    ce_time: '2026-03-02T09:00:00.412Z',
    ce_dataschema: 'urn:ura:contract:events:case.v1',
  };
  const ce_signature = await signEvent(attributes, bytes, (change.key ?? gateway).signer, { now });
  const headers = new Map(Object.entries({ ce_specversion: '1.0', ...attributes, ce_signature }));
  const place = { topic: 'oss.20.results.v1', partition: 0, offset: number, key: value.caseId };
  return { ...place, value: bytes, headers, ...change.message };
}

describe('a consumer of results and the ends of cases', () => {
  /** What became of the messages: handed over as a case, as a result, or refused with a code. */
  async function consume(messages: readonly KafkaMessage[], takesCases = true) {
    const cases: CaseEvent[] = [];
    const results: ResultEvent[] = [];
    const refused: string[] = [];
    const consumer = consumeResults({
      source: {
        async run(handle) {
          for (const message of messages) await handle(message);
        },
        stop: async () => {},
      },
      gatewayKeys: [gateway.trusted],
      seen: seenInMemory(),
      clock: { now: () => now },
      handler: async (event) => {
        results.push(event);
      },
      ...(takesCases
        ? {
            onCase: async (event: CaseEvent) => {
              cases.push(event);
            },
          }
        : {}),
      onRefused: ({ code, where }) => {
        refused.push(`${code} ${where}`.trim());
      },
    });
    await consumer.finished;
    return { cases, results, refused };
  }

  it('hands the end of a case over once, apart from results', async () => {
    const message = await makeMessage(1);
    const { cases, results, refused } = await consume([message, message]);
    assert.deepEqual(
      cases.map((event) => [event.subject, event.value.state, event.keyId]),
      [[id, 'complete', gateway.trusted.keyId]],
    );
    assert.deepEqual([results, refused], [[], []]);
  });

  it('verifies it and passes it by where nobody asked for cases', async () => {
    const { cases, results, refused } = await consume(
      [await makeMessage(1), await makeMessage(2, { key: stranger })],
      false,
    );
    assert.deepEqual([cases, results], [[], []]);
    assert.equal(refused.length, 1);
  });

  const wrong: readonly [string, Change, string][] = [
    ['about another case than it says', { value: { id: id.replace('c00', 'c01') } }, 'event-inconsistent id'],
    ['with another end in its type', { type: 'ura.case.incomplete.v1' }, 'event-inconsistent state'],
    ['that calls itself a result', { type: 'ura.request.complete.v1' }, 'event-value requestId'],
    ['under another key', { message: { key: 'DIV-2' } }, 'event-inconsistent caseId'],
    [
      'on the topic of another municipality',
      { message: { topic: 'oss.21.results.v1' } },
      'event-inconsistent municipality',
    ],
    ['without a procedure', { value: { procedure: 1 } }, 'event-value procedure'],
  ];
  for (const [what, change, code] of wrong) {
    it(`refuses an event ${what}`, async () => {
      const { cases, results, refused } = await consume([await makeMessage(1, change)]);
      assert.deepEqual([cases, results, refused], [[], [], [code]]);
    });
  }
});
