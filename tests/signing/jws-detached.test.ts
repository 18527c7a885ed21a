import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { FlattenedSign } from 'jose';
import { verifyValue } from '../../src/signing/http-sig/verify-value.js';
import { signDetached, verifyDetached } from '../../src/signing/jws-detached.js';
import type { SignatureAlgorithm } from '../../src/signing/signer.js';
import { among, makeKey } from './http-sig/signing-keys.js';

const now = Date.UTC(2026, 10, 20, 9, 0, 0);
const bytes = Buffer.from('{"state":"answered","name":"Çlirim"}');
const bound = { ce_id: '0193a1b2-0000-7000-8000-000000000001', ce_type: 'al.ura.request.answered.v1' };
const typ = 'ura-event+jws';

describe('signing/jws-detached', function () {
  // Making an RSA key can take seconds on a busy machine.
  this.timeout(20_000);
  const algorithms: readonly SignatureAlgorithm[] = [
    'ecdsa-p256-sha256',
    'ecdsa-p384-sha384',
    'ed25519',
    'rsa-v1_5-sha256',
    'rsa-pss-sha512',
  ];
  for (const algorithm of algorithms) {
    it(`signs bytes and bound values with ${algorithm} and verifies them`, async () => {
      const gateway = makeKey(algorithm, 'gateway');
      const jws = await signDetached(bytes, gateway.signer, { typ, now, bound });
      assert.match(jws, /^[\w-]+\.\.[\w-]+$/);
      assert.deepEqual(await verifyDetached(jws, bytes, among(gateway), { typ, now: now + 1, bound }), {
        keyId: gateway.signer.keyId,
        partner: 'gateway',
        signedAt: now,
      });
    });
  }

  it('takes what another implementation signed', async () => {
    const gateway = makeKey('ecdsa-p256-sha256', 'gateway');
    const header = {
      typ,
      kid: gateway.signer.keyId,
      alg: 'ES256',
      crit: ['b64'],
      iat: now / 1000,
      b64: false,
      ...bound,
    };
    const { protected: encoded, signature } = await new FlattenedSign(bytes)
      .setProtectedHeader(header)
      .sign(gateway.privateKey);
    const jws = `${encoded}..${signature}`;
    assert.equal((await verifyDetached(jws, bytes, among(gateway), { typ, now, bound })).partner, 'gateway');
  });

  it('verifies the ES256 vector of RFC 7515 Appendix A.3', () => {
    // RFC 7797 gives an HMAC example only, which this profile refuses.
    const publicKey = createPublicKey({
      format: 'jwk',
      key: {
        kty: 'EC',
        crv: 'P-256',
        x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
        y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
      },
    });
    const input =
      'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ';
    const value = 'DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q';
    assert.equal(
      verifyValue('ecdsa-p256-sha256', publicKey, Buffer.from(input), Buffer.from(value, 'base64url')),
      true,
    );
  });

  it('accepts a key that ends after the event was signed only while it is still pinned as valid', async () => {
    const gateway = makeKey('ed25519', 'gateway');
    const jws = await signDetached(bytes, gateway.signer, { typ, now });
    const until = (notAfter: number) => () => ({ ...gateway.trusted, notAfter });
    const monthLater = now + 30 * 86_400_000;
    await verifyDetached(jws, bytes, until(monthLater + 1), { typ, now: monthLater });
    await assert.rejects(verifyDetached(jws, bytes, until(now + 1), { typ, now: monthLater }), {
      code: 'key-not-valid-now',
    });
  });

  it('refuses to bind a name that the header already uses', async () => {
    const { signer } = makeKey('ed25519');
    for (const name of ['alg', 'kid', 'crit', 'iat', 'jku', 'x5c']) {
      await assert.rejects(
        signDetached(bytes, signer, { typ, now, bound: { [name]: 'x' } }),
        RangeError,
        name,
      );
    }
  });
});
