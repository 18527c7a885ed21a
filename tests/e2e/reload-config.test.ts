import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKey } from '../../src/cli/keys/generate-key.js';
import { type AdministrativeService, UraClient, UraRefused } from '../../src/client/index.js';
import { fileSigner } from '../../src/signing/file-signer.js';
import { readPrivateKeyFile, readTrustedKeyFile } from '../../src/signing/key-files.js';
import { type ConfigCopy, catalogueCopy, type Json, serviceWith } from '../support/config-copy.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';

describe('a configuration that changes while requests come in', function () {
  this.timeout(120_000);
  let config: ConfigCopy;
  let stack: Stack;
  let divjake: UraClient;

  beforeEach(async () => {
    config = await catalogueCopy();
    stack = await startStack({ config: config.folder });
    divjake = await stack.client();
  });
  afterEach(async () => {
    divjake.close();
    await stack.stop();
    await config.remove();
  });

  const policy = 'policies/oss-divjake.json';
  const submit = (client = divjake, idempotencyKey: string = randomUUID(), caseId = 'DIV-1') =>
    client.submit(familyRequest(stack.people.headOfSix, caseId), { idempotencyKey, waitSeconds: 20 });
  const reload = async (): Promise<void> => assert.ok(await stack.gateway.reload());
  const refusedWith = (code: string) => (error: unknown) =>
    error instanceof UraRefused && error.code === code;
  const cardOf = async (): Promise<AdministrativeService> => {
    const service = await divjake.service('AL029901', { municipality: '21' });
    assert.ok(service.kind === 'administrative');
    return service;
  };
  type Ready = { status: string; checks: { name: string; status: string; detail?: string }[] };
  const ready = async (): Promise<Ready> =>
    (await (await fetch(`${stack.gateway.url}/health/ready`)).json()) as Ready;

  it('gives and takes grants; what was accepted before is still read and repeated', async () => {
    const key = randomUUID();
    const first = await submit(divjake, key);
    assert.equal(first.state, 'answered');
    let granted: unknown;
    await config.change({
      [policy]: (it) => {
        granted = it.grants;
        return { ...it, grants: (it.grants as Json[]).filter(({ service }) => service !== 'AL012031') };
      },
    });
    await reload();
    await assert.rejects(submit(), refusedWith('not-granted'));
    assert.equal((await submit(divjake, key)).id, first.id, 'a repetition is answered');
    assert.equal((await divjake.get(first.id)).state, 'answered');
    await config.change({ [policy]: (it) => ({ ...it, grants: granted }) });
    await reload();
    assert.equal((await submit()).state, 'answered');
  });

  it('gives a changed card at once, with a new version', async () => {
    const before = await cardOf();
    await config.change({
      'catalogue/housing.json': serviceWith('AL029901', (it) => ({
        ...it,
        card: { ...(it.card as Json), time: { workingDays: 7 } },
      })),
    });
    assert.deepEqual((await cardOf()).version, before.version);
    await reload();
    const after = await cardOf();
    assert.deepEqual(after.card.time, { workingDays: 7 });
    assert.notEqual(after.version, before.version);
    assert.equal(after.card.purpose, before.card.purpose);
  });

  it('never takes a bad one, says so everywhere, and goes on with the good one', async () => {
    const before = await cardOf();
    await config.change({
      'catalogue/housing.json': serviceWith('AL029901', (it) => ({ ...it, price: 100 })),
      [policy]: (it) => ({ ...it, grants: [] }),
    });
    assert.equal(await stack.gateway.reload(), false);
    assert.equal((await cardOf()).version, before.version);
    assert.equal((await submit()).state, 'answered');
    const { status, checks } = await ready();
    const check = checks.find(({ name }) => name === 'configuration');
    assert.deepEqual([status, check?.status], ['ready', 'warning']);
    assert.match(check?.detail ?? '', /what is on disk cannot be used since \d+ s/);
    const metrics = await (await fetch(`${stack.gateway.url}/metrics`)).text();
    assert.match(metrics, /^ura_configuration_unusable_seconds [1-9]/m);
    assert.match(metrics, /^ura_internal_failures_total\{what="configuration"\} 1$/m);
    const line = stack.log.find(({ msg }) => String(msg).includes('on disk cannot be used'));
    assert.match(JSON.stringify(line), /catalogue\/housing\.json.*price/);
  });

  it('lets a new client of a new municipality in, and out again', async () => {
    const folder = join(config.folder, 'keys');
    const order = { folder, development: false, days: 30, clock: { now: Date.now } };
    await generateKey({ ...order, name: 'oss-lushnje', use: 'http', type: 'ec' });
    const { keys } = stack.gateway.config.gateway;
    const gatewayKey = await readTrustedKeyFile(keys.http.replace('.private.', '.public.'), {
      partner: 'gateway',
    });
    const lushnje = new UraClient({
      gateway: stack.gateway.url,
      signer: fileSigner(await readPrivateKeyFile(join(folder, 'oss-lushnje.private.jwk.json'))),
      gatewayKeys: [gatewayKey],
    });
    const ask = () =>
      lushnje.submit(
        {
          ...familyRequest(stack.people.headOfSix, 'LU-1'),
          requester: { organisation: 'Bashkia e re', officer: 'b.leka', unit: 'Zyra' },
        },
        { idempotencyKey: randomUUID(), waitSeconds: 20 },
      );
    await assert.rejects(ask(), refusedWith('signature-refused'));
    await config.change({
      'clients/oss-new.json': () => ({
        id: 'oss-new',
        name: 'New',
        municipality: '23',
        organisations: ['Bashkia e re'],
        keys: [join(folder, 'oss-lushnje.public.jwk.json')],
      }),
      'policies/oss-new.json': () => ({
        client: 'oss-new',
        grants: [
          { id: 'new-family', service: 'AL012031', purposes: ['social-housing'], fields: ['members'] },
        ],
      }),
    });
    await reload();
    const answered = await ask();
    assert.equal(answered.state, 'answered');
    assert.equal(answered.municipality, '23');
    assert.deepEqual(answered.decision.fields, ['members']);
    const waiting = async () => {
      const { rows } = await stack.database.query<{ count: string }>('select count(*) from outbox');
      return rows[0]?.count === '0' || undefined;
    };
    await waitFor(waiting, 'the event on the topic of municipality 23');
    await config.change({ 'clients/oss-new.json': (it) => ({ ...it, keys: [`${folder}/nothing`] }) });
    await writeFile(join(folder, 'nothing'), 'x');
    assert.equal(await stack.gateway.reload(), false);
    await copyFile(
      join(process.env.URA_DATA as string, 'keys', 'gateway-http.public.jwk.json'),
      join(folder, 'other.public.jwk.json'),
    );
    await config.change({
      'clients/oss-new.json': (it) => ({ ...it, keys: [join(folder, 'other.public.jwk.json')] }),
    });
    await reload();
    await assert.rejects(ask(), refusedWith('signature-refused'));
    lushnje.close();
  });
});
