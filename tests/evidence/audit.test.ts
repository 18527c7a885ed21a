import assert from 'node:assert/strict';
import { openOwnClient } from '../../src/cli/own-client.js';
import { auditEvidence } from '../../src/evidence/audit.js';
import type { AuditInput } from '../../src/evidence/audit-input.js';
import type { Stack } from '../support/stack.js';
import {
  type AuditScene,
  consistent,
  edit,
  failuresOf,
  finds,
  openAuditScene,
  rowOf,
  withRow,
} from './audit-scene.js';

/** What is honest is accepted; then one lie at a time, each to be found by the check that is there for it. */
describe('the audit of evidence', function () {
  this.timeout(60_000);
  let scene: AuditScene;
  let stack: Stack;
  let honest: AuditInput;
  let other: AuditInput;

  before(async () => {
    scene = await openAuditScene();
    ({ stack, honest, other } = scene);
  });
  after(() => stack.stop());

  it('finds nothing wrong with what is honest, and looks at everything', async () => {
    const checks = await auditEvidence(honest);
    assert.deepEqual(
      checks.filter(({ ok }) => !ok),
      [],
    );
    assert.deepEqual(
      checks.map(({ name }) => name),
      [
        'rows: sequence',
        'rows: order',
        'client-request #1: sha256',
        'decision #2: sha256',
        'registry-request #3: sha256',
        'registry-answer #4: sha256',
        'result #5: sha256',
        'client-request #1: http-sig',
        'client-request #1: content',
        'registry-request #3: signature',
        'registry-request #3: message id',
        'registry-request #3: subject',
        'registry-answer #4: signature',
        'registry-answer #4: relates to',
        'registry-answer #4: question',
        'registry: decisive answer',
        'result #5: content',
        'result #5: digests',
        'event: bytes',
        'event: signature',
        'receipt: signature',
        'receipt: request',
        'receipt: digests',
      ],
    );
  });

  it('accepts a request that was refused, retried or cancelled as it accepts an answered one', async () => {
    assert.deepEqual(await failuresOf(await scene.exchange(stack.people.unknown)), []);
    assert.deepEqual(await failuresOf(await scene.cancellation(stack.people.single)), []);
    stack.registry.control({ behaviour: 'unsigned', count: 1 });
    const retried = await scene.exchange(stack.people.married);
    assert.equal(retried.rows.filter(({ kind }) => kind === 'registry-answer').length, 2);
    assert.deepEqual(await failuresOf(retried), []);
  });

  it('takes the rows in any order', async () => {
    assert.deepEqual(await failuresOf({ ...honest, rows: [...honest.rows].reverse() }), []);
  });

  it('finds a flipped bit in any row', async () => {
    for (const { kind, sequence } of honest.rows) {
      const flipped = withRow(honest, kind, ({ bytes }) => {
        const copy = Buffer.from(bytes);
        const middle = copy.length >> 1;
        copy[middle] = (copy[middle] as number) ^ 1;
        return { bytes: copy };
      });
      const names = (await failuresOf(flipped)).map(({ name }) => name);
      assert.ok(names.includes(`${kind} #${sequence}: sha256`), `${kind}: ${names.join(', ')}`);
    }
  });

  describe('of rows', () => {
    it('finds one that was taken out of the middle', async () => {
      const rows = honest.rows.filter(({ kind }) => kind !== 'decision');
      const names = (await failuresOf({ ...honest, rows })).map(({ name }) => name);
      assert.deepEqual(names, ['rows: sequence', 'rows: order', 'receipt: digests']);
    });

    it('finds the end cut off', async () => {
      const { event: _, receipt: __, ...rest } = honest;
      await finds(
        { ...rest, rows: honest.rows.slice(0, 4) },
        'rows: sequence',
        'rows: order',
        'result: content',
      );
    });

    it('finds a digest that was rewritten together with the bytes, by the receipt that the client has', async () => {
      const decision = withRow(honest, 'decision', () => {
        return consistent(Buffer.from('{}'));
      });
      await finds(decision, 'receipt: digests');
    });
  });

  describe('of result, event and receipt', () => {
    it('finds a result that says something else about the request', async () => {
      const row = rowOf(honest, 'result');
      const changed = withRow(honest, 'result', () => ({ bytes: edit(row, /"caseId":"T-/, '"caseId":"U-') }));
      await finds(changed, 'result #5: sha256', 'result #5: content', 'event: bytes');
    });

    it('finds a result that names other evidence', async () => {
      const row = rowOf(honest, 'result');
      const { sha256 } = rowOf(honest, 'registry-answer');
      const changed = withRow(honest, 'result', () => ({
        bytes: edit(row, sha256, rowOf(other, 'registry-answer').sha256),
      }));
      await finds(changed, 'result #5: sha256', 'result #5: digests', 'event: bytes');
      const none = withRow(honest, 'result', () => ({
        bytes: edit(row, /"evidence":\[[^\]]*\]\}$/, '"evidence":[]}'),
      }));
      await finds(none, 'result #5: sha256', 'result #5: digests', 'event: bytes');
    });

    it('finds an event that is not what was recorded, or that the gateway did not sign', async () => {
      assert.ok(honest.event && other.event);
      const { event } = honest;
      const changed = Buffer.from(event.value.toString().replace('answered', 'answereD'));
      await finds({ ...honest, event: { ...event, value: changed } }, 'event: bytes', 'event: signature');
      await finds({ ...honest, event: other.event }, 'event: bytes', 'event: signature');
      const headers = { ...event.headers, ce_time: '2026-03-02T09:00:01Z' };
      await finds({ ...honest, event: { ...event, headers } }, 'event: signature');
      const { keys } = honest;
      const blind = { ...honest, keys: { ...keys, gateway: () => undefined } };
      await finds(blind, 'event: signature', 'receipt: signature');
    });

    it('finds a receipt that was changed, is about another request, or lists other rows', async () => {
      const { receipt } = honest;
      assert.ok(receipt && other.receipt);
      await finds(
        { ...honest, receipt: { ...receipt, issuedAt: other.receipt.issuedAt } },
        'receipt: signature',
      );
      await finds({ ...honest, receipt: other.receipt }, 'receipt: request', 'receipt: digests');
      const fewer = { ...receipt, evidence: receipt.evidence.slice(1) };
      await finds({ ...honest, receipt: fewer }, 'receipt: signature', 'receipt: digests');
    });
  });

  it('reads its keys as the command line does, without any private key', async () => {
    const own = await openOwnClient(stack.variables, { municipality: '20' });
    const known = honest.keys.clients.find(({ keyId }) => keyId === own.signer.keyId);
    assert.equal(known?.partner, 'oss-divjake');
    assert.equal(honest.keys.gateway('somebody-else'), undefined);
  });
});
