import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ManualAnswer, UraClient } from '../../src/client/index.js';
import { actFromBook } from '../support/act-from-book.js';
import { type CollectedResults, collectResults } from '../support/collect-results.js';
import { configCopy } from '../support/config-copy.js';
import { refusalOf } from '../support/refused.js';
import { type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';

const officer = { organisation: 'Bashkia Divjakë', officer: 'm.leka', unit: 'Gjendja civile' };
const scan = Buffer.from('%PDF-1.4 a page of the book\n');

describe('answers by hand', function () {
  this.timeout(60_000);
  let stack: Stack;
  let results: CollectedResults;
  let divjake: UraClient;
  let fier: UraClient;
  let removeConfig: () => Promise<void>;

  before(async () => {
    const config = await configCopy({
      // A municipality without a grant for it, to see that nothing is allowed by default.
      'policies/oss-fier.json': ({ manualAnswers: _, ...content }) => ({
        ...content,
        manualAnswers: [{ id: 'fier-dues', services: ['AL016001'], municipalities: ['21', '22'] }],
      }),
    });
    removeConfig = config.remove;
    stack = await startStack({ config: config.folder });
    divjake = await stack.client('20');
    fier = await stack.client('21');
    results = await collectResults(stack.variables);
  });
  after(async () => {
    await results.stop();
    await stack.stop();
    await removeConfig();
  });

  /** A birth of 1974 to 2010 that stands in Divjakë's paper book alone. */
  const onPaper = async (caseId: string, deadline?: string): Promise<string> => {
    const { id } = await divjake.submit(
      {
        service: 'AL012002',
        subject: { scheme: 'NID', notation: stack.people.onPaper },
        purpose: 'social-housing',
        legalBasis: 'Ligji 22/2018, neni 26',
        requester: { organisation: 'Bashkia Divjakë', officer: 'e.hoxha', unit: 'OSS' },
        caseId,
        parameters: { factKind: 'BIRTH' },
        ...(deadline ? { deadline } : {}),
      },
      { idempotencyKey: randomUUID() },
    );
    await waitFor(
      async () => ((await divjake.get(id)).state === 'awaiting-officer' ? true : undefined),
      'the wait for an officer',
    );
    return id;
  };
  const act = () => actFromBook(stack.people.onPaper);
  const answer = (changes: Partial<ManualAnswer> = {}): ManualAnswer => ({
    officer,
    reason: 'Libri i vitit 1999, faqe 44',
    evidence: act(),
    document: { name: 'faqja-44.pdf', mediaType: 'application/pdf', content: scan.toString('base64') },
    ...changes,
  });

  it('end a request: an officer sees the task, answers, and the client gets the granted fields', async () => {
    const id = await onPaper('DIV-BOOK-1');
    const { items } = await divjake.officerTasks();
    const task = items.find((each) => each.id === id);
    assert.equal(task?.evidenceType, 'civil-status-record');
    assert.equal(task?.office, '20');
    assert.equal(task?.subject.notation, stack.people.onPaper);
    assert.deepEqual(await divjake.answerByHand(id, answer()), { id, state: 'answered' });

    const event = await results.next(id);
    const request = await divjake.get(id);
    assert.deepEqual(event.value.result, request.result);
    assert.ok(request.result?.kind === 'answered' && request.result.fulfilledBy === 'officer');
    const evidence = request.result.evidence as Record<string, unknown>;
    assert.equal((evidence.fact as { date: string }).date, '1999-06-12');
    assert.equal(evidence.maritalEvents, undefined, 'not granted');
    const receipt = await divjake.receipt(id);
    const kinds = receipt.evidence.map(({ kind }) => kind);
    assert.deepEqual(kinds.slice(-3), ['officer-answer', 'document', 'result']);
    const { rows } = await stack.database.query(
      `select bytes from evidence where request_id = $1 and kind = 'document'`,
      [id],
    );
    assert.deepEqual(rows[0].bytes, scan, 'byte for byte');
    assert.deepEqual(
      (await divjake.officerTasks()).items.filter((each) => each.id === id),
      [],
    );
    // Twice, and after the end.
    assert.equal((await refusalOf(divjake.answerByHand(id, answer()))).code, 'not-answerable');
  });

  it('may say that there is nothing to find', async () => {
    const id = await onPaper('DIV-BOOK-2');
    const { evidence: _, document: __, ...rest } = answer();
    const refusal = { code: 'FACT_NOT_FOUND', message: 'Nuk ka akt në libër' };
    await divjake.answerByHand(id, { ...rest, refusal });
    const request = await divjake.get(id);
    assert.deepEqual(request.result, { kind: 'refused', ...refusal });
    assert.equal((await results.next(id)).type, 'ura.request.refused.v1');
  });

  it('fit the contract and the question, or are refused field by field', async () => {
    const id = await onPaper('DIV-BOOK-3');
    const wrong: [string, ManualAnswer, string][] = [
      [
        'no date',
        answer({ evidence: { ...act(), fact: { kind: 'BIRTH', place: 'Divjakë' } } }),
        '/evidence/fact',
      ],
      ['an unknown member', answer({ evidence: { ...act(), salary: 1 } }), '/evidence'],
      [
        'somebody else',
        answer({
          evidence: {
            ...act(),
            person: { ...act().person, identifier: { scheme: 'NID', notation: 'J98225004N' } },
          },
        }),
        '/evidence',
      ],
      [
        'another fact',
        answer({ evidence: { ...act(), fact: { ...act().fact, kind: 'DEATH' } } }),
        '/evidence',
      ],
      [
        'a document that is no base64',
        answer({ document: { name: 'a.pdf', mediaType: 'application/pdf', content: 'JVBERi0xLjR=' } }),
        '/document/content',
      ],
      [
        'a document of a type that can run',
        answer({ document: { name: 'a.html', mediaType: 'text/html', content: 'PGh0bWw+' } }),
        '/document/mediaType',
      ],
      ['both an answer and a refusal', answer({ refusal: { code: 'A', message: 'Asgjë' } }), ''],
    ];
    for (const [name, body, pointer] of wrong) {
      const refused = await refusalOf(divjake.answerByHand(id, body));
      assert.equal(refused.code, 'invalid-request', name);
      assert.ok(
        refused.errors.some((error) => error.pointer.startsWith(pointer)),
        `${name}: ${JSON.stringify(refused.errors)}`,
      );
    }
    assert.equal((await divjake.get(id)).state, 'awaiting-officer');
  });

  it('come from officers who may, and the others do not learn that there is anything', async () => {
    const id = await onPaper('DIV-BOOK-4');
    const ofFier = { ...officer, organisation: 'Bashkia Fier' };
    assert.equal(
      (await refusalOf(fier.answerByHand(id, answer({ officer: ofFier })))).code,
      'unknown-request',
    );
    assert.deepEqual((await fier.officerTasks()).items, []);
    // Somebody else's organisation.
    assert.equal(
      (await refusalOf(divjake.answerByHand(id, answer({ officer: ofFier })))).code,
      'not-granted',
    );
    assert.equal((await refusalOf(divjake.answerByHand(randomUUID(), answer()))).code, 'unknown-request');
  });

  it('come from the municipality that is asked, for dues of one without a system', async () => {
    const { id } = await divjake.submit(
      {
        service: 'AL016001',
        subject: { scheme: 'NID', notation: stack.people.married },
        purpose: 'transport-licence',
        legalBasis: 'Ligji 9632/2006',
        requester: { organisation: 'Bashkia Divjakë', officer: 'e.hoxha', unit: 'OSS' },
        caseId: 'DIV-DUES-1',
        parameters: { municipality: '22' },
      },
      { idempotencyKey: randomUUID() },
    );
    const task = await waitFor(
      async () => (await fier.officerTasks()).items.find((each) => each.id === id),
      'the task of the other municipality',
    );
    assert.equal(task.office, '22');
    assert.deepEqual(
      (await divjake.officerTasks()).items.filter((each) => each.id === id),
      [],
    );
    await fier.answerByHand(id, {
      officer: { ...officer, organisation: 'Bashkia Fier' },
      reason: 'Sipas regjistrit të taksave vendore',
      evidence: {
        subject: { scheme: 'NID', notation: stack.people.married },
        authority: 'Drejtoria e Taksave Vendore (22)',
        status: 'CLEAR',
        validUntil: '2026-12-31',
        asOf: '2026-03-02T09:00:00Z',
      },
    });
    const event = await results.next(id);
    assert.equal(event.value.municipality, '20', 'the result goes to the municipality that asked');
    assert.ok(event.value.result?.kind === 'answered');
  });

  it('end with the deadline, when no officer answers', async () => {
    const id = await onPaper('DIV-BOOK-5', new Date(Date.now() + 6_000).toISOString());
    const event = await results.next(id);
    assert.equal(event.type, 'ura.request.expired.v1');
    assert.equal((await refusalOf(divjake.answerByHand(id, answer()))).code, 'not-answerable');
  });
});
