import assert from 'node:assert/strict';
import { createHmac, createPublicKey } from 'node:crypto';
import { verifyValue } from '../../../src/signing/http-sig/verify-value.js';
import { signDetached, verifyDetached } from '../../../src/signing/jws-detached.js';
import { SignatureRefused } from '../../../src/signing/refusals.js';

// RFC 7515 Appendix A.3 (ES256) stands in tests/signing/jws-detached.test.ts.
describe('vectors of the RFCs for JWS', () => {
  it('RFC 7515 Appendix A.2 (RS256) verifies, and with one bit changed it does not', () => {
    const publicKey = createPublicKey({
      format: 'jwk',
      key: {
        kty: 'RSA',
        n:
          'ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yR' +
          'T-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBd' +
          'QOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGN' +
          'j8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ',
        e: 'AQAB',
      },
    });
    const input = Buffer.from(
      'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ',
    );
    const value = Buffer.from(
      'cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9' +
        'CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383Lc' +
        'OLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywl' +
        'VmtVrBp0igcN_IoypGlUPQGe77Rw',
      'base64url',
    );
    assert.equal(verifyValue('rsa-v1_5-sha256', publicKey, input, value), true);
    input[5] = (input[5] as number) ^ 1;
    assert.equal(verifyValue('rsa-v1_5-sha256', publicKey, input, value), false);
  });

  it('RFC 8037 Appendix A.4 (Ed25519) verifies', () => {
    const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo';
    const publicKey = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } });
    const input = Buffer.from('eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc');
    const value = Buffer.from(
      'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
      'base64url',
    );
    assert.equal(verifyValue('ed25519', publicKey, input, value), true);
  });

  it('RFC 7797 §4.2 (b64:false, HMAC) has the signing input that this profile builds', async () => {
    const secret = Buffer.from(
      'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
      'base64url',
    );
    const encoded = 'eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19';
    const value = 'A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY';
    const payload = Buffer.from('$.02');
    const hmac = (data: Uint8Array) => createHmac('sha256', secret).update(data).digest();
    assert.equal(hmac(Buffer.from(`${encoded}.$.02`)).toString('base64url'), value);
    let input: Uint8Array = Buffer.alloc(0);
    const jws = await signDetached(
      payload,
      {
        keyId: 'k',
        algorithm: 'ecdsa-p256-sha256',
        sign: async (data) => {
          input = data;
          return Buffer.alloc(64);
        },
      },
      { typ: 't', now: 1_000 },
    );
    assert.equal(Buffer.from(input).toString(), `${jws.split('.')[0]}.$.02`);
    // And the example itself is refused: the profile knows no HMAC, and wants a kid.
    const verifying = verifyDetached(`${encoded}..${value}`, payload, () => undefined, {
      typ: 't',
      now: 1_000,
    });
    await assert.rejects(
      verifying,
      (error) => error instanceof SignatureRefused && error.code === 'jws-kid-missing',
    );
  });
});
