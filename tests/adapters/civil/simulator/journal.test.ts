import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JournalLine, openJournal } from '../../../../adapters/civil/simulator/journal.js';
import { openScene } from './scene.js';
import { verifiedParts } from './verify-with-xml-crypto.js';

describe('civil simulator: journal', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ura-journal-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const now = Date.parse('2026-01-01T00:00:00Z');
  const entry = (messageId: string) => ({
    messageId,
    operation: 'GetPerson',
    caseId: 'C-1',
    digest: 'ab',
    executedAt: 1_767_225_600_000,
  });

  it('remembers over a restart what it wrote', () => {
    const file = join(folder, 'journal.jsonl');
    const first = openJournal('civil', () => now, file);
    first.enter(entry('urn:uuid:1'));
    first.enter(entry('urn:uuid:2'));
    first.close();
    const second = openJournal('civil', () => now, file);
    assert.equal(second.executed, 2);
    assert.deepEqual(second.find('urn:uuid:2'), entry('urn:uuid:2'));
    assert.equal(second.find('urn:uuid:3'), undefined);
    second.close();
  });

  it('enters no message id twice', () => {
    const journal = openJournal('civil', () => now);
    journal.enter(entry('urn:uuid:1'));
    assert.throws(() => journal.enter(entry('urn:uuid:1')), /executed before/);
    assert.equal(journal.executed, 1);
  });

  it('counts repetitions without counting them as executions', () => {
    const journal = openJournal('civil', () => now);
    journal.enter(entry('urn:uuid:1'));
    journal.countRepetition('urn:uuid:1');
    journal.countRepetition('urn:uuid:1');
    assert.deepEqual([journal.executed, journal.repeated], [1, 2]);
    assert.deepEqual(journal.entries(), [{ ...entry('urn:uuid:1'), executions: 1, repetitions: 2 }]);
  });

  it('writes one line for each execution and each repetition, beside other registries in the same file', () => {
    const file = join(folder, 'journal.jsonl');
    const civil = openJournal('civil', () => now, file);
    const tax = openJournal('tax', () => now, file);
    civil.enter(entry('urn:uuid:1'));
    tax.enter(entry('1'));
    civil.countRepetition('urn:uuid:1');
    tax.enterAgain(entry('1'));
    for (const journal of [civil, tax]) journal.close();
    const lines = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as JournalLine);
    assert.deepEqual(
      lines.map(({ registry, messageId, event }) => [registry, messageId, event]),
      [
        ['civil', 'urn:uuid:1', 'executed'],
        ['tax', '1', 'executed'],
        ['civil', 'urn:uuid:1', 'repeated'],
        ['tax', '1', 'executed'],
      ],
    );
    assert.equal(lines[0]?.time, '2026-01-01T00:00:00.000Z');
    const again = openJournal('tax', () => now, file);
    assert.deepEqual([again.executed, again.repeated, again.entries().length], [2, 0, 1]);
    again.close();
  });

  it('removes a line that a crash cut off, and goes on behind the whole ones', () => {
    const file = join(folder, 'journal.jsonl');
    const first = openJournal('civil', () => now, file);
    first.enter(entry('urn:uuid:1'));
    first.close();
    appendFileSync(file, '{"messageId":"urn:uuid:2","opera');
    const second = openJournal('civil', () => now, file);
    assert.equal(second.executed, 1);
    second.enter(entry('urn:uuid:3'));
    second.close();
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { messageId: string }).messageId),
      ['urn:uuid:1', 'urn:uuid:3'],
    );
  });

  it('lets a restarted registry give the same content again for the same message', async () => {
    const journalFile = join(folder, 'journal.jsonl');
    let now = Date.now();
    const clock = { now: () => now };
    const publicUrl = 'https://civil.registry.example/soap';
    const first = await openScene('ec', { journalFile, clock, publicUrl });
    const { gateway, registryKey } = first;
    const question = { nid: first.who.headOfSix, messageId: 'urn:uuid:over-a-restart', to: publicUrl };
    const before = await first.post(first.signed(question));
    await first.registry.close();
    now += 5_000;
    const second = await openScene('ec', {
      journalFile,
      clock,
      publicUrl,
      gatewayCertificatesPem: [gateway.certificatePem],
      privateKeyPem: registryKey.privateKeyPem,
      certificatePem: registryKey.certificatePem,
    });
    try {
      const after = await second.post(first.signed({ ...question, createdAt: now }));
      const bodyOf = (text: string) => verifiedParts(text, registryKey.certificate).get('Body');
      assert.equal(bodyOf(after.text), bodyOf(before.text));
      assert.deepEqual([second.registry.journal.executed, second.registry.journal.repeated], [1, 1]);
    } finally {
      await second.registry.close();
    }
  });
});
