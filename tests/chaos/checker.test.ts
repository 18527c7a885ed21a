import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkRun } from './checker/check.js';
import type { Facts } from './checker/judge.js';
import { judgeOrder } from './checker/judge-order.js';
import type { Delivered } from './checker/read-topics.js';
import type { Attempt, RunFile } from './checker/run-file.js';
import { type GoodRun, openGoodRun } from './good-run.js';
import { runChecker } from './scene/run-checker.js';

type Lines = Record<string, unknown>[];

/** One lie at a time, in accounts that are otherwise honest: the checker finds it, and finds nothing else. */
describe('the checker of chaos campaigns', function () {
  this.timeout(180_000);
  let good: GoodRun;
  /** A request that was answered, with others in its matter. */
  let id: string;
  let later: string;

  before(async () => {
    good = await openGoodRun();
    ({ first: id, second: later } = good);
  });
  after(() => good?.stop());

  /** What it finds in a run, by kind, with what each is about; without the audit, which would find some things too. */
  const found = async (run: RunFile, audited = 0): Promise<Record<string, string[]>> => {
    const { findings } = await checkRun({ ...run, audited });
    const kinds = new Map<string, Set<string>>();
    for (const { kind, about } of findings) kinds.set(kind, (kinds.get(kind) ?? new Set()).add(about));
    return Object.fromEntries([...kinds].map(([kind, about]) => [kind, [...about]]));
  };
  const inDatabase = async (...statements: string[]): Promise<Record<string, string[]>> =>
    found({ ...good.run, databaseUrl: await good.databaseAfter(statements) });
  const inTopics = async (change: (records: Delivered[]) => Delivered[]): Promise<Record<string, string[]>> =>
    found({ ...good.run, brokers: await good.brokersWith(change) });
  const inJournal = async (
    file: string,
    change: (lines: Lines) => Lines,
  ): Promise<{ readonly changed: string }> => {
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const next = change(lines.map((line) => JSON.parse(line) as Lines[number]));
    const changed = join(good.folder, `planted-${Math.random()}.jsonl`);
    await writeFile(changed, next.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return { changed };
  };
  const inClients = async (change: (lines: Attempt[]) => unknown[]): Promise<Record<string, string[]>> => {
    const { changed } = await inJournal(
      good.run.clientJournals[0] as string,
      change as unknown as (l: Lines) => Lines,
    );
    return found({ ...good.run, clientJournals: [changed] });
  };
  const inRegistry = async (change: (lines: Lines) => Lines): Promise<Record<string, string[]>> => {
    const { changed } = await inJournal(good.run.registryJournals.civil as string, change);
    return found({ ...good.run, registryJournals: { civil: changed } });
  };
  const isAbout =
    (subject: string) =>
    ({ headers }: Delivered): boolean =>
      headers.ce_subject === subject;

  it('finds nothing where nothing is wrong, and ends with the line that says so', async () => {
    const file = join(good.folder, 'run.json');
    await writeFile(file, JSON.stringify(good.run));
    const { exitCode, lines } = await runChecker(file);
    assert.equal(
      lines.at(-1),
      `invariants: accepted=${good.accepted} lost=0 duplicated=0 reordered=0 missing=0`,
    );
    assert.equal(exitCode, 0);
  });

  it('ends with 1 and says what it found', async () => {
    const databaseUrl = await good.databaseAfter([`delete from requests where id = '${id}'`]);
    const file = join(good.folder, 'run-planted.json');
    await writeFile(file, JSON.stringify({ ...good.run, databaseUrl }));
    const { exitCode, lines } = await runChecker(file);
    assert.equal(
      lines.at(-1),
      `invariants: accepted=${good.accepted} lost=1 duplicated=0 reordered=0 missing=0`,
    );
    assert.ok(lines.some((line) => line.startsWith(`lost: ${id}: `)));
    assert.equal(exitCode, 1);
  });

  it('ends with 2 when it cannot look, or when nobody was told anything', async () => {
    const file = join(good.folder, 'run-blind.json');
    await writeFile(
      file,
      JSON.stringify({ ...good.run, databaseUrl: 'postgres://postgres@127.0.0.1:1/postgres' }),
    );
    assert.equal((await runChecker(file)).exitCode, 2);
    const { changed } = await inJournal(good.run.clientJournals[0] as string, () => []);
    await writeFile(file, JSON.stringify({ ...good.run, clientJournals: [changed] }));
    assert.equal((await runChecker(file)).exitCode, 2);
  });

  describe('lost', () => {
    it('an accepted request that did not end', async () => {
      const state = `update requests set state = 'held', finished_at = null where id = '${id}'`;
      assert.deepEqual(await inDatabase(state), { lost: [id] });
    });
    it('an accepted case that the database does not know', async () => {
      const { caseId } = good;
      const found = await inDatabase(
        'alter table cases disable trigger all',
        `delete from case_steps where case_id = '${caseId}'`,
        'alter table case_evidence disable trigger user',
        `delete from case_evidence where case_id = '${caseId}'`,
        `delete from cases where id = '${caseId}'`,
      );
      assert.deepEqual(found, { lost: [caseId] });
    });
    it('an idempotency key that leads nowhere', async () => {
      assert.deepEqual(await inDatabase(`delete from idempotency_keys where request_id = '${id}'`), {
        lost: [id],
      });
    });
  });

  it('finds as lost also a key that leads to another matter', async () => {
    const found = await inDatabase(
      `update idempotency_keys set request_id = '${later}' where request_id = '${id}'`,
    );
    assert.deepEqual(found, { lost: [id] });
  });

  it('finds as lost a submission that a broker confirmed and that nobody knows', async () => {
    const idempotencyKey = 'never-taken-in';
    const found = await inClients((lines) => {
      const { id: _, state: __, ...mine } = lines.find((line) => line.id === id) ?? {};
      return [...lines, { ...mine, idempotencyKey, node: 'kafka', delivered: true }];
    });
    assert.deepEqual(found, { lost: [`oss-divjake ${idempotencyKey}`] });
  });

  it('but not one that is known by its key', async () => {
    const found = await inClients((lines) =>
      lines.map(({ id: own, state, ...line }) =>
        own === id ? { ...line, node: 'kafka', delivered: true } : { ...line, id: own, state },
      ),
    );
    assert.deepEqual(found, {});
  });

  describe('duplicated', () => {
    it('two results in the evidence of one request', async () => {
      const found = await inDatabase(
        `insert into evidence (request_id, sequence, kind, bytes, sha256, media_type, signed_by, meta, recorded_at)
         select request_id, sequence + 1, kind, bytes, sha256, media_type, signed_by, meta, recorded_at from evidence
         where request_id = '${id}' and kind = 'result'`,
        `update requests set evidence_count = evidence_count + 1 where id = '${id}'`,
      );
      assert.deepEqual(found, { duplicated: [id] });
    });
    it('two ids for one idempotency key', async () => {
      const twice = await inClients((lines) => {
        const [mine] = lines.filter((line) => line.id === id);
        return [...lines, { ...mine, id: '019a8f2e-1c5b-7d3a-9b1e-5f0c2a7d4e61' }];
      });
      assert.deepEqual(twice, { duplicated: [id] });
    });
    it('a second event about the same end, with an id of its own', async () => {
      const twice = await inTopics((records) => [
        ...records,
        ...records.filter(isAbout(id)).map((record) => ({
          ...record,
          headers: { ...record.headers, ce_id: '019a8f2e-1c5b-7d3a-9b1e-5f0c2a7d4e61' },
        })),
      ]);
      assert.deepEqual(twice, { duplicated: [id] });
    });
    it('but not the same event delivered again', async () => {
      assert.deepEqual(await inTopics((records) => [...records, ...records.filter(isAbout(id))]), {});
    });
    it('a question that a registry executed twice', async () => {
      const twice = await inRegistry((lines) => [
        ...lines,
        ...lines.filter(({ messageId }) => has(messageId, id)),
      ]);
      assert.deepEqual(twice, { duplicated: [id] });
    });
    it('but not one that came again and got its stored answer', async () => {
      const again = await inRegistry((lines) => [
        ...lines,
        ...lines
          .filter(({ messageId }) => has(messageId, id))
          .map((line) => ({ ...line, event: 'repeated' })),
      ]);
      assert.deepEqual(again, {});
    });
  });

  describe('reordered', () => {
    it('events of one matter in two partitions', () => {
      // A real topic cannot be made to hold this: its partition follows from the key.
      const [first, second] = ['1', '2'].map((ce_id, partition) => ({
        topic: 'ura.divjake.results.v1',
        key: 'DIV-1',
        partition,
        headers: { ce_id, ce_subject: id },
      })) as unknown as [Delivered, Delivered];
      const database = { written: [], matters: new Map() } as unknown as Facts['database'];
      const judged = (delivered: Delivered[]) => judgeOrder({ delivered, database } as unknown as Facts);
      assert.deepEqual(
        judged([first, second]).map(({ kind, about }) => [kind, about]),
        [['reordered', 'ura.divjake.results.v1 DIV-1']],
      );
      assert.deepEqual(judged([first, { ...second, partition: first.partition }]), []);
    });
    it('what the other transaction saw, and not what was still on its way to the disk', () => {
      const event = (ce_id: string) => ({ topic: 't', key: 'k', partition: 0, headers: { ce_id } });
      const told = [event('later'), event('earlier')] as unknown as Delivered[];
      const judged = (snapshot: string) => {
        const written = [
          { id: 'earlier', began: 1, committed: 2, transaction: '7', snapshot: '7:7:' },
          { id: 'later', began: 90_000, committed: 95_000, transaction: '9', snapshot },
        ];
        const database = { written, matters: new Map() } as unknown as Facts['database'];
        return judgeOrder({ delivered: told, database } as unknown as Facts).map(({ about }) => about);
      };
      assert.deepEqual(judged('9:9:'), ['t k']);
      assert.deepEqual(judged('6:9:6,8'), ['t k']);
      assert.deepEqual(judged('6:9:6,7'), []);
      assert.deepEqual(judged('7:7:'), []);
    });
    it('two ends of one matter told the wrong way round', async () => {
      const swapped = await inTopics((records) => {
        const [one, other] = [records.findIndex(isAbout(id)), records.findIndex(isAbout(later))];
        return records.with(one, records[other] as Delivered).with(other, records[one] as Delivered);
      });
      assert.deepEqual(swapped, { reordered: [good.matter] });
    });
    it('a case whose end is told before that of a request of its procedure', async () => {
      const early = await inTopics((records) => {
        const end = records.find(isAbout(good.caseId)) as Delivered;
        return [end, ...records.filter((record) => record !== end)];
      });
      assert.deepEqual(early, { reordered: [good.matterOfCase] });
    });
  });

  describe('missing', () => {
    it('an end that nobody was told', async () => {
      const silent = await inTopics((records) => records.filter((record) => !isAbout(id)(record)));
      assert.deepEqual(silent, { missing: [id] });
    });
    it('an event that tells another state than the database', async () => {
      const lying = await inTopics((records) =>
        records.map((record) =>
          isAbout(id)(record)
            ? { ...record, headers: { ...record.headers, ce_type: 'ura.request.refused.v1' } }
            : record,
        ),
      );
      assert.deepEqual(lying, { missing: [id] });
    });
    for (const kind of ['client-request', 'decision', 'registry-request', 'registry-answer', 'result']) {
      it(`evidence without its ${kind}`, async () => {
        const gap = `delete from evidence where request_id = '${id}' and kind = '${kind}'`;
        assert.deepEqual(await inDatabase('alter table evidence disable trigger user', gap), {
          missing: [id],
        });
      });
    }
    it('evidence whose bytes are not those of its digest', async () => {
      const forged = `update evidence set bytes = bytes || ' ' where request_id = '${id}' and kind = 'decision'`;
      assert.deepEqual(await inDatabase('alter table evidence disable trigger user', forged), {
        missing: [id],
      });
    });
    it('evidence of another body than the client sent', async () => {
      const other = await inClients((lines) =>
        lines.map((line) => (line.id === id ? { ...line, bodySha256: 'f'.repeat(64) } : line)),
      );
      assert.deepEqual(other, { missing: [id] });
    });
    it('evidence in which only the audit sees that a signature is not over these bytes', async () => {
      const databaseUrl = await good.databaseAfter([
        'alter table evidence disable trigger user',
        `update evidence set sha256 = sha256(bytes || ' '), bytes = bytes || ' '
         where request_id = '${id}' and kind = 'registry-answer'`,
      ]);
      assert.deepEqual(await found({ ...good.run, databaseUrl }), {});
      assert.deepEqual(await found({ ...good.run, databaseUrl }, 100), { missing: [id] });
    });
    it('an action that an operator was told is done', async () => {
      const file = join(good.folder, 'operators.jsonl');
      await writeFile(file, `${JSON.stringify({ id, action: 'rerun', idempotencyKey: 'done-once' })}\n`);
      assert.deepEqual(await found({ ...good.run, operatorJournals: [file] }), { missing: [id] });
    });
    it('an answer that its registry never gave', async () => {
      const never = await inRegistry((lines) => lines.filter(({ messageId }) => !has(messageId, id)));
      assert.deepEqual(never, { missing: [id] });
    });
  });
});

function has(messageId: unknown, id: string): boolean {
  return String(messageId).includes(id);
}
