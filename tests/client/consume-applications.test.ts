import assert from 'node:assert/strict';
import {
  type ApplicationEvent,
  type ApplicationStateEvent,
  type ApplicationsConsumerOptions,
  consumeApplications,
  type KafkaMessage,
  seenInMemory,
} from '../../src/client/index.js';
import { signEvent } from '../../src/signing/event-signature.js';
import { makeKey } from '../signing/http-sig/signing-keys.js';

const gateway = makeKey('ecdsa-p256-sha256', 'gateway', 'gateway-2026');
const stranger = makeKey('ecdsa-p256-sha256', 'stranger', 'gateway-2026');
const now = Date.UTC(2026, 2, 2, 9, 0, 1);
const id = '0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4d11';
const common = { applicationId: id, caseId: 'AD-2026-000117', municipality: '20', origin: 'AD' };
const officer = { organisation: 'Bashkia Divjakë', officer: 'e.hoxha', unit: 'Zyra me një ndalesë' };
const submitted = {
  ...common,
  service: 'AL020401',
  serviceVersion: 'v1',
  applicant: { scheme: 'NID', notation: 'J00101999W' },
  form: {},
  requester: { organisation: 'ADISA', officer: 'm.dervishi', unit: 'Divjakë' },
  documents: [],
  submittedAt: '2026-03-02T09:00:00.412Z',
};
const stands = {
  ...common,
  service: 'AL020401',
  state: 'approved',
  officer,
  reportedAt: submitted.submittedAt,
};

interface Change {
  readonly about?: 'submitted' | 'state';
  readonly value?: object;
  readonly type?: string;
  readonly subject?: string;
  readonly key?: typeof gateway;
  readonly message?: Partial<KafkaMessage>;
}

async function makeMessage(number: number, change: Change = {}): Promise<KafkaMessage> {
  const about = change.about ?? 'submitted';
  const value = { ...(about === 'state' ? stands : submitted), ...change.value };
  const bytes = Buffer.from(JSON.stringify(value));
  const attributes = {
    ce_id: `0199a1f2-7f00-7a01-8c22-${String(number).padStart(12, '0')}`,
    ce_source: 'https://ura.example/gateway',
    ce_type: change.type ?? `ura.application.${about}.v1`,
    ce_subject: change.subject ?? id,
    ce_time: '2026-03-02T09:00:00.412Z',
    ce_dataschema: 'urn:ura:contract:events:application.v1',
  };
  const ce_signature = await signEvent(attributes, bytes, (change.key ?? gateway).signer, { now });
  const headers = new Map(Object.entries({ ce_specversion: '1.0', ...attributes, ce_signature }));
  const topic = `oss.${about === 'state' ? 'AD' : '20'}.applications.v1`;
  return {
    topic,
    partition: 0,
    offset: number,
    key: common.caseId,
    value: bytes,
    headers,
    ...change.message,
  };
}

describe('a consumer of applications', () => {
  /** What became of the messages. */
  async function consume(messages: readonly KafkaMessage[], handlers?: Partial<ApplicationsConsumerOptions>) {
    const applications: ApplicationEvent[] = [];
    const states: ApplicationStateEvent[] = [];
    const refused: string[] = [];
    const consumer = consumeApplications({
      source: {
        async run(handle) {
          for (const message of messages) await handle(message);
        },
        stop: async () => {},
      },
      gatewayKeys: [gateway.trusted],
      seen: seenInMemory(),
      clock: { now: () => now },
      ...(handlers ?? {
        onSubmitted: async (event: ApplicationEvent) => void applications.push(event),
        onState: async (event: ApplicationStateEvent) => void states.push(event),
      }),
      onRefused: ({ code, where }) => void refused.push(`${code} ${where}`.trim()),
    });
    await consumer.finished;
    return { applications, states, refused };
  }

  it('hands each new application and each state over once, apart from each other', async () => {
    const messages = [await makeMessage(1), await makeMessage(2, { about: 'state' })];
    const { applications, states, refused } = await consume([...messages, ...messages]);
    assert.deepEqual(refused, []);
    assert.deepEqual(
      applications.map(({ subject, type, value, keyId }) => [subject, type, value, keyId]),
      [[id, 'ura.application.submitted.v1', submitted, gateway.trusted.keyId]],
    );
    assert.deepEqual(
      states.map(({ subject, type, value }) => [subject, type, value]),
      [[id, 'ura.application.state.v1', stands]],
    );
  });

  it('verifies what it has no handler for, and passes it by', async () => {
    const heard: string[] = [];
    const { refused } = await consume(
      [
        await makeMessage(1),
        await makeMessage(2, { key: stranger }),
        await makeMessage(3, { about: 'state' }),
      ],
      { onState: async ({ value }) => void heard.push(value.state) },
    );
    assert.deepEqual([heard, refused.length], [['approved'], 1]);
  });

  it('needs a handler', () => {
    const options = { gatewayKeys: [gateway.trusted], seen: seenInMemory(), onRefused: () => {} };
    const source = { run: async () => {}, stop: async () => {} };
    assert.throws(() => consumeApplications({ ...options, source }), /nobody listens/);
  });

  const other = id.replace('d11', 'd12');
  const wrong: readonly [string, Change, string][] = [
    ['about another application than it says', { subject: other }, 'event-inconsistent applicationId'],
    [
      'whose state is of another application',
      { about: 'state', value: { applicationId: other } },
      'event-inconsistent applicationId',
    ],
    ['under another key', { message: { key: 'AD-2' } }, 'event-inconsistent caseId'],
    [
      'that was moved to another municipality',
      { message: { topic: 'oss.21.applications.v1' } },
      'event-inconsistent municipality',
    ],
    [
      "that was moved to the counter's institution",
      { message: { topic: 'oss.AD.applications.v1' } },
      'event-inconsistent municipality',
    ],
    [
      'whose state was moved to the municipality',
      { about: 'state', message: { topic: 'oss.20.applications.v1' } },
      'event-inconsistent origin',
    ],
    [
      'whose state names another institution',
      { about: 'state', value: { origin: 'ZZ' } },
      'event-inconsistent origin',
    ],
    [
      'on the topic of results',
      { message: { topic: 'oss.20.results.v1' } },
      'event-inconsistent municipality',
    ],
    ['of a type that nobody knows', { type: 'ura.application.deleted.v1' }, 'event-inconsistent type'],
    ['that calls itself a state', { type: 'ura.application.state.v1' }, 'event-value state'],
    ['that is a result', { type: 'ura.request.answered.v1' }, 'event-inconsistent type'],
    ['without an origin', { value: { origin: 1 } }, 'event-value origin'],
    ['whose state has no origin', { about: 'state', value: { origin: undefined } }, 'event-value origin'],
  ];
  for (const [what, change, code] of wrong) {
    it(`refuses an event ${what}`, async () => {
      const { applications, states, refused } = await consume([await makeMessage(1, change)]);
      assert.deepEqual([applications, states, refused], [[], [], [code]]);
    });
  }

  it('refuses one whose value was exchanged', async () => {
    const message = await makeMessage(1);
    const value = Buffer.from(Buffer.from(message.value).toString().replace('J00101999W', 'I80514001R'));
    const { applications, refused } = await consume([{ ...message, value }]);
    assert.equal(applications.length, 0);
    assert.equal(refused.length, 1);
  });
});
