import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { SubmissionRefusedEvent } from '../../src/client/index.js';
import { type IntakeScene, intakeConfig, openIntakeScene } from '../e2e/intake-scene.js';
import { freePort } from '../support/free-port.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';

describe('a gateway that is killed after it took submissions over Kafka, before their offsets were committed', function () {
  this.timeout(120_000);
  const codes = ['47', '48'] as const;
  let stack: Stack;
  let scene: IntakeScene;
  let removeConfig: () => Promise<void>;
  let gateways: GatewayProcess[] = [];

  before(async () => {
    // What was handled stays uncommitted until the end of the process, so that each kill falls between the two.
    const config = await intakeConfig(codes, { 'auto.commit.interval.ms': 600_000 });
    removeConfig = config.remove;
    stack = await startStack({ withGateway: false, config: config.folder });
    scene = await openIntakeScene(stack.variables, codes);
  });
  afterEach(async () => {
    await Promise.all(gateways.map((gateway) => gateway.kill()));
    gateways = [];
  });
  after(async () => {
    await scene.stop();
    await stack.stop();
    await removeConfig();
  });

  const start = async (): Promise<GatewayProcess> => {
    const gateway = await startGatewayProcess({ ...stack.variables, PORT: String(await freePort()) });
    gateways.push(gateway);
    return gateway;
  };
  const countOf = (lines: readonly string[], what: string): number =>
    lines.filter((line) => line.includes(what)).length;

  it('is brought them again by the broker, and makes neither a second request nor a second refusal', async () => {
    const first = await start();
    const draft = familyRequest(stack.people.headOfSix);
    const good = [randomUUID(), randomUUID()];
    const bad = [randomUUID(), randomUUID()];
    for (const id of good) await scene.produce(await scene.record(draft, { id }));
    for (const id of bad)
      await scene.produce(await scene.record({ ...draft, purpose: 'advertising' }, { id }));
    const events = await Promise.all([...good, ...bad].map((id) => scene.next(id)));
    assert.deepEqual(
      events.map(({ type }) => type),
      [
        'ura.request.answered.v1',
        'ura.request.answered.v1',
        'ura.submission.refused.v1',
        'ura.submission.refused.v1',
      ],
    );
    await first.kill();

    const second = await start();
    await waitFor(
      () => (countOf(second.lines, '"repeated":true') === good.length ? true : undefined),
      'the accepted ones to come again',
      60_000,
    );
    // Behind everything else in its partition, so the refused ones have come again as well.
    const last = randomUUID();
    await scene.produce(await scene.record({ ...draft, purpose: 'economic-aid' }, { id: last }));
    await scene.next(last);
    for (const id of [...good, ...bad])
      assert.equal(new Set(scene.told(id).map((event) => event.id)).size, 1, id);
    assert.equal(countOf(second.lines, 'submission over Kafka refused'), 0, 'judged a second time');
    const { rows } = await stack.database.query<{ count: string }>(
      'select count(*) as count from requests where case_id = $1',
      [draft.caseId],
    );
    assert.equal(Number(rows[0]?.count), 3);
    const executed = stack.registry.journal.entries();
    assert.equal(executed.length, 3, 'the registry was asked once for each');
  });

  it('shares the topics with another gateway, which goes on where it stopped', async () => {
    const [first, second] = [await start(), await start()];
    const draft = familyRequest(stack.people.widow);
    const ids = Array.from({ length: 12 }, () => randomUUID());
    const submit = async (some: readonly string[]): Promise<void> => {
      for (const id of some)
        await scene.produce(await scene.record({ ...draft, caseId: `SHARED-${id.slice(0, 8)}` }, { id }));
    };
    await submit(ids.slice(0, 6));
    await Promise.all(ids.slice(0, 6).map((id) => scene.next(id)));
    await first.kill();
    await submit(ids.slice(6));
    await Promise.all(ids.slice(6).map((id) => scene.next(id)));
    for (const id of ids) assert.equal(new Set(scene.told(id).map((event) => event.id)).size, 1, id);
    assert.equal(await second.terminate(), 0);
    gateways = [];
  });

  it('ends by itself when it is asked to, with everything committed', async () => {
    const gateway = await start();
    const id = randomUUID();
    await scene.produce(
      await scene.record({ ...familyRequest(stack.people.single), purpose: 'advertising' }, { id }),
    );
    const { value } = (await scene.next(id)) as SubmissionRefusedEvent;
    assert.equal(value.problem.code, 'not-granted');
    assert.equal(await gateway.terminate(), 0);
    gateways = [];
    const next = await start();
    const after = await scene.submit(familyRequest(stack.people.single));
    await scene.next(after);
    assert.equal(countOf(next.lines, '"repeated":true'), 0, 'nothing came again');
  });
});
