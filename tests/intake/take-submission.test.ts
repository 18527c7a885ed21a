import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import type { KafkaMessage } from '../../src/client/event-source.js';
import { makeSubmissionRecord, type RequestDraft } from '../../src/client/index.js';
import { UraError } from '../../src/errors.js';
import { uuidV7 } from '../../src/ids.js';
import { createRefusalEventMaker } from '../../src/intake/refusal-event.js';
import { createRefusalStore } from '../../src/intake/refusal-store.js';
import { retryPauseMs } from '../../src/intake/retry-pause.js';
import { createTake, type TakeParts } from '../../src/intake/take-submission.js';
import type { Submission } from '../../src/requests/accept.js';
import type { StoredRequest } from '../../src/requests/request.js';
import { among, makeKey } from '../signing/http-sig/signing-keys.js';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.js';
import { familyRequest } from '../support/stack.js';

const client = { id: 'oss-divjake', municipality: '20', organisations: ['Bashkia Divjakë'] };
const key = makeKey('ecdsa-p256-sha256', client.id, 'divjake-1');
const gateway = makeKey('ecdsa-p256-sha256', 'gateway', 'gateway-1');
const hour = 3_600_000;

describe('taking a submission from Kafka', function () {
  this.timeout(20_000);
  let fresh: FreshDatabase;
  let now: number;
  let offset = 0;
  let accept: (submission: Submission) => Promise<{ request: StoredRequest; repeated: boolean }>;
  let earlier: TakeParts['findByKey'];
  let seen: string[];
  let accepted: Submission[];
  let take: (message: KafkaMessage) => Promise<void>;

  before(async () => {
    fresh = await freshDatabase();
  });
  after(() => fresh.drop());
  beforeEach(async () => {
    await fresh.database.query('truncate intake_refusals, outbox');
    now = Date.UTC(2026, 10, 20, 9);
    seen = [];
    accepted = [];
    earlier = async () => undefined;
    accept = async (submission) => {
      accepted.push(submission);
      const request = { id: submission.id, clientId: client.id, service: 'AL012031' } as StoredRequest;
      return { request, repeated: false };
    };
    const clock = { now: () => now };
    const ids = uuidV7(clock);
    take = createTake({
      opening: () => ({
        findKey: (municipality) => (municipality === '20' ? among(key) : () => undefined),
        publicOrigins: ['https://ura.example'],
        limitBytes: 65_536,
      }),
      findClient: () => client,
      validate: () => {},
      accept: (submission) => accept(submission),
      findByKey: (...of) => earlier(...of),
      refusals: createRefusalStore(fresh.database),
      makeRefusal: createRefusalEventMaker({
        ids,
        source: 'https://ura.example/',
        contractsUrl: 'https://ura.example/contracts',
        signer: gateway.signer,
        recipientOf: () => undefined,
      }),
      clock,
      ids,
      maxAgeMs: 72 * hour,
      defaultPriority: 'batch',
      observe: {
        accepted: (_, __, repeated) => seen.push(repeated ? 'repeated' : 'accepted'),
        refused: (_, __, ___, { code }, repeated) => seen.push(`refused ${code}${repeated ? ' again' : ''}`),
        ignored: (_, { code }) => seen.push(`ignored ${code}`),
      },
      onEvent: () => seen.push('event'),
    });
  });

  const message = async (
    draft: RequestDraft = familyRequest('J96126911C'),
    { id = randomUUID() as string, signedAt = now } = {},
  ): Promise<KafkaMessage> => {
    const record = await makeSubmissionRecord(draft, {
      gateway: 'https://ura.example',
      municipality: '20',
      signer: key.signer,
      idempotencyKey: id,
      now: signedAt,
    });
    offset += 1;
    return { ...record, partition: 0, offset, headers: new Map(record.headers) };
  };
  const refuse = (code: ConstructorParameters<typeof UraError>[0], retryAfterSeconds?: number) => {
    accept = () =>
      Promise.reject(
        new UraError(code, 'A detail.', retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      );
  };
  const events = async (): Promise<{ event_id: string; topic: string; key: string; value: Buffer }[]> =>
    (
      await fresh.database.query<{ event_id: string; topic: string; key: string; value: Buffer }>(
        'select event_id, topic, key, value from outbox order by seq',
      )
    ).rows;

  it('hands over the very bytes, a batch unless it says otherwise, and the proof', async () => {
    const record = await message();
    await take(record);
    const [submission] = accepted;
    assert.deepEqual(seen, ['accepted']);
    assert.equal(submission?.bodyBytes, record.value);
    assert.equal(submission?.idempotencyKey, record.headers.get('ce_id'));
    assert.equal(submission?.submissionId, record.headers.get('ce_id'));
    assert.equal(submission?.defaultPriority, 'batch');
    assert.equal(submission?.proof.signedBy, 'divjake-1');
  });

  it('writes a refusal and its event together, once for the same record', async () => {
    refuse('not-granted');
    const record = await message();
    await take(record);
    await take(record);
    assert.deepEqual(seen, ['refused not-granted', 'event']);
    const [event, ...others] = await events();
    assert.deepEqual(others, []);
    assert.deepEqual([event?.topic, event?.key], ['oss.20.results.v1', record.key]);
    const { submissionId, problem } = JSON.parse(String(event?.value)) as Record<
      string,
      Record<string, unknown>
    >;
    assert.equal(submissionId, record.headers.get('ce_id'));
    assert.equal(problem?.code, 'not-granted');
  });

  it('waits for a clock, which may be its own, and loses nothing', async () => {
    const record = await message(undefined, { signedAt: now + 5 * 60_000 });
    const later = (error: UraError): boolean => {
      assert.equal(error.code, 'unavailable');
      assert.equal(error.retryAfterSeconds, 15);
      return true;
    };
    await assert.rejects(take(record), later);
    assert.deepEqual([seen, accepted], [[], []]);
    now += 4 * 60_000;
    await take(record);
    assert.deepEqual(seen, ['accepted']);
  });

  it('takes what is signed by a clock that is hours ahead for nobody’s', async () => {
    await take(await message(undefined, { signedAt: now + hour }));
    assert.deepEqual(seen, ['ignored jws-iat']);
  });

  it('does not change its mind about a record: what was refused is not taken when it comes again', async () => {
    refuse('not-granted');
    const record = await message();
    await take(record);
    accept = () => assert.fail('it was judged again');
    await take(record);
    assert.deepEqual(seen, ['refused not-granted', 'event']);
  });

  it('judges anew what is signed again: taken now, or refused without telling it twice', async () => {
    refuse('not-granted');
    const draft = familyRequest('J96126911C');
    const id = randomUUID();
    await take(await message(draft, { id }));
    await take(await message(draft, { id, signedAt: now + 2_000 }));
    assert.deepEqual(seen, ['refused not-granted', 'event', 'refused not-granted again']);
    refuse('field-not-granted');
    await take(await message(draft, { id, signedAt: now + 4_000 }));
    assert.equal((await events()).length, 2, 'another reason is told');
    accept = async () => ({ request: { id: 'r', clientId: client.id } as StoredRequest, repeated: false });
    await take(await message(draft, { id, signedAt: now + 6_000 }));
    assert.equal(seen.at(-1), 'accepted');
  });

  it('refuses what was signed too long ago, unless it was taken then', async () => {
    const taken = await message(undefined, { signedAt: now - 73 * hour });
    earlier = async (clientId, id, bodySha256) => {
      if (id !== taken.headers.get('ce_id')) return undefined;
      assert.equal(clientId, client.id);
      assert.deepEqual(bodySha256, createHash('sha256').update(taken.value).digest());
      return { kind: 'repeated', request: { id: 'r', clientId } as StoredRequest };
    };
    await take(taken);
    await take(await message(undefined, { signedAt: now - 71 * hour }));
    await take(await message(undefined, { signedAt: now - 73 * hour }));
    assert.deepEqual(seen, ['repeated', 'accepted', 'refused signature-refused', 'event']);
  });

  it('leaves a record with the broker while the gateway cannot take it, and refuses nothing', async () => {
    for (const code of ['unavailable', 'too-many-requests'] as const) {
      refuse(code, 3);
      const record = await message();
      for (let attempt = 0; attempt < 20; attempt += 1)
        await assert.rejects(take(record), (error) => error instanceof UraError && error.code === code);
    }
    accept = () => Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' }));
    await assert.rejects(take(await message()), (error) => (error as UraError).code === 'unavailable');
    assert.deepEqual(seen, []);
    assert.deepEqual(await events(), []);
  });

  it('gives a record up at which it fails again and again, so that those behind it can go on', async () => {
    accept = () => Promise.reject(new TypeError('a defect'));
    const record = await message();
    let attempts = 0;
    while (seen.length === 0) {
      attempts += 1;
      await take(record).catch((error: UraError) => assert.equal(error.code, 'internal'));
    }
    assert.equal(attempts, 8);
    assert.deepEqual(seen, ['refused internal', 'event']);
    assert.equal((await events())[0]?.value.toString().includes('a defect'), false);
  });

  it('ignores what nobody is known to have sent, without a trace in the store', async () => {
    const record = await message();
    await take({ ...record, value: Buffer.from('{}') });
    await take({ ...record, topic: 'oss.21.requests.v1' });
    await take({ ...record, topic: 'ura.dead-letter.v1' });
    assert.deepEqual(seen, [
      'ignored signature-mismatch',
      'ignored keyid-unknown',
      'ignored submission-topic',
    ]);
    assert.deepEqual(await events(), []);
  });

  it('forgets refusals after their time', async () => {
    refuse('not-granted');
    await take(await message());
    const refusals = createRefusalStore(fresh.database);
    assert.equal(await refusals.purge(now - 1), 0);
    assert.equal(await refusals.purge(now + 1), 1);
  });
});

describe('the pause of a partition', () => {
  it('grows with each failure, up to half a minute, and is at least what the refusal asks for', () => {
    const half = () => 0;
    const full = () => 1;
    assert.deepEqual(
      [0, 1, 2, 9, 1_000].map((failures) => retryPauseMs(new Error('x'), failures, full)),
      [500, 1_000, 2_000, 30_000, 30_000],
    );
    assert.equal(retryPauseMs(new Error('x'), 0, half), 250);
    const asked = new UraError('too-many-requests', 'Wait.', { retryAfterSeconds: 120 });
    assert.equal(retryPauseMs(asked, 0, full), 120_000);
  });
});
