import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { evidenceCommand } from '../../src/cli/evidence.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';
import { runCommand } from './run-command.js';

describe('ura evidence verify', function () {
  this.timeout(60_000);
  let stack: Stack;
  let id: string;

  before(async () => {
    stack = await startStack();
    const client = await stack.client();
    const draft = familyRequest(stack.people.headOfSix);
    ({ id } = await client.submit(draft, { idempotencyKey: randomUUID(), waitSeconds: 20 }));
  });
  after(() => stack.stop());

  const verify = (...args: string[]) => runCommand(evidenceCommand, ['verify', ...args], stack.variables);

  it('prints every check and ends with 0 when all hold', async () => {
    const { printed, error } = await verify(id);
    assert.equal(error, '');
    assert.match(printed, /^ {2}ok {6}registry-answer #4: signature +xml-crypto verifies it/m);
    assert.match(printed, /^receipt not looked at/m);
    assert.match(printed, /^all 18 checks hold$/m);
  });

  it('holds the receipt of a running gateway against the evidence', async () => {
    const { printed, error } = await verify(id, '--gateway', stack.gateway.url);
    assert.equal(error, '');
    assert.match(printed, /^ {2}ok {6}receipt: digests +lists the same 5 rows$/m);
    assert.match(printed, /^all 21 checks hold$/m);
  });

  it('names what does not hold and ends with 1', async () => {
    // What only somebody with all rights on the database can do; the append-only rule stands in the way of others.
    await stack.database.query('alter table evidence disable trigger user');
    await stack.database.query(
      `update evidence set bytes = set_byte(bytes, length(bytes) / 2, get_byte(bytes, length(bytes) / 2) # 1)
       where request_id = $1 and kind = 'registry-answer'`,
      [id],
    );
    const { printed, error } = await verify(id);
    assert.match(printed, /^ {2}FAILED {2}registry-answer #4: sha256 /m);
    assert.match(printed, /^ {2}FAILED {2}registry-answer #4: signature /m);
    assert.match(printed, /^ {2}FAILED {2}result #5: digests /m);
    assert.match(error, /the evidence does not hold/);
  });

  it('says when the database has no such request, or the id is none', async () => {
    const unknown = await verify('019a8f2e-1c5b-7d3a-9b1e-5f0c2a7d4e61');
    assert.match(unknown.error, /this database has no request 019a8f2e/);
    const malformed = await verify('17');
    assert.match(malformed.error, /Give the id of a request/);
  });

  it('makes no database where there is none', async () => {
    const { error } = await runCommand(evidenceCommand, ['verify', id], { URA_DATA: '/nonexistent/ura' });
    assert.match(
      error,
      /there is no embedded PostgreSQL in \/nonexistent\/ura: set DATABASE_URL, or URA_DATA/,
    );
  });
});
