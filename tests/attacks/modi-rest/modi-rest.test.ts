import assert from 'node:assert/strict';
import { SignatureRefused } from '../../../src/signing/refusals.js';
import { answerVectors } from './answer-vectors.js';
import { headerVectors } from './header-vectors.js';
import { messageVectors } from './message-vectors.js';
import { makeExchange, makeWorld, send, type World } from './world.js';

const vectors = [...headerVectors, ...messageVectors];

describe('attacks on messages signed by modi-rest', function () {
  // Making RSA keys can take seconds on a busy machine.
  this.timeout(20_000);
  const lines: string[] = [];
  let refused = 0;
  let world: World;

  before(async () => {
    world = await makeWorld();
  });

  it('accepts the request that every vector starts from', async () => {
    const { partner } = (await send(world, () => ({}))) as { partner: string };
    assert.equal(partner, 'gateway');
  });

  it('accepts the answer that every vector starts from', async () => {
    const exchange = makeExchange(world);
    const sent = await exchange.ask('0195f7a0-0000-7000-8000-000000000001');
    const answer = await exchange.answerTo(sent, '0195f7a0-0000-7000-8000-000000000002');
    assert.equal((await exchange.asking.verifyAnswer(answer, sent)).partner, 'tax');
  });

  it('has no two vectors of one name', () => {
    const names = [...vectors, ...answerVectors].map(([row, name]) => `${row}/${name}`);
    assert.equal(new Set(names).size, names.length);
  });

  for (const [row, name, code, change] of vectors) {
    it(`${row}: refuses ${name}`, () => judge(row, name, code, send(world, change)));
  }
  for (const [row, name, code, attack] of answerVectors) {
    it(`${row}: refuses ${name}`, () => judge(row, name, code, attack(makeExchange(world))));
  }

  async function judge(row: string, name: string, code: string, attempt: Promise<unknown>): Promise<void> {
    const outcome = await attempt.then(
      (accepted) => `ACCEPTED ${JSON.stringify(accepted)}`,
      (error: unknown) => (error instanceof SignatureRefused ? error.code : `FAILED ${String(error)}`),
    );
    lines.push(`${row.padEnd(18)} ${name.padEnd(64)} ${outcome}`);
    assert.equal(outcome, code);
    refused++;
  }

  after(() => {
    console.log(`\n${lines.join('\n')}\n`);
    console.log(`attack vectors: ${vectors.length + answerVectors.length} refused: ${refused}`);
  });
});
