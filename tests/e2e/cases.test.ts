import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { evidenceCommand } from '../../src/cli/evidence.js';
import { type CaseResource, type ResultEvent, type UraClient, UraRefused } from '../../src/client/index.js';
import { findPackageRoot } from '../../src/package-root.js';
import { runCommand } from '../cli/run-command.js';
import { type CollectedCases, collectCases } from '../support/collect-cases.js';
import { application, configWithProcedures, housing } from '../support/procedures-config.js';
import { type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';

const both = [
  housing(),
  housing({
    code: 'AL990002',
    evidence: [
      { id: 'first', service: 'AL012031', validForDays: 1 },
      { id: 'same', service: 'AL012031', validForDays: 1 },
      { id: 'anew', service: 'AL012031' },
      { id: 'ungranted', service: 'AL012002', parameters: { factKind: "'NONE'" }, optional: true },
    ],
  }),
];

describe('a case, end to end', function () {
  this.timeout(60_000);
  let stack: Stack;
  let events: CollectedCases;
  let client: UraClient;
  let removeConfig: () => Promise<void>;

  before(async () => {
    const config = await configWithProcedures(both);
    removeConfig = config.remove;
    stack = await startStack({ config: config.folder });
    client = await stack.client();
    events = await collectCases(stack.variables);
  });
  beforeEach(() => stack.registry.control('normal'));
  after(async () => {
    await events.stop();
    await stack.stop();
    await removeConfig();
  });

  const submit = (nid: string, changes = {}, procedure = 'AL990001'): Promise<CaseResource> =>
    client.submitCase(procedure, application(nid, changes), { idempotencyKey: randomUUID() });
  const reaches = (id: string, state: CaseResource['state']): Promise<CaseResource> =>
    waitFor(
      async () => {
        const present = await client.getCase(id);
        return present.state === state ? present : undefined;
      },
      `${state} of case ${id}`,
      20_000,
    );
  const refusal = async (work: Promise<unknown>): Promise<UraRefused> => {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof UraRefused, String(error));
    return error;
  };
  const executed = (id: string): number =>
    stack.registry.journal.entries().filter(({ messageId }) => messageId.includes(id)).length;

  describe('of a family of six', () => {
    let done: CaseResource;
    before(async () => {
      const submitted = await submit(stack.people.headOfSix, { caseId: 'DIV-SIX' });
      assert.equal(submitted.state, 'running');
      done = await reaches(submitted.id, 'complete');
    });

    it('asks nine questions, each once, the members after the family', () => {
      const requests = done.evidence.map(({ requestId }) => requestId);
      assert.equal(new Set(requests).size, 9);
      for (const id of requests) assert.equal(executed(id), 1);
      const [residents, family] = done.steps;
      assert.deepEqual(residents?.after, ['family']);
      assert.deepEqual(
        residents?.exchanges.map(({ item, state }) => [item, state]),
        [0, 1, 2, 3, 4, 5].map((item) => [item, 'answered']),
      );
      const familyEnd = Date.parse(family?.exchanges[0]?.finishedAt ?? '');
      for (const { startedAt } of residents?.exchanges ?? []) assert.ok(Date.parse(startedAt) >= familyEnd);
      assert.deepEqual(done.missing, []);
    });

    it('gathers evidence about each member, as the grant lets it be seen', () => {
      const people = done.evidence.filter(({ step }) => step === 'residents');
      const names = people.map(
        ({ evidence }) =>
          (evidence as { person: { identifier: { notation: string } } }).person.identifier.notation,
      );
      assert.equal(names[0], stack.people.headOfSix);
      assert.equal(new Set(names).size, 6);
      for (const { evidence } of people) {
        assert.equal((evidence as { person: Record<string, unknown> }).person.placeOfBirth, undefined);
      }
    });

    it('tells Kafka of each request, and then once of the case, under the same key', async () => {
      const end = await events.next(done.id);
      assert.equal(end.type, 'ura.case.complete.v1');
      assert.equal(end.value.caseId, 'DIV-SIX');
      const ajv = new Ajv2020({ strict: false });
      addFormats.default(ajv);
      const compile = (name: string) =>
        ajv.compile(JSON.parse(readFileSync(join(findPackageRoot(), 'contracts', 'events', name), 'utf8')));
      const [isCase, isResult] = ['case.v1.schema.json', 'result.v1.schema.json'].map(compile);
      assert.ok(isCase?.(end.value), JSON.stringify(isCase?.errors));
      const place = events.all.indexOf(end);
      const before = events.all
        .slice(0, place)
        .filter(
          (event): event is ResultEvent => 'requestId' in event.value && event.value.case?.id === done.id,
        );
      assert.equal(before.length, 9);
      for (const { value } of before) assert.ok(isResult?.(value), JSON.stringify(isResult?.errors));
      assert.deepEqual(before.map(({ value }) => `${value.case?.step} ${value.case?.item ?? '-'}`).sort(), [
        'birth -',
        'family -',
        'marriage -',
        ...[0, 1, 2, 3, 4, 5].map((item) => `residents ${item}`),
      ]);
      const named = end.value.steps.flatMap(({ requests }) => requests.map(({ requestId }) => requestId));
      assert.deepEqual(named.sort(), before.map(({ subject }) => subject).sort());
      assert.equal(events.of(done.id).length, 1);
    });

    it('leaves evidence for each request that the auditor accepts: the application that was signed', async () => {
      const member = done.evidence.find(({ item }) => item === 3);
      assert.ok(member);
      const { printed, error } = await runCommand(
        evidenceCommand,
        ['verify', member.requestId, '--gateway', stack.gateway.url],
        stack.variables,
      );
      assert.equal(error, '', printed);
      assert.match(printed, /ok +client-request #1: content +an application, for the case of this request/);
      const request = await client.get(member.requestId);
      assert.deepEqual(request.case, { id: done.id, step: 'residents', item: 3 });
      assert.equal(request.deadline, done.deadline);
      assert.equal(request.purpose, 'social-housing');
    });

    it('is listed under its case id, and unknown to another municipality', async () => {
      const { items } = await client.listCases({ caseId: 'DIV-SIX' });
      assert.deepEqual(
        items.map(({ id }) => id),
        [done.id],
      );
      const fier = await stack.client('21');
      const error = await refusal(fier.getCase(done.id));
      assert.deepEqual([error.status, error.code], [404, 'unknown-case']);
      assert.deepEqual((await fier.listCases({ caseId: 'DIV-SIX' })).items, []);
      assert.equal((await refusal(fier.cancelCase(done.id, 'not mine'))).code, 'unknown-case');
      assert.equal((await refusal(fier.retryStep(done.id, 'family'))).code, 'unknown-case');
    });

    it('cannot be cancelled or tried again', async () => {
      assert.equal((await refusal(client.cancelCase(done.id, 'too late'))).code, 'case-finished');
      assert.equal((await refusal(client.retryStep(done.id, 'family'))).code, 'case-finished');
      assert.equal((await refusal(client.retryStep(done.id, 'nobody'))).code, 'unknown-step');
    });
  });

  it('is refused with a pointer for each field that the form does not take', async () => {
    const error = await refusal(
      submit('J00101999', {
        form: { householdSize: 21, married: 'po', colour: 1, 'a/b~c': 'long text' },
        deadline: '2020-01-01T00:00:00Z',
      }),
    );
    assert.equal(error.code, 'invalid-request');
    assert.deepEqual(error.errors.map(({ pointer, code }) => `${pointer} ${code}`).sort(), [
      '/applicant/notation nid-pattern',
      '/deadline deadline-passed',
      '/form/a~1b~0c maxLength',
      '/form/colour additionalProperties',
      '/form/householdSize maximum',
      '/form/married type',
    ]);
    const missing = await refusal(submit(stack.people.widow, { form: {} }));
    assert.deepEqual(
      missing.errors.map(({ pointer }) => pointer),
      ['/form/householdSize'],
    );
    const scheme = await refusal(submit('x', { applicant: { scheme: 'NUIS', notation: 'L12345678A' } }));
    assert.deepEqual(
      scheme.errors.map(({ pointer, code }) => `${pointer} ${code}`),
      ['/applicant/scheme scheme-not-taken'],
    );
  });

  it('is refused for a procedure that there is not, that is not offered, and in another name', async () => {
    assert.equal((await refusal(submit(stack.people.widow, {}, 'AL999999'))).code, 'unknown-procedure');
    const fier = await stack.client('21');
    const requester = { organisation: 'Bashkia Fier', officer: 'b.leka', unit: 'OSS' };
    const draft = application(stack.people.widow, { requester });
    const notOffered = await refusal(fier.submitCase('AL990001', draft, { idempotencyKey: randomUUID() }));
    assert.deepEqual([notOffered.status, notOffered.code], [404, 'service-not-offered']);
    assert.equal((await refusal(submit(stack.people.widow, { requester }))).code, 'not-granted');
  });

  it('is the same case when it is submitted again, and another body is refused', async () => {
    const idempotencyKey = randomUUID();
    const draft = application(stack.people.single, { form: { householdSize: 1 } });
    const first = await client.submitCase('AL990001', draft, { idempotencyKey });
    const again = await client.submitCase('AL990001', draft, { idempotencyKey });
    assert.equal(again.id, first.id);
    const other = { ...draft, form: { householdSize: 2 } };
    assert.equal(
      (await refusal(client.submitCase('AL990001', other, { idempotencyKey }))).code,
      'idempotency-key-reused',
    );
    assert.equal(
      (await refusal(client.submitCase('AL990002', draft, { idempotencyKey }))).code,
      'idempotency-key-reused',
    );
    const done = await reaches(first.id, 'complete');
    assert.deepEqual(
      done.steps.map(({ id, state }) => `${id} ${state}`),
      ['residents done', 'family done', 'birth done', 'marriage skipped'],
    );
  });

  it('is incomplete when the registry says no, and says what is missing and why in both languages', async () => {
    const submitted = await submit(stack.people.unknown, { form: { householdSize: 1 } });
    const ended = await reaches(submitted.id, 'incomplete');
    assert.deepEqual(
      ended.missing.map(({ step, reason }) => `${step} ${reason.code}`),
      ['residents needs-step', 'family PERSON_NOT_FOUND', 'birth PERSON_NOT_FOUND'],
    );
    assert.match(ended.missing[0]?.text.sq ?? '', /Varet nga një hap/);
    const end = await events.next(submitted.id);
    assert.equal(end.type, 'ura.case.incomplete.v1');
    assert.deepEqual(end.value.missing, ended.missing);
  });

  it('asks the same question once where an answer may be used again, and anew where not', async () => {
    const submitted = await submit(stack.people.widow, { form: { householdSize: 1 } }, 'AL990002');
    const done = await reaches(submitted.id, 'complete');
    const [first, same, anew, ungranted] = done.steps.map(({ exchanges }) => exchanges[0]);
    assert.equal(same?.requestId, first?.requestId);
    assert.deepEqual([first?.reused, same?.reused, anew?.reused], [false, true, false]);
    assert.notEqual(anew?.requestId, first?.requestId);
    assert.deepEqual([ungranted?.state, ungranted?.requestId], ['not-accepted', undefined]);
    assert.equal(ungranted?.reason?.code, 'invalid-request');
    assert.match(ungranted?.reason?.detail ?? '', /\/parameters\/factKind/);
  });

  it('is completed by hand where the registry gave no answer', async () => {
    stack.registry.control({ behaviour: 'other-answer' });
    const person = stack.people.married;
    const submitted = await submit(person, { caseId: 'DIV-BY-HAND', form: { householdSize: 1 } });
    const failed = await reaches(submitted.id, 'incomplete');
    stack.registry.control('normal');
    await client.retryStep(failed.id, 'family');
    await events.next(failed.id, 2);
    const asked = stack.registry.journal.executed;
    await client.retryStep(failed.id, 'birth', { byHand: true });
    const task = await waitFor(
      async () => (await client.officerTasks()).items.find(({ subject }) => subject.notation === person),
      'the task of the officers',
    );
    const date = '1985-03-02';
    await client.answerByHand(task.id, {
      officer: { organisation: 'Bashkia Divjakë', officer: 'm.leka', unit: 'Gjendja civile' },
      reason: 'Libri i lindjeve, faqe 12',
      evidence: {
        person: {
          identifier: { scheme: 'NID', notation: person },
          givenName: 'Ana',
          familyName: 'Hoxha',
          sex: 'FEMALE',
          dateOfBirth: date,
          placeOfBirth: 'Divjakë',
          citizenship: 'ALB',
        },
        civilStatus: 'MARRIED',
        maritalEvents: [],
        fact: { kind: 'BIRTH', date, place: 'Divjakë' },
        registerReference: '20/1985/L/12',
        municipalityCode: '20',
        asOf: '2026-03-02T09:00:00Z',
        source: 'book',
      },
    });
    const done = await reaches(failed.id, 'complete');
    const birth = done.steps.find(({ id }) => id === 'birth');
    assert.deepEqual(
      birth?.exchanges.map(({ requestId, state }) => [requestId, state]),
      [[task.id, 'answered']],
    );
    assert.equal(stack.registry.journal.executed, asked, 'the registry was not asked again');
    await events.next(failed.id, 3);
  });

  it('goes on when a failed step is tried again: one new request for each question without answer', async () => {
    // The register leaves the first questions of the case without an acceptable answer.
    stack.registry.control({ behaviour: 'other-answer' });
    const submitted = await submit(stack.people.married, { caseId: 'DIV-RETRY', form: { householdSize: 1 } });
    const failed = await reaches(submitted.id, 'incomplete');
    assert.deepEqual(
      failed.missing.map(({ step }) => step),
      ['residents', 'family', 'birth'],
    );
    assert.equal((await refusal(client.retryStep(failed.id, 'residents'))).code, 'step-not-retryable');
    await events.next(failed.id);

    stack.registry.control('normal');
    const running = await client.retryStep(failed.id, 'family');
    assert.equal(running.state, 'running');
    await events.next(failed.id, 2);
    const half = await reaches(failed.id, 'incomplete');
    assert.deepEqual(
      half.missing.map(({ step }) => step),
      ['birth'],
    );
    const family = half.steps.find(({ id }) => id === 'family');
    assert.deepEqual(
      family?.exchanges.map(({ round, state }) => [round, state]),
      [[2, 'answered']],
    );

    await client.retryStep(failed.id, 'birth');
    const done = await reaches(failed.id, 'complete');
    assert.equal((await events.next(failed.id, 3)).type, 'ura.case.complete.v1');
    assert.equal(
      done.steps[0]?.exchanges.length,
      done.evidence.filter(({ step }) => step === 'residents').length,
    );
  });

  it('cancelled: what is open is withdrawn, nothing more is asked, and the cancellation is proved', async () => {
    stack.registry.control({ behaviour: 'down' });
    const submitted = await submit(stack.people.headOfSix, { caseId: 'DIV-CANCEL' });
    await waitFor(async () => {
      const { items } = await client.list({ caseId: 'DIV-CANCEL' });
      return items.length === 3 && items.every(({ state }) => state === 'retry-wait') ? true : undefined;
    }, 'three requests that wait');
    const cancelled = await client.cancelCase(submitted.id, 'Qytetari e tërhoqi kërkesën');
    assert.equal(cancelled.state, 'cancelled');
    assert.equal((await events.next(submitted.id)).type, 'ura.case.cancelled.v1');
    assert.equal(
      (await client.cancelCase(submitted.id, 'again')).reason?.detail,
      'Qytetari e tërhoqi kërkesën',
    );
    const requests = await waitFor(async () => {
      const { items } = await client.list({ caseId: 'DIV-CANCEL' });
      return items.every(({ finishedAt }) => finishedAt) ? items : undefined;
    }, 'the end of all requests');
    assert.equal(requests.length, 3);
    const withdrawn = requests.filter(({ state }) => state === 'cancelled');
    assert.ok(withdrawn.length > 0);
    const { printed, error } = await runCommand(
      evidenceCommand,
      ['verify', (withdrawn[0] as { id: string }).id],
      stack.variables,
    );
    assert.equal(error, '', printed);
    stack.registry.control('normal');
    assert.equal((await refusal(client.retryStep(submitted.id, 'family'))).code, 'case-finished');
  });

  it('ends at its deadline with what it has', async () => {
    stack.registry.control({ behaviour: 'down' });
    const deadline = new Date(Date.now() + 1_500).toISOString();
    const submitted = await submit(stack.people.widow, { deadline, form: { householdSize: 1 } });
    const ended = await reaches(submitted.id, 'incomplete');
    assert.deepEqual([...new Set(ended.missing.map(({ step }) => step))], ['residents', 'family', 'birth']);
    stack.registry.control('normal');
    const again = await client.retryStep(submitted.id, 'family');
    assert.ok(Date.parse(again.deadline) > Date.parse(deadline));
    await reaches(submitted.id, 'incomplete');
  });
});
