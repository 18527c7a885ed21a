import assert from 'node:assert/strict';
import { SignatureRefused } from '../../../src/signing/refusals.js';
import { closedVectors, unreadVectors } from './vectors.js';
import { makeWorld, received, ticket, type World } from './world.js';

describe('attacks on callbacks', () => {
  let world: World;
  let refused = 0;

  before(async () => {
    world = await makeWorld();
  });
  after(async () => {
    await world.adapter.close();
    console.log(`attack vectors: ${closedVectors.length + unreadVectors.length} refused: ${refused}`);
  });

  const open = async (message: Parameters<NonNullable<World['adapter']['openCallback']>>[0]) => {
    assert.ok(world.adapter.openCallback !== undefined);
    return world.adapter.openCallback(message);
  };

  it('accepts the callback that every vector starts from', async () => {
    const opened = await open(received(await world.deliver()));
    assert.equal(opened.messageId, world.asked.messageId);
    const { outcome } = await opened.read(world.asked, ticket);
    assert.equal(outcome.kind, 'answered', JSON.stringify(outcome));
  });

  it('has no two vectors of one name', () => {
    const names = [...closedVectors, ...unreadVectors].map(({ row, name }) => `${row}/${name}`);
    assert.equal(new Set(names).size, names.length);
  });

  for (const { row, name, code, make } of closedVectors) {
    it(`${row}: does not open ${name}`, async () => {
      const message = await make(world);
      const outcome = await open(message).then(
        () => 'OPENED',
        (error: unknown) => (error instanceof SignatureRefused ? error.code : `FAILED ${String(error)}`),
      );
      assert.equal(outcome, code);
      refused += 1;
    });
  }

  for (const { row, name, reason, bodyContent } of unreadVectors) {
    it(`${row}: takes no answer out of ${name}`, async () => {
      const opened = await open(received(await world.deliver({ bodyContent: bodyContent(world) })));
      const { outcome } = await opened.read(world.asked, ticket);
      assert.ok(outcome.kind === 'invalid', JSON.stringify(outcome));
      assert.match(outcome.reason, reason);
      refused += 1;
    });
  }
});
