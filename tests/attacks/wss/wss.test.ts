import assert from 'node:assert/strict';
import { SignatureRefused } from '../../../src/signing/refusals.js';
import { verifyEnvelope } from '../../../src/signing/xml/verify-envelope.js';
import type { Attack } from './vector.js';
import { vectors } from './vectors.js';
import { makeWorld, type World } from './world.js';

describe('attacks on signed SOAP messages', () => {
  const lines: string[] = [];
  let refused = 0;
  let world: World;

  before(async function () {
    this.timeout(20_000);
    world = await makeWorld();
    // Functions are compiled while they run; without this the first vectors would pay for all others. A run
    // that looks at no times (mutation testing) leaves it out.
    const warmUps = Number(process.env.URA_ATTACK_WARM_UPS ?? 200);
    for (let i = 0; i < warmUps; i++) verifyEnvelope(Buffer.from(world.valid), world.expected);
  });

  it('accepts the message that every vector starts from', () => {
    assert.match(verifyEnvelope(Buffer.from(world.valid), world.expected).body, />100</);
  });

  it('has no two vectors of one name', () => {
    const names = vectors.map(({ row, name }) => `${row}/${name}`);
    assert.equal(new Set(names).size, names.length);
  });

  for (const { row, name, code, make } of vectors) {
    it(`${row}: refuses ${name}`, async () => {
      const attack = await make(world);
      const { outcome, cpuMs } = attempt(attack, world);
      lines.push(
        `${row.padEnd(18)} ${name.padEnd(76)} ${outcome.padEnd(30)} ${cpuMs.toFixed(1).padStart(6)} ms`,
      );
      assert.equal(outcome, code);
      refused++;
    });
  }

  after(() => {
    console.log(`\n${lines.join('\n')}\n`);
    console.log(`attack vectors: ${vectors.length} refused: ${refused}`);
  });
});

/** The code of the refusal, or what came back instead. */
function attempt({ message, expected, isRequest }: Attack, world: World): { outcome: string; cpuMs: number } {
  const bytes = typeof message === 'string' ? Buffer.from(message) : message;
  const { relatesTo, ...asRequest } = { ...world.expected, ...expected };
  const receiver = isRequest || relatesTo === undefined ? asRequest : { ...asRequest, relatesTo };
  const before = process.cpuUsage();
  let outcome: string;
  try {
    outcome = `ACCEPTED ${verifyEnvelope(bytes, receiver).messageId}`;
  } catch (error) {
    outcome = error instanceof SignatureRefused ? error.code : `FAILED ${String(error)}`;
  }
  const used = process.cpuUsage(before);
  return { outcome, cpuMs: (used.user + used.system) / 1000 };
}
