import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { OperatorClient } from '../../src/cli/operator/operator-client.js';
import { auditEvidence } from '../../src/evidence/audit.js';
import type { AuditInput } from '../../src/evidence/audit-input.js';
import { consistent, edit, finds, inputOf, rowOf, withRow } from '../evidence/audit-scene.js';
import { actFromBook } from '../support/act-from-book.js';
import { type CollectedResults, collectResults } from '../support/collect-results.js';
import { refusalOf } from '../support/refused.js';
import { waitFor } from '../support/wait-for.js';
import { type OperatorWorld, openOperatorWorld, reasons, take } from './operator-world.js';

const scan = Buffer.from('%PDF-1.4 a letter of the registry\n');

describe('what operators end, and its audit', function () {
  this.timeout(180_000);
  let world: OperatorWorld;
  let results: CollectedResults;
  let steward: OperatorClient;
  let desk: OperatorClient;

  before(async () => {
    world = await openOperatorWorld();
    results = await collectResults(world.stack.variables);
    steward = await world.as('steward');
    desk = await world.as();
  });
  after(async () => {
    await results.stop();
    await world.stop();
  });

  /** A birth that stands in a paper book alone, or whose answer the registry lost. */
  const birth = async (state: 'awaiting-officer' | 'held'): Promise<string> => {
    if (state === 'held') world.stack.registry.control({ behaviour: 'drop-after-execution', count: 1 });
    const { id } = await world.divjake.submit(
      {
        service: 'AL012002',
        subject: { scheme: 'NID', notation: world.stack.people.onPaper },
        purpose: 'social-housing',
        legalBasis: 'Ligji 22/2018, neni 26',
        requester: { organisation: 'Bashkia Divjakë', officer: 'e.hoxha', unit: 'OSS' },
        caseId: `T-${randomUUID().slice(0, 8)}`,
        parameters: { factKind: 'BIRTH' },
      },
      { idempotencyKey: randomUUID() },
    );
    await world.reaches(id, state);
    return id;
  };
  const act = (notation = world.stack.people.onPaper) => actFromBook(notation);
  const document = { name: 'shkresa.pdf', mediaType: 'application/pdf', content: scan.toString('base64') };
  const holds = async (input: AuditInput): Promise<void> => {
    const failed = (await auditEvidence(input)).filter(({ ok }) => !ok);
    assert.deepEqual(failed, []);
  };

  for (const state of ['held', 'awaiting-officer'] as const) {
    it(`answers what is ${state}: the client gets the granted fields, and the audit finds nothing wrong`, async () => {
      const id = await birth(state);
      await take(steward, id, 'answer', { ...reasons.answer, evidence: act(), document });
      const { type, value } = await results.next(id);
      assert.equal(type, 'ura.request.answered.v1');
      assert.deepEqual(value.reason, { code: 'answered-by-operator', detail: reasons.answer.reason.text });
      assert.ok(value.result?.kind === 'answered' && value.result.fulfilledBy === 'officer');
      const evidence = value.result.evidence as Record<string, unknown>;
      assert.equal((evidence.fact as { date: string }).date, '1999-06-12');
      assert.equal(evidence.maritalEvents, undefined, 'not granted');
      assert.doesNotMatch(JSON.stringify(value), /steward/);
      const input = await inputOf(world.stack, id);
      assert.deepEqual(
        input.rows.slice(-3).map(({ kind }) => kind),
        ['operator-action', 'document', 'result'],
      );
      assert.deepEqual(rowOf(input, 'document').bytes, scan, 'byte for byte');
      await holds(input);
    });
  }

  it('refuses an answer that does not fit the contract or the question', async () => {
    const id = await birth('held');
    for (const [name, body] of [
      ['an unknown member', { evidence: { ...act(), salary: 1 } }],
      ['somebody else', { evidence: act('J98225004N') }],
      [
        'a document that is no base64',
        { evidence: act(), document: { ...document, content: 'JVBERi0xLjR=' } },
      ],
    ] as const) {
      const refused = await refusalOf(take(steward, id, 'answer', { ...reasons.answer, ...body }));
      assert.equal(refused.code, 'invalid-request', name);
    }
    assert.equal((await world.divjake.get(id)).state, 'held');
    await take(steward, id, 'answer', { ...reasons.answer, failure: { code: 'answer-lost' } });
    const { type, value } = await results.next(id);
    assert.equal(type, 'ura.request.failed.v1');
    assert.deepEqual(value.result, { kind: 'failed', code: 'answer-lost' });
    await holds(await inputOf(world.stack, id));
  });

  it('says no in the registry’s words', async () => {
    const id = await birth('awaiting-officer');
    const refusal = { code: 'FACT_NOT_FOUND', message: 'Nuk ka akt në libër' };
    await take(steward, id, 'answer', { ...reasons.answer, refusal });
    assert.deepEqual((await results.next(id)).value.result, { kind: 'refused', ...refusal });
    await holds(await inputOf(world.stack, id));
  });

  it('leaves evidence that holds, whatever was done on the way to the end', async () => {
    const id = await world.held('question');
    await steward.post(`/requests/${id}/disclose`, reasons.disclose, randomUUID());
    await take(desk, id, 'release', reasons.release);
    await world.reaches(id, 'answered');
    await holds(await inputOf(world.stack, id));
    const cancelled = await world.held('answer');
    await take(desk, cancelled, 'cancel', reasons.cancel);
    await holds(await inputOf(world.stack, cancelled));
  });

  it('leaves evidence that shows what was changed afterwards', async () => {
    const id = await world.held('question');
    const filter = {
      state: 'held',
      registry: 'civil',
      municipality: '20',
      unchangedSince: new Date().toISOString(),
    };
    const body = { action: 'release', filter, expectedCount: 1, ...reasons.release };
    await waitFor(
      async () => ((await world.divjake.get(id)).state === 'held' ? true : undefined),
      'the hold',
    );
    await desk.post('/requests/batch', body, randomUUID());
    await world.reaches(id, 'answered');
    const input = await inputOf(world.stack, id);
    const row = rowOf(input, 'operator-action');
    const name = `operator-action #${row.sequence}`;
    const withMeta = (meta: object) =>
      withRow(input, 'operator-action', () => ({ meta: { ...row.meta, ...meta } }));
    await holds(input);

    const forged = consistent(edit(row, 'registry-journal', 'registry-confirmed'));
    const receipt = ['receipt: digests'];
    const failures = (await auditEvidence(withRow(input, 'operator-action', () => forged))).filter(
      ({ ok }) => !ok,
    );
    assert.deepEqual(
      failures.map((each) => each.name).filter((each) => !receipt.includes(each)),
      [`${name}: http-sig`, `${name}: action`],
    );
    await finds(withMeta({ operator: 'watcher' }), `${name}: http-sig`);
    await finds(withMeta({ role: 'observer' }), `${name}: action`);
    await finds(withMeta({ reason: 'never-sent' }), `${name}: action`);
    await finds(withMeta({ action: 'cancel' }), `${name}: action`);
    await finds({ ...input, request: { ...input.request, municipality: '21' } }, `${name}: action`);
    const others = input.keys.operators.filter(({ partner }) => partner !== 'operations');
    await finds({ ...input, keys: { ...input.keys, operators: others } }, `${name}: http-sig`);
    // A client's key in the place of an operator's.
    const clients = input.keys.clients.map((key) => ({ ...key, partner: 'operations' }));
    await finds({ ...input, keys: { ...input.keys, operators: clients } }, `${name}: http-sig`);
  });
});
