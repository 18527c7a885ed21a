import assert from 'node:assert/strict';
import { createPrivateKey, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UraClient, UraRefused } from '../../src/client/index.js';
import { fileSigner } from '../../src/signing/file-signer.js';
import { certificateThumbprint, readTrustedKeyFile } from '../../src/signing/key-files.js';
import { configCopy } from '../support/config-copy.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';
import { authorityOf, type TestAuthority } from '../trust/authority.js';

describe('revoked certificates', function () {
  this.timeout(60_000);
  let folder: string;
  let config: { folder: string; remove(): Promise<void> };
  let stack: Stack;
  let authority: TestAuthority;
  let client: UraClient;
  let clientSerial: string;
  const made = (name: string): string => join(process.env.URA_DATA as string, 'keys', name);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ura-revoked-'));
    const issuer = made('development-ca.cert.pem');
    authority = await authorityOf(
      readFileSync(issuer, 'utf8'),
      createPrivateKey(readFileSync(made('development-ca.key.pem'))),
    );
    const own = await authority.issue('oss-divjake');
    clientSerial = own.certificate.serialNumber;
    writeFileSync(join(folder, 'client.pem'), own.pem);
    const crl = (name: string) => ({ issuer, sources: [join(folder, name)], refreshMinutes: 60 });
    config = await configCopy({
      'clients/oss-divjake.json': (content) => ({
        ...content,
        keys: [join(folder, 'client.pem')],
        crl: crl('client.crl'),
      }),
      'adapters/civil.json': (content) => ({ ...content, crl: crl('registry.crl') }),
    });
    stack = await startStack({ config: config.folder });
    client = new UraClient({
      gateway: `http://127.0.0.1:${stack.variables.PORT}`,
      signer: fileSigner({
        keyId: certificateThumbprint(own.certificate),
        privateKey: own.privateKey,
      }),
      gatewayKeys: [await readTrustedKeyFile(made('gateway-http.public.jwk.json'), { partner: 'gateway' })],
    });
  });

  after(async () => {
    await stack.stop();
    await config.remove();
    rmSync(folder, { recursive: true });
  });

  let issued = 0;
  async function publish(name: string, ...revoked: string[]): Promise<void> {
    issued += 1000;
    const thisUpdate = Date.now() - 60_000 + issued;
    writeFileSync(join(folder, name), await authority.crl({ revoked, thisUpdate }));
    assert.ok(await stack.gateway.reload());
  }
  const submit = () =>
    client.submit(familyRequest(stack.people.headOfSix), { idempotencyKey: randomUUID(), waitSeconds: 1 });
  const refusedBecause = (code: string) => (error: unknown) => {
    assert.ok(error instanceof UraRefused, String(error));
    assert.deepEqual([error.status, error.code], [401, 'signature-refused']);
    assert.ok(!JSON.stringify(error).includes(code), 'the sender learns no reason');
    const line = stack.log.find(({ requestId }) => requestId === error.requestId);
    assert.equal(line?.reason, code);
    return true;
  };
  const alarm = (id: string, code: string) =>
    waitFor(() => stack.log.find((line) => line.requestId === id && line.reason === code), `alarm ${code}`);

  it('of a client are refused: unknown without a list, good with one, revoked when it says so', async () => {
    await assert.rejects(client.services(), refusedBecause('key-revocation-unknown'));
    await publish('client.crl', '01');
    assert.ok((await client.services()).length > 0);
    await publish('client.crl', '01', clientSerial);
    await assert.rejects(client.services(), refusedBecause('key-revoked'));
    await publish('client.crl');
    await client.services();
  });

  it('of a registry make its answers unusable in the same way', async () => {
    const serial = (await readTrustedKeyFile(made('civil-wss.cert.pem'), { partner: 'civil' })).certificate
      ?.serialNumber as string;
    const first = await submit();
    assert.notEqual(first.state, 'answered');
    await alarm(first.id, 'key-revocation-unknown');
    await publish('registry.crl', '01');
    await waitFor(
      async () => ((await client.get(first.id)).state === 'answered' ? true : undefined),
      'the answer, once a list is there',
    );
    await publish('registry.crl', serial);
    const second = await submit();
    await alarm(second.id, 'key-revoked');
    assert.notEqual((await client.get(second.id)).state, 'answered');
  });

  it('show in health and metrics with the age of their list', async () => {
    const base = `http://127.0.0.1:${stack.variables.PORT}`;
    const { checks } = (await (await fetch(`${base}/health/ready`)).json()) as {
      checks: { name: string; status: string; detail?: string }[];
    };
    const list = checks.find(({ name }) => name === 'crl-registry-civil');
    assert.equal(list?.status, 'ok');
    assert.match(list?.detail ?? '', /^\d+ s old$/);
    const metrics = await (await fetch(`${base}/metrics`)).text();
    assert.match(metrics, /^ura_crl_age_seconds\{name="registry-civil"\} \d+$/m);
    assert.match(metrics, /^ura_crl_next_update_in_seconds\{name="client-oss-divjake"\} \d{4,}$/m);
    assert.match(metrics, /^ura_certificate_expires_in_seconds\{name="crl-issuer-registry-civil"\} \d+$/m);
    assert.match(metrics, /^ura_certificate_expires_in_seconds\{name="client-oss-divjake"\} \d+$/m);
  });
});
