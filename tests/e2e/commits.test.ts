import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { watchCommits } from '../support/commits.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';

describe('what a gateway waits for, in an exchange', function () {
  this.timeout(60_000);
  let stack: Stack;
  before(async () => {
    stack = await startStack();
  });
  after(() => stack.stop());

  it('waits until the disk has what clients rely on, and not for what can be had again', async () => {
    const tables = ['replay_set', 'requests', 'evidence', 'outbox'] as const;
    const watched = await Promise.all(tables.map((table) => watchCommits(stack.database, table)));
    const client = await stack.client();
    const { state } = await client.submit(familyRequest(stack.people.headOfSix), {
      idempotencyKey: randomUUID(),
      waitSeconds: 20,
    });
    assert.equal(state, 'answered');
    const emptied = async () =>
      (await stack.database.query('select from outbox')).rowCount === 0 ? true : undefined;
    await waitFor(emptied, 'the event to be sent');
    const [replays = [], requests, evidence, outbox = []] = await Promise.all(
      watched.map(({ seen }) => seen()),
    );
    // The client's question, then the registry's answer.
    assert.deepEqual(replays, ['on', 'off']);
    assert.deepEqual(new Set(requests), new Set(['on']));
    assert.deepEqual(new Set(evidence), new Set(['on']));
    // Written with the result, then sent.
    assert.deepEqual(outbox, ['on', 'off']);
  });
});
