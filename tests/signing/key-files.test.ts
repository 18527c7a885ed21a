import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateDevelopmentKeys } from '../../src/signing/development-keys.js';
import { fileSigner } from '../../src/signing/file-signer.js';
import {
  certificateThumbprint,
  KeyFileUnusable,
  readCertificate,
  readPrivateKeyFile,
  readTrustedKeyFile,
} from '../../src/signing/key-files.js';
import { makeCertificate } from '../../src/signing/key-making.js';

const clock = { now: () => Date.parse('2026-03-02T09:00:00Z') };
const partner = 'civil';

function refused(code: KeyFileUnusable['code'], path: string) {
  return (error: unknown) => {
    assert.ok(error instanceof KeyFileUnusable, String(error));
    assert.equal(error.code, code);
    assert.ok(error.message.startsWith(`${path}: `) && error.message.endsWith(error.remedy), error.message);
    return true;
  };
}

describe('key files', () => {
  let folder: string;

  before(async function () {
    this.timeout(20_000);
    folder = mkdtempSync(join(tmpdir(), 'ura-keys-'));
    await generateDevelopmentKeys(folder, { clock, days: 30 });
  });
  after(() => rmSync(folder, { recursive: true }));

  function file(name: string, content: string | object, mode = 0o600): string {
    const path = join(folder, name);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content), { mode });
    return path;
  }
  const pem = (key: KeyObject) =>
    key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }) as string;
  const readJson = (name: string) =>
    JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, string>;

  it('reads a certificate and its key so that what one signs the other verifies', async () => {
    const path = join(folder, 'gateway-wss.key.pem');
    const own = await readPrivateKeyFile(path, { certificatePath: join(folder, 'gateway-wss.cert.pem') });
    const trusted = await readTrustedKeyFile(join(folder, 'gateway-wss.cert.pem'), { partner });
    assert.equal(own.algorithm, 'rsa-v1_5-sha256');
    assert.equal(own.keyId, trusted.keyId);
    assert.match(own.keyId, /^[0-9a-f]{64}$/);
    assert.deepEqual(own.warnings, []);
    const data = Buffer.from('text');
    assert.ok(verify('sha256', data, trusted.publicKey, await fileSigner(own).sign(data)));
    assert.equal(trusted.notBefore, clock.now());
    assert.equal(trusted.notAfter, clock.now() + 30 * 86_400_000);
  });

  it('reads the two halves of a JWK, with kid and algorithm out of it', async () => {
    const own = await readPrivateKeyFile(join(folder, 'oss-divjake.private.jwk.json'));
    const trusted = await readTrustedKeyFile(join(folder, 'oss-divjake.public.jwk.json'), { partner });
    assert.deepEqual([own.keyId, own.algorithm], ['dev-oss-divjake', 'ecdsa-p256-sha256']);
    assert.deepEqual(
      [trusted.keyId, trusted.algorithm, trusted.partner],
      [own.keyId, own.algorithm, partner],
    );
    assert.equal(trusted.publicKey.type, 'public');
    assert.equal(trusted.notAfter, undefined);
  });

  it('reads PEM public keys and names them by their thumbprint', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const trusted = await readTrustedKeyFile(file('ed.pub.pem', pem(publicKey)), { partner });
    const own = await readPrivateKeyFile(file('ed.key.pem', pem(privateKey)));
    assert.equal(trusted.algorithm, 'ed25519');
    assert.match(trusted.keyId, /^[A-Za-z0-9_-]{43}$/);
    assert.equal(own.keyId, trusted.keyId);
    assert.equal((await readPrivateKeyFile(join(folder, 'ed.key.pem'), { keyId: 'mine' })).keyId, 'mine');
  });

  it('takes another algorithm where the key can carry it, and refuses it where not', async () => {
    const rsa = join(folder, 'gateway-wss.key.pem');
    const ec = join(folder, 'oss-divjake.private.jwk.json');
    assert.equal(
      (await readPrivateKeyFile(rsa, { algorithm: 'rsa-pss-sha512' })).algorithm,
      'rsa-pss-sha512',
    );
    await assert.rejects(
      readPrivateKeyFile(ec, { algorithm: 'ed25519' }),
      refused('key-algorithm-unfit', ec),
    );
  });

  it('warns of a private key that others can read, and uses it', async () => {
    const path = file('open.key.pem', pem(generateKeyPairSync('ed25519').privateKey));
    for (const [mode, shown] of [
      [0o640, '640'],
      [0o604, '604'],
    ] as const) {
      chmodSync(path, mode);
      const { warnings } = await readPrivateKeyFile(path);
      assert.deepEqual(
        warnings.map(({ code }) => code),
        ['private-key-readable-by-others'],
      );
      assert.match(warnings[0]?.detail ?? '', new RegExp(`mode ${shown}.*chmod 600`));
    }
  });

  it('refuses weak keys and keys of other kinds, as certificates too', async () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const weakKey = file('weak.key.pem', pem(weak.privateKey));
    await assert.rejects(readPrivateKeyFile(weakKey), refused('key-too-weak', weakKey));
    const weakPublic = file('weak.pub.pem', pem(weak.publicKey));
    await assert.rejects(readTrustedKeyFile(weakPublic, { partner }), refused('key-too-weak', weakPublic));
    const order = { subject: 'CN=weak', privateKey: weak.privateKey, notBefore: clock.now(), days: 1 };
    const weakCertificate = file('weak.crt', await makeCertificate(order));
    await assert.rejects(
      readTrustedKeyFile(weakCertificate, { partner }),
      refused('key-too-weak', weakCertificate),
    );
    const other = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
    const otherKey = file('k1.key.pem', pem(other.privateKey));
    await assert.rejects(readPrivateKeyFile(otherKey), refused('key-too-weak', otherKey));
  });

  it('refuses a public half as private key, and a private half as trusted key', async () => {
    for (const name of ['gateway-wss.cert.pem', 'oss-divjake.public.jwk.json']) {
      const path = join(folder, name);
      await assert.rejects(readPrivateKeyFile(path), refused('key-file-wrong-half', path));
    }
    const secrets = [
      join(folder, 'gateway-wss.key.pem'),
      join(folder, 'oss-divjake.private.jwk.json'),
      file('hmac.jwk.json', { kty: 'oct', k: 'c2VjcmV0', kid: 'x', alg: 'HS256' }),
    ];
    for (const path of secrets) {
      await assert.rejects(readTrustedKeyFile(path, { partner }), refused('key-file-wrong-half', path));
    }
  });

  it('refuses a trusted JWK without kid or alg, for encryption, or with an algorithm not allowed', async () => {
    const jwk = readJson('oss-divjake.public.jwk.json');
    const cases: [object, KeyFileUnusable['code']][] = [
      [{ ...jwk, kid: undefined }, 'key-id-missing'],
      [{ ...jwk, kid: '' }, 'key-id-missing'],
      [{ ...jwk, alg: undefined }, 'key-id-missing'],
      [{ ...jwk, use: 'enc' }, 'key-file-malformed'],
      [{ ...jwk, alg: 'HS256' }, 'key-algorithm-unfit'],
      [{ ...jwk, alg: 'none' }, 'key-algorithm-unfit'],
      [{ ...jwk, alg: 'constructor' }, 'key-algorithm-unfit'],
      [{ ...jwk, alg: 'RS256' }, 'key-algorithm-unfit'],
      [{ ...jwk, x: 'AAAA' }, 'key-file-malformed'],
    ];
    for (const [index, [content, code]] of cases.entries()) {
      const path = file(`bad-${index}.jwk.json`, content);
      await assert.rejects(
        readTrustedKeyFile(path, { partner }),
        refused(code, path),
        JSON.stringify(content),
      );
    }
  });

  it('refuses missing, empty, cut, oversized and encrypted files without quoting them', async () => {
    const missing = join(folder, 'missing.pem');
    await assert.rejects(readPrivateKeyFile(missing), refused('key-file-missing', missing));
    await assert.rejects(readTrustedKeyFile(folder, { partner }), refused('key-file-unreadable', folder));
    const empty = file('empty.pem', '');
    await assert.rejects(readTrustedKeyFile(empty, { partner }), refused('key-file-malformed', empty));
    const large = file('large.pem', 'x'.repeat(70_000));
    await assert.rejects(readPrivateKeyFile(large), refused('key-file-malformed', large));
    const text = readFileSync(join(folder, 'gateway-wss.key.pem'), 'utf8');
    const cut = file('cut.key.pem', text.slice(0, 400));
    await assert.rejects(readPrivateKeyFile(cut), (error: KeyFileUnusable) => {
      assert.equal(error.code, 'key-file-malformed');
      assert.ok(!`${error.message}${String(error.cause)}`.includes(text.slice(40, 60)));
      return true;
    });
    const options = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } as const;
    const locked = file('locked.pem', generateKeyPairSync('ed25519').privateKey.export(options));
    await assert.rejects(readPrivateKeyFile(locked), refused('key-file-encrypted', locked));
  });

  it('says of each refusal what is wrong and what to do', async () => {
    const key = join(folder, 'gateway-wss.key.pem');
    const certificate = join(folder, 'gateway-wss.cert.pem');
    const other = join(folder, 'civil-wss.cert.pem');
    const ec = join(folder, 'oss-divjake.private.jwk.json');
    const jwk = readJson('oss-divjake.public.jwk.json');
    const cases: [() => Promise<unknown>, RegExp][] = [
      [() => readPrivateKeyFile(certificate), /not a private key\. .*private key file/],
      [() => readTrustedKeyFile(key, { partner }), /holds a secret key\. .*tell the partner/],
      [
        () => readPrivateKeyFile(key, { certificatePath: other }),
        /civil-wss\.cert\.pem belongs to another key\. .*pair/,
      ],
      [() => readPrivateKeyFile(join(folder, 'none')), /no such file\. .*ura keys generate/],
      [() => readPrivateKeyFile(folder), /cannot be read\. .*user of the gateway/],
      [
        () => readPrivateKeyFile(file('cut', '{')),
        /not a key or certificate that can be read\. .*PEM or a JWK/,
      ],
      [() => readPrivateKeyFile(file('long', 'x'.repeat(65_537))), /larger than 65536 bytes/],
      [
        () => readPrivateKeyFile(ec, { algorithm: 'ed25519' }),
        /cannot sign ed25519\. .*ES256, ES384, .*type of the key/,
      ],
      [
        () => readTrustedKeyFile(file('k', { ...jwk, kid: 7 }), { partner }),
        /no "kid" or no "alg"\. .*keys generate/,
      ],
      [() => readTrustedKeyFile(file('a', { ...jwk, alg: 'x' }), { partner }), /"alg" of the JWK is not one/],
      [
        () => readTrustedKeyFile(file('u', { ...jwk, use: 'enc' }), { partner }),
        /not for signatures \("use"\)/,
      ],
      [() => readCertificate(file('no-certificate', 'x')), /0 certificates where one is expected/],
    ];
    for (const [read, words] of cases) {
      await assert.rejects(read, (error: Error) => {
        assert.match(error.message, words);
        assert.equal(error.name, 'KeyFileUnusable');
        return true;
      });
    }
  });

  it('keeps the cause of what the system refused, for the log', async () => {
    const missing = join(folder, 'missing.pem');
    for (const [path, code] of [
      [missing, 'ENOENT'],
      [folder, 'EISDIR'],
    ] as const) {
      await assert.rejects(readPrivateKeyFile(path), (error: Error) => {
        assert.equal((error.cause as NodeJS.ErrnoException).code, code);
        return true;
      });
    }
  });

  it('takes a file up to its limit, and white space around a JWK', async () => {
    const key = pem(generateKeyPairSync('ed25519').privateKey);
    const path = file('limit.pem', key.padEnd(65_536));
    assert.equal((await readPrivateKeyFile(path)).algorithm, 'ed25519');
    const text = JSON.stringify(readJson('oss-divjake.public.jwk.json'));
    const spaced = await readTrustedKeyFile(file('spaced.json', `\n\t ${text} \n`), { partner });
    assert.equal(spaced.keyId, 'dev-oss-divjake');
  });

  it('goes by what it is told before what the file says', async () => {
    const own = join(folder, 'oss-divjake.private.jwk.json');
    const pinned = join(folder, 'oss-divjake.public.jwk.json');
    assert.equal((await readPrivateKeyFile(own, { keyId: 'mine' })).keyId, 'mine');
    assert.equal((await readTrustedKeyFile(pinned, { partner, keyId: 'theirs' })).keyId, 'theirs');
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwk = { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'r', alg: 'RS384', use: 'sig' };
    const path = file('rsa.jwk.json', jwk);
    assert.equal((await readTrustedKeyFile(path, { partner })).algorithm, 'rsa-v1_5-sha384');
    const told = await readTrustedKeyFile(path, { partner, algorithm: 'rsa-v1_5-sha512' });
    assert.equal(told.algorithm, 'rsa-v1_5-sha512');
    const noUse = file('no-use.jwk.json', { ...jwk, use: undefined });
    assert.equal((await readTrustedKeyFile(noUse, { partner })).keyId, 'r');
  });

  it('names a private JWK without kid by its certificate, else by its thumbprint', async () => {
    const certificatePath = join(folder, 'property-wss.cert.pem');
    const { privateKey } = await readPrivateKeyFile(join(folder, 'property-wss.key.pem'));
    const thumbprint = (await readPrivateKeyFile(join(folder, 'property-wss.key.pem'))).keyId;
    assert.match(thumbprint, /^[A-Za-z0-9_-]{43}$/);
    for (const kid of [undefined, '', 7]) {
      const path = file('nameless.jwk.json', { ...privateKey.export({ format: 'jwk' }), kid });
      assert.equal((await readPrivateKeyFile(path)).keyId, thumbprint);
      const { keyId, certificate } = await readPrivateKeyFile(path, { certificatePath });
      assert.ok(certificate !== undefined);
      assert.equal(keyId, certificateThumbprint(certificate));
    }
  });

  it('refuses a password and a secret in either form, whatever surrounds them', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const options = { type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } as const;
    const legacy = file('legacy.pem', privateKey.export(options));
    await assert.rejects(readPrivateKeyFile(legacy), refused('key-file-encrypted', legacy));
    const certificate = readFileSync(join(folder, 'gateway-wss.cert.pem'), 'utf8');
    const both = file('both.pem', certificate + pem(privateKey));
    await assert.rejects(readTrustedKeyFile(both, { partner }), refused('key-file-wrong-half', both));
  });

  it('refuses the certificate of an authority, on either side', async () => {
    const path = join(folder, 'development-ca.cert.pem');
    await assert.rejects(readTrustedKeyFile(path, { partner }), (error: KeyFileUnusable) => {
      assert.match(
        error.message,
        /certificate of an authority.*\. Ask for the certificate of the key that signs/,
      );
      return refused('key-certificate-unfit', path)(error);
    });
    const own = readPrivateKeyFile(join(folder, 'development-ca.key.pem'), { certificatePath: path });
    await assert.rejects(own, refused('key-certificate-unfit', path));
    assert.ok((await readCertificate(path)).ca);
  });

  it('refuses a certificate of another key, and a file with two certificates', async () => {
    const key = join(folder, 'gateway-wss.key.pem');
    const certificatePath = join(folder, 'civil-wss.cert.pem');
    await assert.rejects(
      readPrivateKeyFile(key, { certificatePath }),
      refused('key-certificate-mismatch', key),
    );
    const text = readFileSync(certificatePath, 'utf8');
    const two = file('two.crt', text + text);
    await assert.rejects(readCertificate(two), refused('key-file-malformed', two));
  });
});
