import assert from 'node:assert/strict';
import { isMainThread } from 'node:worker_threads';
import { SignatureRefused } from '../../../src/signing/refusals.js';
import type { Expectation } from '../../../src/signing/xml/expectation.js';
import { verifyEnvelope } from '../../../src/signing/xml/verify-envelope.js';
import {
  createVerifyPool,
  largeMessageBytes,
  type VerifyPool,
} from '../../../src/signing/xml/verify-in-worker.js';
import { coverage } from '../../attacks/wss/coverage.js';
import { keys } from '../../attacks/wss/keys.js';
import { signatureGrammar } from '../../attacks/wss/signature-grammar.js';
import { size } from '../../attacks/wss/size.js';
import { bodyContent, makeWorld, type World } from '../../attacks/wss/world.js';
import { wrapping } from '../../attacks/wss/wrapping.js';

const script = (source: string) => new URL(`data:text/javascript,${encodeURIComponent(source)}`);

describe('verifying large messages in a thread', () => {
  let world: World;
  let large: Uint8Array;
  let pool: VerifyPool;

  before(async function () {
    this.timeout(20_000);
    world = await makeWorld();
    const attachment = `<t:attachment>${'QUJD'.repeat(60_000)}</t:attachment></t:clearance>`;
    large = Buffer.from(
      await world.signed({ bodyContent: bodyContent.replace('</t:clearance>', attachment) }),
    );
  });

  beforeEach(() => {
    pool = createVerifyPool();
  });

  afterEach(() => pool.close());

  const verdict = async (verify: () => unknown): Promise<string> => {
    try {
      await verify();
      return 'accepted';
    } catch (error) {
      return error instanceof SignatureRefused ? `${error.code} ${error.where}` : String(error);
    }
  };

  it('gives the same result as on the main thread, with the very key that was pinned', async () => {
    assert.ok(isMainThread && large.byteLength > largeMessageBytes);
    const verified = await pool.verify(large, world.expected);
    assert.deepEqual(verified, verifyEnvelope(large, world.expected));
    assert.equal(verified.key, world.expected.keys[0]);
    assert.equal(pool.answered, 1);
  });

  it('leaves the message to its owner', async () => {
    const before = Buffer.from(large);
    await pool.verify(large, world.expected);
    assert.ok(before.equals(large));
  });

  it('verifies small messages where it is, without a thread', async () => {
    assert.match((await pool.verify(Buffer.from(world.valid), world.expected)).body, />100</);
    assert.equal(pool.answered, 0);
  });

  it('gives every attack that is large, or made large, the verdict of the main thread', async function () {
    this.timeout(60_000);
    const text = Buffer.from(large).toString();
    const enlarged: World = { ...world, valid: text };
    let inThread = 0;
    for (const { name, make } of [...size, ...wrapping, ...coverage, ...signatureGrammar, ...keys]) {
      for (const from of [world, enlarged]) {
        const { message, expected, isRequest } = await make(from);
        const bytes = typeof message === 'string' ? Buffer.from(message) : message;
        if (bytes.byteLength <= largeMessageBytes) continue;
        const { relatesTo, ...rest } = { ...world.expected, ...expected };
        const receiver: Expectation = isRequest || relatesTo === undefined ? rest : { ...rest, relatesTo };
        const here = await verdict(() => verifyEnvelope(bytes, receiver));
        assert.equal(await verdict(() => pool.verify(bytes, receiver)), here, name);
        assert.notEqual(here, 'accepted', name);
        inThread++;
      }
    }
    assert.ok(inThread > 100, `${inThread}`);
    assert.ok(pool.answered > 100, `${pool.answered}`);
  });

  it('asks for revocation here, where the list is', async () => {
    const isRevoked = () => true;
    assert.match(await verdict(() => pool.verify(large, { ...world.expected, isRevoked })), /^key-revoked/);
  });

  it('has several messages verified at once and each answered to its sender', async () => {
    const two = createVerifyPool({ threads: 2 });
    try {
      const other = { ...world.expected, actions: ['urn:other'] };
      const verdicts = await Promise.all(
        [world.expected, other, world.expected, other].map((expected) =>
          verdict(() => two.verify(large, expected)),
        ),
      );
      assert.deepEqual(verdicts, ['accepted', 'addressing-action ', 'accepted', 'addressing-action ']);
    } finally {
      await two.close();
    }
  });

  it('refuses a message when its thread crashes, and goes on with a new one', async () => {
    const crashing = createVerifyPool({ script: script('throw new Error("broken")') });
    try {
      for (const _time of [1, 2]) {
        assert.equal(await verdict(() => crashing.verify(large, world.expected)), 'verifier-failed ');
      }
    } finally {
      await crashing.close();
    }
  });

  it('refuses a message when its thread ends or takes too long', async () => {
    for (const source of ['process.exit(0)', 'setInterval(() => {}, 1000)', 'for (;;) {}']) {
      const silent = createVerifyPool({ script: script(source), callTimeoutMs: 300 });
      try {
        assert.equal(await verdict(() => silent.verify(large, world.expected)), 'verifier-failed ', source);
      } finally {
        await silent.close();
      }
    }
  });

  it('refuses more messages than may wait', async () => {
    const narrow = createVerifyPool({
      script: script('setInterval(() => {}, 1000)'),
      callTimeoutMs: 300,
      mostWaiting: 1,
    });
    const verdicts = await Promise.all(
      [1, 2, 3].map(() => verdict(() => narrow.verify(large, world.expected))),
    );
    await narrow.close();
    assert.deepEqual(verdicts, Array(3).fill('verifier-failed '));
    assert.equal(narrow.answered, 0);
  });

  it('refuses what it was verifying and everything later once it is closed', async () => {
    const pending = [1, 2].map(() => verdict(() => pool.verify(large, world.expected)));
    await pool.close();
    assert.deepEqual(await Promise.all(pending), ['verifier-failed ', 'verifier-failed ']);
    assert.equal(await verdict(() => pool.verify(large, world.expected)), 'verifier-failed ');
  });
});
