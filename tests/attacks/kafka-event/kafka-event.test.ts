import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { eventOpener } from '../../../src/signing/profiles/kafka-event.js';
import { SignatureRefused } from '../../../src/signing/refusals.js';
import { makeKey } from '../../signing/http-sig/signing-keys.js';
import { eventVectors } from './event-vectors.js';
import { jweVectors } from './jwe-vectors.js';
import { honest, makeEvent, now, type World } from './make-event.js';

const vectors = [...jweVectors, ...eventVectors];

describe('attacks on encrypted events', function () {
  // Making RSA keys can take seconds on a busy machine.
  this.timeout(20_000);
  const lines: string[] = [];
  let refused = 0;
  let world: World;

  before(() => {
    const curve = { namedCurve: 'P-256' };
    world = {
      gateway: makeKey('ecdsa-p256-sha256', 'gateway', 'gateway-2026'),
      attacker: makeKey('ecdsa-p256-sha256', 'attacker', 'attacker-2026'),
      ec: { keyId: 'divjake-ec', ...generateKeyPairSync('ec', curve) },
      rsa: { keyId: 'divjake-rsa', ...generateKeyPairSync('rsa', { modulusLength: 2048 }) },
      fier: { keyId: 'fier-1', ...generateKeyPairSync('ec', curve) },
      anotherEc: { keyId: 'another', ...generateKeyPairSync('ec', curve) },
    };
  });

  async function open(change: Parameters<typeof makeEvent>[1]) {
    const { received, pinned, decryptionKeys, requiresEncryption, isRevoked } = await makeEvent(
      world,
      change,
    );
    return eventOpener({
      trusted: pinned,
      clock: { now: () => now },
      decryptionKeys,
      requiresEncryption,
      ...(isRevoked === undefined ? {} : { isRevoked }),
    }).open(received);
  }

  it('accepts the event that every vector starts from', async () => {
    const opened = await open(() => ({}));
    assert.deepEqual(Buffer.from(opened.value), honest);
    assert.equal(opened.wasEncrypted, true);
  });

  it('has no two vectors of one name', () => {
    const names = vectors.map(([row, name]) => `${row}/${name}`);
    assert.equal(new Set(names).size, names.length);
  });

  for (const [row, name, code, change] of vectors) {
    it(`${row}: refuses ${name}`, async () => {
      const outcome = await open(change).then(
        ({ value }) => `ACCEPTED ${Buffer.from(value).toString()}`,
        (error: unknown) => (error instanceof SignatureRefused ? error.code : `FAILED ${String(error)}`),
      );
      lines.push(`${row.padEnd(18)} ${name.padEnd(64)} ${outcome}`);
      assert.equal(outcome, code);
      refused++;
    });
  }

  after(() => {
    console.log(`\n${lines.join('\n')}\n`);
    console.log(`attack vectors: ${vectors.length} refused: ${refused}`);
  });
});
