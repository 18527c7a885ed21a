import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { answerFromBook } from '../../src/cli/demo/officer-desk.js';
import type { AuditInput, AuditRow } from '../../src/evidence/audit-input.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';
import { consistent, edit, failuresOf, finds, inputOf, rowOf, withRow } from './audit-scene.js';

describe('an audit of what an officer answered by hand', function () {
  this.timeout(60_000);
  let stack: Stack;
  let honest: AuditInput;
  let other: AuditInput;
  const organisation = 'Bashkia Divjakë';

  async function ask(): Promise<string> {
    const client = await stack.client();
    const { id } = await client.submit(
      { ...familyRequest(stack.people.onPaper), service: 'AL012002', parameters: { factKind: 'BIRTH' } },
      { idempotencyKey: randomUUID() },
    );
    return id;
  }
  async function answered(): Promise<AuditInput> {
    const id = await ask();
    const person = stack.registry.population.people.get(stack.people.onPaper);
    assert.ok(person);
    const { signal } = new AbortController();
    await answerFromBook(await stack.client(), async () => id, person, {
      organisation,
      limitMs: 30_000,
      signal,
    });
    return withoutReceipt(await inputOf(stack, id));
  }
  /** What is forged here is forged whole: the receipt, which would tell, is left out. */
  const withoutReceipt = ({ receipt: _, ...input }: AuditInput): AuditInput => input;
  const failed = async (input: AuditInput) => (await failuresOf(input)).map(({ name }) => name);

  before(async () => {
    stack = await startStack();
    honest = await answered();
    other = await answered();
  });
  after(() => stack.stop());

  it('finds that it holds, page and all', async () => {
    await finds(honest);
    assert.deepEqual(
      honest.rows.map(({ kind }) => kind),
      [
        'client-request',
        'decision',
        'registry-request',
        'registry-answer',
        'officer-answer',
        'document',
        'result',
      ],
    );
  });

  it('finds that a refusal of the officer holds', async () => {
    const id = await ask();
    const client = await stack.client();
    const refusal = { code: 'ACT_NOT_IN_BOOK', message: 'The book has no such act.' };
    const officer = { organisation, officer: 'l.marku', unit: 'Zyra e gjendjes civile' };
    for (;;) {
      if ((await client.get(id)).state === 'awaiting-officer') break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await client.answerByHand(id, { officer, reason: 'Libri i lindjeve', refusal });
    const input = withoutReceipt(await inputOf(stack, id));
    await finds(input);
    const changed = withRow(input, 'result', (row) => consistent(edit(row, 'ACT_NOT_IN_BOOK', 'NOBODY')));
    await finds(changed, 'officer-answer #5: result');
  });

  it('finds a letter of the answer that was changed, and a signature for another request', async () => {
    const changed = withRow(honest, 'officer-answer', (row) => consistent(edit(row, 'l.marku', 'l.marko')));
    await finds(changed, 'officer-answer #5: http-sig', 'result #7: digests');
    const { bytes, sha256, sizeBytes, meta } = rowOf(other, 'officer-answer');
    const moved = withRow(honest, 'officer-answer', () => ({ bytes, sha256, sizeBytes, meta }));
    assert.ok((await failed(moved)).includes('officer-answer #5: http-sig'));
  });

  it('finds a signature of nobody who is pinned', async () => {
    const keys = {
      ...honest.keys,
      clients: honest.keys.clients.filter(({ partner }) => partner === 'adisa'),
    };
    assert.ok((await failed({ ...honest, keys })).includes('officer-answer #5: http-sig'));
  });

  it('finds another page than the one that was signed, none, and one that nobody signed', async () => {
    const forged = withRow(honest, 'document', (row) =>
      consistent(Buffer.concat([row.bytes, Buffer.from(' ')])),
    );
    await finds(forged, 'officer-answer #5: document', 'result #7: digests');
    const retyped = withRow(honest, 'document', () => ({ mediaType: 'image/png' }));
    await finds(retyped, 'officer-answer #5: document');
    const rows = honest.rows.filter(({ kind }) => kind !== 'document');
    assert.ok((await failed({ ...honest, rows })).includes('officer-answer #5: document'));
    const page = rowOf(honest, 'document');
    const moved = [...honest.rows.slice(0, 4), page, ...honest.rows.slice(4)].filter(
      (row, index) => row !== page || index === 4,
    );
    const numbered = moved.map((row, index): AuditRow => ({ ...row, sequence: index + 1 }));
    assert.ok((await failed({ ...honest, rows: numbered })).includes('rows: order'));
  });

  it('finds a result that is not what the officer said, or hides who answered', async () => {
    const lied = withRow(honest, 'result', (row) => consistent(edit(row, 'Nikolla', 'Nikolli')));
    await finds(lied, 'officer-answer #5: result');
    const hidden = withRow(honest, 'result', (row) => consistent(edit(row, ',"fulfilledBy":"officer"', '')));
    await finds(hidden, 'officer-answer #5: result');
  });

  it('finds more in the result than was granted', async () => {
    const fewer = withRow(honest, 'decision', (row) => consistent(edit(row, '"registerReference",', '')));
    await finds(fewer, 'officer-answer #5: result');
  });

  it('finds an officer who answered what the registry had answered', async () => {
    const done = withRow(honest, 'registry-answer', (row) => ({
      meta: { ...row.meta, outcome: 'answered' },
    }));
    assert.ok((await failed(done)).includes('registry: decisive answer'));
  });

  it('finds two answers of officers', async () => {
    const officer = rowOf(honest, 'officer-answer');
    const rows = [...honest.rows.slice(0, 4), officer, ...honest.rows.slice(4)].map(
      (row, index): AuditRow => ({ ...row, sequence: index + 1 }),
    );
    assert.ok((await failed({ ...honest, rows })).includes('rows: order'));
  });
});
