import assert from 'node:assert/strict';
import { SignatureRefused } from '../../../src/signing/refusals.js';
import { ids, jwsVectors, makeExchange } from './jws-vectors.js';

describe('attacks on HTTP messages signed by jws-detached', () => {
  const lines: string[] = [];
  let refused = 0;

  it('accepts the messages that every vector starts from', async () => {
    const exchange = makeExchange();
    await exchange.registry.verifyRequest(exchange.request({}));
    const { answer: honestAnswer, sent } = await exchange.answered(ids[1]);
    await exchange.gateway.verifyAnswer(honestAnswer, sent);
  });

  for (const [row, name, code, attack] of jwsVectors) {
    it(`${row}: refuses ${name}`, async () => {
      const outcome = await attack(makeExchange()).then(
        () => 'ACCEPTED',
        (error: unknown) => (error instanceof SignatureRefused ? error.code : `FAILED ${String(error)}`),
      );
      lines.push(`${row.padEnd(18)} ${name.padEnd(64)} ${outcome}`);
      assert.equal(outcome, code);
      refused++;
    });
  }

  after(() => {
    console.log(`\n${lines.join('\n')}\n`);
    console.log(`attack vectors: ${jwsVectors.length} refused: ${refused}`);
  });
});
