import assert from 'node:assert/strict';
import { verifyRequest } from '../../../src/signing/http-sig/index.js';
import { SignatureRefused } from '../../../src/signing/refusals.js';
import { client, type Sent, send } from './honest-request.js';
import { fieldVectors, keyVectors } from './key-vectors.js';
import { coverageVectors, digestVectors, parameterVectors } from './message-vectors.js';

const vectors = [...coverageVectors, ...digestVectors, ...parameterVectors, ...fieldVectors, ...keyVectors];

function verify(sent: Sent) {
  const byId = new Map(sent.pinned.map((key) => [key.keyId, key]));
  return verifyRequest(sent, (keyId) => byId.get(keyId), { now: sent.now });
}

describe('attacks on requests signed by http-sig', () => {
  let refused = 0;

  it('starts from a request that is accepted', () => {
    assert.equal(verify(send({})).partner, client.trusted.partner);
  });

  for (const [name, expected, change] of vectors) {
    it(`${name}: ${expected}`, () => {
      const sent = send(change);
      assert.throws(
        () => verify(sent),
        (error) => {
          assert.ok(error instanceof SignatureRefused, String(error));
          assert.equal(error.code, expected);
          return true;
        },
      );
      refused += 1;
    });
  }

  it('has no two vectors of one name', () => {
    assert.equal(new Set(vectors.map(([name]) => name)).size, vectors.length);
  });

  after(() => {
    process.stdout.write(`attack vectors: ${vectors.length} refused: ${refused}\n`);
  });
});
