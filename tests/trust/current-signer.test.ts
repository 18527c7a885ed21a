import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createEventMaker } from '../../src/results/result-event.js';
import { fileSigner } from '../../src/signing/file-signer.js';
import { currentSigner } from '../../src/trust/current-signer.js';

const key = (keyId: string) =>
  fileSigner({ keyId, privateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey });

describe('a signer that follows the keys in use', () => {
  it('is whatever is in use at the moment', async () => {
    let current = key('old');
    const signer = currentSigner(() => current);
    assert.deepEqual(
      [signer.keyId, signer.algorithm, signer.certificate],
      ['old', 'ecdsa-p256-sha256', undefined],
    );
    current = fileSigner({ keyId: 'next', privateKey: generateKeyPairSync('ed25519').privateKey });
    assert.deepEqual([signer.keyId, signer.algorithm], ['next', 'ed25519']);
    assert.equal((await signer.sign(Buffer.from('x'))).length, 64);
  });

  it('gives evidence and event of one result the same key id, also when the key changes meanwhile', async () => {
    let current = key('old');
    const maker = createEventMaker({
      ids: { next: () => '0190c0de-0000-7000-8000-000000000001' },
      source: 'urn:test',
      contractsUrl: 'urn:contracts',
      signer: currentSigner(() => current),
      recipientOf: () => undefined,
    });
    for (const expected of ['old', 'next']) {
      const making = maker.make(
        { id: 'r', caseId: 'c', service: 's', municipality: '20', warnings: [], envelope: {} } as never,
        { state: 'failed', evidence: [], at: Date.now() },
      );
      current = key('next');
      const { event, proof } = await making;
      const [header = ''] = String(event.headers.ce_signature).split('.');
      const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
      assert.deepEqual([proof.signedBy, kid], [expected, expected]);
    }
  });
});
