import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { OperatorClient } from '../../src/cli/operator/operator-client.js';
import { createEvidenceStore } from '../../src/evidence/evidence-store.js';
import { type CollectedResults, collectResults } from '../support/collect-results.js';
import { refusalOf } from '../support/refused.js';
import { type OperatorWorld, openOperatorWorld, reasons, take } from './operator-world.js';

describe('an operator', function () {
  this.timeout(180_000);
  let world: OperatorWorld;
  let results: CollectedResults;
  let desk: OperatorClient;

  before(async () => {
    world = await openOperatorWorld();
    results = await collectResults(world.stack.variables);
    desk = await world.as();
  });
  after(async () => {
    await results.stop();
    await world.stop();
  });

  const kindsOf = async (id: string): Promise<string[]> =>
    (await createEvidenceStore(world.stack.database).list(id)).map(({ kind }) => kind);
  const stateOf = async (id: string): Promise<string> => (await world.divjake.get(id)).state;
  const codeOf = async (work: Promise<unknown>): Promise<string> => (await refusalOf(work)).code;

  it('releases what the registry surely did not execute: it is asked once more, and answered', async () => {
    const id = await world.held('question');
    assert.equal(world.executions(id), 0);
    const released = await take(desk, id, 'release', reasons.release);
    assert.equal(released.state, 'retry-wait');
    assert.equal(released.client, 'oss-divjake');
    await world.reaches(id, 'answered');
    assert.equal(world.executions(id), 1);
    const event = await results.next(id);
    assert.equal(event.type, 'ura.request.answered.v1');
    assert.equal(event.value.reason, undefined);
    const kinds = await kindsOf(id);
    assert.equal(kinds.filter((kind) => kind === 'operator-action').length, 1);
    assert.ok(kinds.indexOf('operator-action') < kinds.indexOf('result'));
  });

  it('runs a held request again only when nobody can execute it twice, or somebody says that it was not once', async () => {
    const id = await world.held('question');
    assert.equal(await codeOf(take(desk, id, 'rerun', reasons.rerun)), 'repeat-not-confirmed');
    assert.equal(await stateOf(id), 'held');
    await take(desk, id, 'rerun', { ...reasons.rerun, confirmNotExecuted: true });
    await world.reaches(id, 'answered');
    assert.equal(world.executions(id), 1);
  });

  it('has what waits asked now instead of later', async () => {
    const id = await world.waiting();
    assert.equal(world.executions(id), 0);
    const rerun = await take(desk, id, 'rerun', reasons.rerun);
    assert.equal(rerun.reason, 'rerun-by-operator');
    await world.reaches(id, 'answered');
    assert.equal(world.executions(id), 1);
    assert.equal((await world.divjake.get(id)).attempts, 2);
  });

  it('does not have asked again what may have been executed, however soon it is looked at', async () => {
    const id = await world.waiting();
    // As after an answer that was lost, of a registry that can be asked for the status of a message id.
    await world.stack.database.query(`update requests set inquiry = '{}' where id = $1`, [id]);
    // Nor is it taken back by the client as if nothing had happened.
    assert.equal(await codeOf(world.divjake.cancel(id, 'E tërhoqi')), 'not-cancellable');
    await take(desk, id, 'rerun', reasons.rerun);
    // This registry cannot be asked, so nobody but a person can find out.
    await world.reaches(id, 'held');
    assert.equal(world.executions(id), 0);
  });

  it('never moves what has ended, and says what to do instead', async () => {
    const id = await world.held();
    await take(desk, id, 'cancel', reasons.cancel);
    for (const action of ['release', 'rerun', 'cancel', 'answer'] as const) {
      const body =
        action === 'answer' ? { ...reasons.answer, failure: { code: 'answer-lost' } } : reasons[action];
      const refused = await refusalOf(take(desk, id, action, body));
      assert.equal(refused.code, 'request-finished', action);
      assert.match(refused.detail, /submit anew/);
    }
    assert.equal(await stateOf(id), 'cancelled');
    assert.equal((await kindsOf(id)).filter((kind) => kind === 'operator-action').length, 1);
  });

  it('cancels what is held: the municipality is told that an operator did, why, and not who', async () => {
    const id = await world.held('answer');
    const cancelled = await take(desk, id, 'cancel', reasons.cancel);
    assert.deepEqual(
      [cancelled.state, cancelled.reason, cancelled.actions],
      ['cancelled', 'cancelled-by-operator', []],
    );
    const { type, value } = await results.next(id);
    assert.equal(type, 'ura.request.cancelled.v1');
    assert.deepEqual(value.reason, { code: 'cancelled-by-operator', detail: reasons.cancel.reason.text });
    assert.doesNotMatch(JSON.stringify(value), /operations/);
    const request = await world.divjake.get(id);
    assert.deepEqual(request.reason, value.reason);
    const receipt = await world.divjake.receipt(id);
    assert.deepEqual(
      receipt.evidence.slice(-2).map(({ kind }) => kind),
      ['operator-action', 'result'],
    );
  });

  it('cancels what waits, and what a process left in the middle; not what the registry is being asked', async () => {
    const waiting = await world.waiting();
    assert.equal((await take(desk, waiting, 'cancel', reasons.cancel)).state, 'cancelled');

    // A lease as a process leaves it that died while it called, and one as of a process that lives.
    const left = await world.held('answer');
    const lease = (seconds: number) =>
      world.stack.database.query(
        `update requests set state = 'dispatching', lease_owner = 'somebody else', reason = null,
           lease_until = now() + $2 * interval '1 second', next_attempt_at = now() + interval '1 hour' where id = $1`,
        [left, seconds],
      );
    await lease(60);
    assert.equal(await codeOf(take(desk, left, 'cancel', reasons.cancel)), 'not-cancellable');
    assert.deepEqual((await desk.get<{ actions: string[] }>(`/requests/${left}`)).actions, []);
    assert.equal(await codeOf(world.divjake.cancel(left, 'E tërhoqi')), 'not-cancellable');
    await lease(-1);
    assert.equal((await take(desk, left, 'cancel', reasons.cancel)).state, 'cancelled');
    assert.equal((await results.next(left)).type, 'ura.request.cancelled.v1');
    // Whoever had the lease finds that it is gone.
    const { rows } = await world.stack.database.query('select lease_owner from requests where id = $1', [
      left,
    ]);
    assert.deepEqual(rows, [{ lease_owner: null }]);
  });

  it('takes an action once, however often it is sent under one key, and refuses the key for another', async () => {
    const id = await world.held('question');
    const key = randomUUID();
    await take(desk, id, 'release', reasons.release, key);
    await world.reaches(id, 'answered');
    const again = await take(desk, id, 'release', reasons.release, key);
    assert.equal(again.state, 'answered');
    assert.equal((await kindsOf(id)).filter((kind) => kind === 'operator-action').length, 1);
    const other = { reason: { ...reasons.release.reason, text: 'Diçka tjetër' } };
    assert.equal(await codeOf(take(desk, id, 'release', other, key)), 'idempotency-key-reused');
    const elsewhere = await world.held('answer');
    assert.equal(
      await codeOf(take(desk, elsewhere, 'release', reasons.release, key)),
      'idempotency-key-reused',
    );
    // What was refused was not taken, so its key is still good for the same thing.
    const refusedKey = randomUUID();
    const rerun = { ...reasons.rerun };
    assert.equal(await codeOf(take(desk, elsewhere, 'rerun', rerun, refusedKey)), 'repeat-not-confirmed');
    assert.equal(await codeOf(take(desk, elsewhere, 'rerun', rerun, refusedKey)), 'repeat-not-confirmed');
    const mover = await world.as('mover');
    await take(mover, elsewhere, 'cancel', reasons.cancel, key);
    assert.equal(await stateOf(elsewhere), 'cancelled', 'a key belongs to its operator');
  });

  it('is one of many: of ten releases at once one is taken', async () => {
    const id = await world.held('question');
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, () => take(desk, id, 'release', reasons.release)),
    );
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    await world.reaches(id, 'answered');
    assert.equal(world.executions(id), 1);
    assert.equal((await kindsOf(id)).filter((kind) => kind === 'operator-action').length, 1);
  });

  it('leaves the request to its client, and its own key, role and reason in the evidence', async () => {
    const id = await world.held('question');
    await take(desk, id, 'release', reasons.release, 'a-key-of-the-desk');
    await world.reaches(id, 'answered');
    const { rows } = await world.stack.database.query<{
      client_id: string;
      signed_by: string;
      meta: object;
      bytes: Buffer;
    }>(
      `select client_id, signed_by, meta, bytes from evidence join requests on id = request_id
       where request_id = $1 and kind = 'operator-action'`,
      [id],
    );
    const [row] = rows;
    assert.ok(row);
    assert.equal(row.client_id, 'oss-divjake');
    assert.equal(row.signed_by, 'dev-operations');
    assert.deepEqual(JSON.parse(row.bytes.toString()), reasons.release);
    const { action, operator, role, reason, idempotencyKey, profile } = row.meta as Record<string, string>;
    assert.deepEqual(
      { action, operator, role, reason, idempotencyKey, profile },
      {
        action: 'release',
        operator: 'operations',
        role: 'operator',
        reason: 'registry-journal',
        idempotencyKey: 'a-key-of-the-desk',
        profile: 'http-sig',
      },
    );
    const line = world.stack.log.find(({ msg, requestId }) => msg === 'operator acted' && requestId === id);
    assert.deepEqual([line?.operator, line?.action, line?.outcome], ['operations', 'release', 'done']);
    const metrics = await (await fetch(`${world.stack.gateway.url}/metrics`)).text();
    assert.match(metrics, /^ura_operator_actions_total\{action="release",outcome="done"\} [1-9]/m);
  });
});
