import assert from 'node:assert/strict';
import type { Exchange } from '../../../adapters/adapter.js';
import { commonVectors, type Vector } from './common-vectors.js';
import { profileVectors } from './profile-vectors.js';
import { transportVectors } from './transport-vectors.js';
import { makeWorld, type ProfileName, question, type World } from './world.js';

const vectors = [...commonVectors, ...profileVectors, ...transportVectors];
const profiles: readonly ProfileName[] = ['http-sig', 'modi-rest', 'jws-detached'];

/** Whether the answer is the registry's own, so that the mapping may see it before it is refused. */
const reachesMapping = new Set([
  'an answer about somebody else, rightly signed',
  'amounts that nobody asked for, rightly signed',
]);

/**
 * Every vector as a real HTTP answer to the real adapter: none may become an answer, a refusal, a promise or the
 * certainty that nothing was executed, and nothing that is not the registry's own word may reach the mapping.
 */
for (const profile of profiles) {
  const own = vectors.filter(({ outcome }) => outcome[profile] !== undefined);

  describe(`attacks on answers of REST registries signed by ${profile}, over HTTP to the adapter`, () => {
    const lines: string[] = [];
    let refused = 0;
    let world: World;

    before(async () => {
      world = await makeWorld(profile);
    });
    after(async () => {
      await world.close();
      process.stdout.write(`\n${lines.join('\n')}\n\nattack vectors: ${own.length} refused: ${refused}\n`);
    });
    beforeEach(() => {
      world.mapped = 0;
      world.attack = async (_, asked) => world.answer(asked);
    });

    const call = (exchange: Exchange = question()) =>
      world.adapter.call(exchange, new AbortController().signal);
    async function outcomeOf({ attack, row }: Pick<Vector, 'attack'> & Partial<Vector>): Promise<string> {
      world.attack = attack;
      const { outcome, answerBytes, answerSignedBy, requestBytes } = await call();
      assert.ok(requestBytes && requestBytes.length > 0, 'what was asked is kept');
      // Only where the status alone was changed is the registry's signature still good.
      if (outcome.kind === 'unknown' && row !== 'Status') assert.equal(answerSignedBy, undefined);
      if (outcome.kind !== 'unknown') assert.ok(answerBytes && answerBytes.length > 0, 'what came is kept');
      return 'reason' in outcome ? `${outcome.kind} ${outcome.reason}` : outcome.kind;
    }

    it('accepts the answer that every vector starts from', async () => {
      assert.equal(await outcomeOf({ attack: world.attack }), 'answered');
      assert.equal(world.mapped, 1);
    });

    it('has no two vectors of one name', () => {
      assert.equal(new Set(own.map(({ row, name }) => `${row}/${name}`)).size, own.length);
    });

    for (const vector of own) {
      const { row, name, outcome } = vector;
      it(`${row}: refuses ${name}`, async () => {
        const found = await outcomeOf(vector);
        lines.push(`${row.padEnd(12)} ${name.padEnd(64)} ${found}`);
        assert.equal(found, outcome[profile]);
        assert.equal(world.mapped, reachesMapping.has(name) ? 1 : 0);
        assert.equal(world.redirected, 0);
        refused += 1;
      });
    }

    it('keeps the answers apart that the attacker swaps between questions under way', async () => {
      const waiting: { give: (answer: Awaited<ReturnType<World['answer']>>) => void; asked: unknown }[] = [];
      world.attack = (_, asked) =>
        new Promise((resolve) => {
          waiting.push({ give: resolve, asked });
          if (waiting.length < 2) return;
          const [first, second] = waiting as [(typeof waiting)[0], (typeof waiting)[0]];
          void world.answer(first.asked as typeof asked).then(second.give);
          void world.answer(second.asked as typeof asked).then(first.give);
        });
      const outcomes = await Promise.all([call(), call()]);
      assert.deepEqual(
        outcomes.map(({ outcome }) => outcome.kind),
        ['invalid', 'invalid'],
      );
      assert.equal(world.mapped, 0);
    });

    it('still answers after all of this', async () => {
      assert.equal((await call()).outcome.kind, 'answered');
    });
  });
}
