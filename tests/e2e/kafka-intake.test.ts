import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { RequestDraft, ResultEvent, SubmissionRefusedEvent } from '../../src/client/index.js';
import { createEvidenceStore } from '../../src/evidence/evidence-store.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';
import { type IntakeScene, intakeConfig, openIntakeScene } from './intake-scene.js';

describe('submitting over Kafka', function () {
  this.timeout(90_000);
  const codes = ['41', '42'] as const;
  let stack: Stack;
  let scene: IntakeScene;
  let removeConfig: () => Promise<void>;

  before(async () => {
    const config = await intakeConfig(codes);
    removeConfig = config.remove;
    stack = await startStack({ config: config.folder });
    scene = await openIntakeScene(stack.variables, codes);
  });
  after(async () => {
    await scene.stop();
    await stack.stop();
    await removeConfig();
  });

  const refused = async (draft: RequestDraft): Promise<SubmissionRefusedEvent> => {
    const event = await scene.next(await scene.submit(draft));
    assert.equal(event.type, 'ura.submission.refused.v1', JSON.stringify(event.value));
    return event as SubmissionRefusedEvent;
  };
  const stored = async (submissionId: string): Promise<{ id: string; priority: number }[]> => {
    const { rows } = await stack.database.query<{ id: string; priority: number }>(
      `select r.id, r.priority from idempotency_keys k join requests r on r.id = k.request_id where k.key = $1`,
      [submissionId],
    );
    return rows;
  };

  it('gets the result on its topic, under the id of the submission', async () => {
    const draft = familyRequest(stack.people.headOfSix);
    const id = await scene.submit(draft);
    const event = (await scene.next(id)) as ResultEvent;
    assert.equal(event.type, 'ura.request.answered.v1');
    assert.equal(event.value.caseId, draft.caseId);
    assert.equal(event.value.result?.kind, 'answered');
    const [row] = await stored(id);
    assert.equal(row?.id, event.value.requestId);
    assert.equal(row?.priority, 1, 'a batch, as nobody is known to wait');
    // The same client finds it over HTTP, with its receipt.
    const { client } = scene;
    assert.equal((await client.get(event.value.requestId)).state, 'answered');
    assert.equal((await client.receipt(event.value.requestId)).evidence.length, 5);
  });

  it('is taken before a batch when it says that somebody waits', async () => {
    const id = await scene.submit({ ...familyRequest(stack.people.widow), priority: 'interactive' });
    await scene.next(id);
    assert.equal((await stored(id))[0]?.priority, 0);
  });

  it('keeps what was signed: value, topic, key, attributes and signature', async () => {
    const record = await scene.record(familyRequest(stack.people.single));
    await scene.produce(record);
    const headers = Object.fromEntries(record.headers);
    const { value } = (await scene.next(headers.ce_id as string)) as ResultEvent;
    const [first] = await createEvidenceStore(stack.database).read(value.requestId);
    assert.equal(first?.kind, 'client-request');
    assert.deepEqual(first?.bytes, Buffer.from(record.value));
    assert.equal(first?.signedBy, 'dev-oss-divjake');
    const { 'content-type': _, ce_specversion: __, ...signed } = headers;
    assert.deepEqual(first?.meta, {
      profile: 'kafka-event',
      topic: 'oss.41.requests.v1',
      key: record.key,
      headers: signed,
    });
  });

  it('is told why it is refused, in the words of the HTTP API', async () => {
    const draft = familyRequest(stack.people.headOfSix);
    const { client } = scene;
    const cases: RequestDraft[] = [
      { ...draft, purpose: 'advertising' },
      { ...draft, subject: { scheme: 'NID', notation: 'J0010199' } },
      { ...draft, service: 'AL999999' },
      { ...draft, requestedFields: ['head.givenName', 'taxes'] },
      { ...draft, deadline: '2020-01-01T00:00:00Z' },
      { ...draft, extra: 'x', requester: {} } as unknown as RequestDraft,
    ];
    for (const wrong of cases) {
      const { value, subject } = await refused(wrong);
      const overHttp = await client.submit(wrong, { idempotencyKey: randomUUID() }).then(
        () => assert.fail('taken over HTTP'),
        (error: { code: string; status: number; detail: string; errors: unknown[] }) => error,
      );
      const { problem } = value;
      assert.deepEqual(
        [problem.code, problem.status, problem.detail, problem.errors ?? []],
        [overHttp.code, overHttp.status, overHttp.detail, overHttp.errors],
      );
      assert.equal(problem.type, `urn:ura:problem:${problem.code}`);
      assert.equal(value.caseId, draft.caseId);
      assert.equal(value.submissionId, subject);
      assert.equal(JSON.stringify(value).includes(stack.people.headOfSix), false, 'personal data');
    }
  });

  it('is told when its value is no JSON, or names another case than the record does', async () => {
    const draft = familyRequest(stack.people.widow);
    const { value: broken } = (await scene.next(
      await (async () => {
        const id = randomUUID();
        await scene.produce(await scene.signed(Buffer.from('{"service":1,"service":2}'), draft.caseId, id));
        return id;
      })(),
    )) as SubmissionRefusedEvent;
    assert.equal(broken.problem.code, 'malformed-json');
    const id = randomUUID();
    await scene.produce(await scene.signed(Buffer.from(JSON.stringify(draft)), 'ANOTHER-1', id));
    const { value, problem = value.problem } = (await scene.next(id)) as SubmissionRefusedEvent & {
      problem?: SubmissionRefusedEvent['value']['problem'];
    };
    assert.equal(value.caseId, 'ANOTHER-1');
    assert.deepEqual([problem.code, problem.errors?.[0]?.pointer], ['invalid-request', '/caseId']);
  });

  it('is the same request however often it comes, also over HTTP', async () => {
    const draft = familyRequest(stack.people.married);
    const id = randomUUID();
    const record = await scene.record(draft, { id });
    await scene.produce(record, record, await scene.record(draft, { id }));
    const { value } = (await scene.next(id)) as ResultEvent;
    const { client } = scene;
    const again = await client.submit(draft, { idempotencyKey: id });
    assert.equal(again.id, value.requestId);
    // Another submission behind them on the same partition says that all three were read.
    await scene.next(await scene.submit({ ...draft, caseId: draft.caseId }));
    assert.equal(new Set(scene.told(id).map((event) => event.id)).size, 1);
    assert.equal((await stored(id)).length, 1);
  });

  it('refuses another value under a name that was used', async () => {
    const draft = familyRequest(stack.people.headOfSix);
    const id = randomUUID();
    await scene.produce(await scene.record(draft, { id }));
    await scene.next(id);
    await scene.produce(await scene.record({ ...draft, purpose: 'economic-aid' }, { id }));
    const second = await waitFor(
      () => scene.told(id).find(({ type }) => type === 'ura.submission.refused.v1'),
      'the refusal',
    );
    assert.equal((second as SubmissionRefusedEvent).value.problem.code, 'idempotency-key-reused');
  });

  it('tells a refusal once, and judges anew what is signed again', async () => {
    const draft = { ...familyRequest(stack.people.widow), purpose: 'advertising' };
    const id = randomUUID();
    const signedAt = Date.now() - 60_000;
    const record = await scene.record(draft, { id, now: signedAt });
    await scene.produce(record, record);
    await scene.next(id);
    await scene.produce(await scene.record(draft, { id, now: signedAt + 5_000 }), record);
    // Behind them in the same partition.
    await scene.next(await scene.submit({ ...familyRequest(stack.people.widow), caseId: draft.caseId }));
    assert.equal(scene.told(id).length, 1);
  });

  it('keeps the order of a case', async () => {
    const caseId = `ORDER-${randomUUID().slice(0, 8)}`;
    const drafts = Array.from({ length: 5 }, () => ({ ...familyRequest(stack.people.single), caseId }));
    const ids: string[] = [];
    for (const draft of drafts) ids.push(await scene.submit(draft));
    for (const id of ids) await scene.next(id);
    const { rows } = await stack.database.query<{ key: string }>(
      `select k.key from idempotency_keys k join requests r on r.id = k.request_id where r.case_id = $1 order by r.id`,
      [caseId],
    );
    assert.deepEqual(
      rows.map(({ key }) => key),
      ids,
    );
  });

  it('carries on the trace of the submission', async () => {
    const traceId = randomUUID().replaceAll('-', '');
    const record = await scene.record(familyRequest(stack.people.widow));
    const headers = [...record.headers, ['traceparent', `00-${traceId}-00f067aa0ba902b7-01`] as const];
    await scene.produce({ ...record, headers });
    const id = Object.fromEntries(record.headers).ce_id as string;
    assert.ok((await scene.next(id)).traceparent?.includes(traceId));
  });

  it('shows in the metrics what came of submissions', async () => {
    const metrics = await (await fetch(`${stack.gateway.url}/metrics`)).text();
    for (const outcome of ['accepted', 'repeated', 'refused'])
      assert.match(metrics, new RegExp(`^ura_intake_submissions_total\\{outcome="${outcome}"\\} [1-9]`, 'm'));
    assert.match(metrics, /^ura_intake_refused_total\{code="not-granted"\} [1-9]/m);
    assert.match(metrics, /^ura_intake_paused_partitions 0$/m);
  });
});
