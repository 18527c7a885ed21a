import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ListenedEvent } from '../../src/cli/listen.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';
import { runUra, startUra, type UraProcess } from './ura-process.js';

describe('ura listen', function () {
  this.timeout(60_000);
  let stack: Stack;
  let state: string;
  const group = `listen-test-${randomUUID()}`;
  const started: UraProcess[] = [];

  before(async () => {
    stack = await startStack();
    state = join(stack.variables.URA_DATA as string, 'listen-test', randomUUID());
  });
  after(async () => {
    for (const { child } of started) child.kill('SIGKILL');
    await stack.stop();
  });

  function listen(...args: string[]): UraProcess {
    const ura = startUra(['listen', '--state', state, '--group', group, ...args], stack.variables);
    started.push(ura);
    return ura;
  }
  async function submit(caseId: string): Promise<string> {
    const client = await stack.client();
    const draft = familyRequest(stack.people.headOfSix, caseId);
    return (await client.submit(draft, { idempotencyKey: randomUUID(), waitSeconds: 20 })).id;
  }

  it('says when it listens, prints each verified event as a line, and ends with 0 on SIGTERM', async () => {
    const ura = listen('--json');
    assert.deepEqual(Object.keys(JSON.parse(await ura.line(/^\{"listening":/)) as object), ['listening']);
    const id = await submit('LISTEN-1');
    const line = JSON.parse(await ura.line(new RegExp(`"requestId":"${id}"`))) as ListenedEvent;
    assert.equal(line.event.subject, id);
    assert.deepEqual(JSON.parse(Buffer.from(line.event.bytes, 'base64').toString()), line.event.value);
    assert.equal(line.case.step, 1);
    assert.ok(line.handledAt >= Date.parse(line.event.value.finishedAt));
    ura.child.kill('SIGTERM');
    assert.equal((await ura.ended).code, 0);
  });

  it('goes on where it was: the next result is the next step of the case, and nothing comes twice', async () => {
    const ura = listen();
    await ura.line(/^listening on oss\.20\.results\.v1 at .*, \d+ partitions$/);
    await submit('LISTEN-1');
    assert.match(await ura.line(/^LISTEN-1 /), /step {3}2 {2}AL012031 {2}answered/);
    ura.child.kill('SIGTERM');
    const { stdout } = await ura.ended;
    assert.equal(stdout.split('\n').filter((line) => line.startsWith('LISTEN-1 ')).length, 1);
  });

  it('says which brokers it needs', async () => {
    const { KAFKA_BROKERS: _, ...rest } = stack.variables;
    const { code, stderr } = await runUra(['listen'], rest);
    assert.equal(code, 1);
    assert.match(stderr, /name the brokers with --brokers or KAFKA_BROKERS/);
  });

  it('says on the standard error that the broker is away, and stops when it is asked', async () => {
    const ura = startUra(['listen', '--brokers', '127.0.0.1:1'], stack.variables);
    started.push(ura);
    await new Promise<void>((resolve) => ura.child.stderr?.once('data', () => resolve()));
    ura.child.kill('SIGTERM');
    const { code, stderr, stdout } = await ura.ended;
    assert.match(stderr, /^Kafka at 127\.0\.0\.1:1: [a-z-]+; trying again$/m);
    assert.equal(stdout, '');
    assert.equal(code, 0);
  });
});
