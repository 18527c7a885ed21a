import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ResultEvent } from '../../src/client/index.js';
import type { Gateway } from '../../src/compose.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';
import type { CuttablePort } from './cuttable-port.js';
import { type GatewayWithCuttableStore, startWithCuttableStore } from './gateway-with-cuttable-store.js';
import { type IntakeScene, intakeConfig, openIntakeScene } from './intake-scene.js';

describe('submitting over Kafka while the store is away', function () {
  this.timeout(120_000);
  const codes = ['49', '50'] as const;
  let stack: Stack;
  let scene: IntakeScene;
  let gateway: Gateway;
  let away: GatewayWithCuttableStore;
  let way: CuttablePort;
  let removeConfig: () => Promise<void>;

  before(async () => {
    const config = await intakeConfig(codes);
    removeConfig = config.remove;
    stack = await startStack({ withGateway: false, config: config.folder });
    away = await startWithCuttableStore(stack);
    ({ gateway, way } = away);
    scene = await openIntakeScene(stack.variables, codes);
  });
  after(async () => {
    await scene.stop();
    await away.stop();
    await stack.stop();
    await removeConfig();
  });

  const metric = async (line: RegExp): Promise<number | undefined> => {
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    const found = line.exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const paused = async (): Promise<number> => (await metric(/^ura_intake_paused_partitions (\d+)$/m)) ?? 0;

  it('pauses the partitions, refuses nothing, and goes on by itself in the order of each case', async () => {
    await scene.next(await scene.submit(familyRequest(stack.people.widow)));
    way.cut();
    const caseIds = Array.from({ length: 6 }, () => `AWAY-${randomUUID().slice(0, 8)}`);
    const ids = new Map<string, string[]>();
    for (const municipality of codes)
      for (const caseId of caseIds) {
        const draft = { ...familyRequest(stack.people.headOfSix), caseId };
        const organisation = municipality === codes[0] ? 'Bashkia Divjakë' : 'Bashkia Fier';
        const own = { ...draft, requester: { ...draft.requester, organisation } };
        const list = [await scene.submit(own, municipality), await scene.submit(own, municipality)];
        ids.set(`${municipality} ${caseId}`, list);
      }
    await waitFor(async () => ((await paused()) >= 2 ? true : undefined), 'partitions to pause');
    assert.ok(((await metric(/^ura_intake_refused_total\{code="unavailable"\} (\d+)$/m)) ?? 0) >= 2);
    assert.equal(await metric(/^ura_intake_submissions_total\{outcome="refused"\} (\d+)$/m), undefined);

    way.open();
    const events = await Promise.all([...ids.values()].flat().map((id) => scene.next(id)));
    assert.ok(events.every(({ type }) => type.startsWith('ura.')));
    assert.equal(await waitFor(async () => ((await paused()) === 0 ? 0 : undefined), 'no pause any more'), 0);
    for (const [place, list] of ids) {
      const order = (await Promise.all(list.map((id) => scene.next(id)))) as ResultEvent[];
      const requests = order.map(({ value }) => value.requestId);
      assert.deepEqual(requests, [...requests].sort(), place);
    }
  });
});
