import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import { SignatureRefused } from '../../../src/signing/refusals.js';
import type { TrustedKey } from '../../../src/signing/signer.js';
import type { Expectation } from '../../../src/signing/xml/expectation.js';
import { defaultXmlLimits } from '../../../src/signing/xml/limits.js';
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
import { trust } from '../../support/certificates.js';

const port = "import { parentPort as port } from 'node:worker_threads';";
/** A thread that answers each message with how many it has had. */
const counting = `${port} let n = 0; port.on('message', () => port.postMessage({ code: 'xml-encoding', where: String(++n) }))`;
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
    const narrow = createVerifyPool({ script: script(counting), mostWaiting: 1 });
    try {
      const verdicts = await Promise.all(
        [1, 2, 3, 4].map(() => verdict(() => narrow.verify(large, world.expected))),
      );
      assert.deepEqual(verdicts, [
        'xml-encoding 1',
        'xml-encoding 2',
        'verifier-failed ',
        'verifier-failed ',
      ]);
      assert.equal(narrow.answered, 2);
    } finally {
      await narrow.close();
    }
  });

  it('has sixty-four messages wait unless it is told otherwise', async () => {
    const usual = createVerifyPool({ script: script(counting) });
    try {
      const verdicts = await Promise.all(
        Array.from({ length: 66 }, () => verdict(() => usual.verify(large, world.expected))),
      );
      assert.equal(verdicts.indexOf('verifier-failed '), 65);
      assert.equal(verdicts[64], 'xml-encoding 65');
    } finally {
      await usual.close();
    }
  });

  it('runs as many threads as it is told, one by default, and keeps them', async () => {
    for (const threads of [undefined, 1, 2]) {
      const several = createVerifyPool({
        script: script(counting),
        ...(threads === undefined ? {} : { threads }),
      });
      try {
        const verdicts = await Promise.all(
          [1, 2, 3, 4].map(() => verdict(() => several.verify(large, world.expected))),
        );
        // Each thread has answered once before it answers the second time.
        assert.equal(verdicts.filter((one) => one === 'xml-encoding 1').length, threads ?? 1);
      } finally {
        await several.close();
      }
    }
  });

  it('stops the time of a message that was answered', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const once = () => verdict(() => pool.verify(large, world.expected));
    assert.equal(await once(), 'accepted');
    const before = timers();
    assert.equal(await once(), 'accepted');
    assert.equal(timers(), before);
  });

  it('verifies in a thread what is larger than its limit and no larger than a message may be', async () => {
    const counted = createVerifyPool({ script: script(counting) });
    try {
      const of = (bytes: number) => verdict(() => counted.verify(new Uint8Array(bytes), world.expected));
      assert.equal(await of(largeMessageBytes), 'xml-malformed offset 0');
      assert.equal(await of(defaultXmlLimits.bytes + 1), 'xml-too-large ');
      assert.equal(counted.answered, 0);
      assert.equal(await of(largeMessageBytes + 1), 'xml-encoding 1');
      assert.equal(await of(defaultXmlLimits.bytes), 'xml-encoding 2');
      await counted.close();
      assert.equal(await of(largeMessageBytes), 'xml-malformed offset 0');
    } finally {
      await counted.close();
    }
  });

  it('trusts no thread that names a key that was not given to it', async () => {
    const lying = createVerifyPool({
      script: script(`${port} port.on('message', () => port.postMessage({ verified: {}, key: 7 }))`),
    });
    try {
      assert.equal(await verdict(() => lying.verify(large, world.expected)), 'verifier-failed ');
    } finally {
      await lying.close();
    }
  });

  it('leaves what is wrong with its input to no crash: the message is refused', async () => {
    const noKeys = { ...world.expected, keys: undefined } as unknown as Expectation;
    await assert.rejects(async () => pool.verify(large, noKeys), TypeError);
    const noActions = { ...world.expected, actions: undefined } as unknown as Expectation;
    assert.equal(await verdict(() => pool.verify(large, noActions)), 'verifier-failed ');
    assert.equal(await verdict(() => pool.verify(large, world.expected)), 'accepted');
  });

  it('goes by everything that is known of a key, one key after the other', async () => {
    const [key] = world.expected.keys as [TrustedKey];
    const stranger = trust(world.attacker, 'stranger', 'ecdsa-p256-sha256');
    const { certificate: _certificate, ...bare } = key;
    const { now } = world;
    for (const keys of [
      [stranger],
      [stranger, key],
      [key, stranger],
      [bare],
      [bare, key],
      [{ ...key, notBefore: now + 1 }],
      [{ ...key, notAfter: now - 1 }],
      [{ ...key, notBefore: now - 1, notAfter: now + 1 }],
      [{ ...key, algorithm: 'ecdsa-p384-sha384' as const }],
      [key],
      [],
    ]) {
      for (const isRevoked of [
        undefined,
        (one: TrustedKey) => one === key,
        (one: TrustedKey) => one !== key,
      ]) {
        const expected = { ...world.expected, keys, ...(isRevoked === undefined ? {} : { isRevoked }) };
        const here = await verdict(() => verifyEnvelope(large, expected));
        assert.equal(await verdict(() => pool.verify(large, expected)), here);
        if (here === 'accepted') assert.ok(keys.includes((await pool.verify(large, expected)).key));
      }
    }
  });

  it('does not keep a process alive that has nothing else to do', async () => {
    const path = new URL('../../../src/signing/xml/verify-in-worker.js', import.meta.url).href;
    const program =
      `import('${path}').then(async ({ createVerifyPool }) => {` +
      ' const pool = createVerifyPool();' +
      ' const expected = { soapVersion: "1.1", to: "x", actions: [], keys: [], now: 0 };' +
      ' for (let i = 0; i < 2; i++)' +
      '  await pool.verify(new Uint8Array(300_000), expected).catch(({ code }) => console.log(code));' +
      '});';
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { timeout: 15_000 });
    assert.equal(stdout, 'xml-malformed\nxml-malformed\n');
  });

  it('refuses what it was verifying and everything later once it is closed', async () => {
    const pending = [1, 2].map(() => verdict(() => pool.verify(large, world.expected)));
    await pool.close();
    assert.deepEqual(await Promise.all(pending), ['verifier-failed ', 'verifier-failed ']);
    assert.equal(await verdict(() => pool.verify(large, world.expected)), 'verifier-failed ');
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
});
