import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { SignatureRefused } from '../../src/signing/refusals.js';
import { verifyEnvelope } from '../../src/signing/xml/verify-envelope.js';
import { type GoldenMessage, readGoldenMessages } from './golden/golden-message.js';

const hourMs = 3_600_000;

function verify(golden: GoldenMessage, bytes: Uint8Array, now = Date.parse(golden.at)) {
  const { algorithm, to, action, relatesTo } = golden;
  const certificate = new X509Certificate(golden.certificatePem);
  const { publicKey } = certificate;
  return verifyEnvelope(bytes, {
    soapVersion: '1.1',
    to,
    actions: [action],
    ...(relatesTo === undefined ? {} : { relatesTo }),
    keys: [{ partner: 'peer', keyId: 'peer-1', algorithm, publicKey, certificate }],
    now,
  });
}

function refusal(code: string) {
  return (error: unknown) => error instanceof SignatureRefused && error.code === code;
}

describe('messages that other implementations signed', () => {
  const messages = readGoldenMessages();

  it('are there from every peer', () => {
    const peers = new Set(messages.map(([name]) => name.split('/')[0]));
    const expected = [
      'cxf-dom',
      'cxf-policy-dom',
      'cxf-policy-stax',
      'cxf-stax',
      'xml-crypto',
      'xmlsec1',
      'zeep',
    ];
    assert.deepEqual([...peers].sort(), expected);
  });

  for (const [name, golden, bytes] of messages) {
    const { refused, says } = golden;
    if (refused !== undefined) {
      it(`${name} by ${golden.madeBy} is refused: ${refused}`, () => {
        assert.throws(() => verify(golden, bytes), refusal(refused));
      });
      continue;
    }
    it(`${name} by ${golden.madeBy} is accepted, then and unchanged`, () => {
      const verified = verify(golden, bytes);
      assert.ok(verified.body.includes(says));
      assert.equal(verified.action, golden.action);
      assert.throws(
        () => verify(golden, bytes, Date.parse(golden.at) + hourMs),
        refusal('timestamp-expired'),
      );
      const changed = Buffer.from(bytes.toString().replace(says, `${says}X`));
      assert.throws(() => verify(golden, changed), refusal('digest-value'));
    });
  }
});
