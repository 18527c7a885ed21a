import assert from 'node:assert/strict';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LiveConfig, type LiveConfigParts } from '../../src/config/live-config.js';
import { readWholeConfig } from '../../src/config/read-whole.js';
import type { Snapshot } from '../../src/config/snapshot.js';
import { type ConfigCopy, catalogueCopy, type Json, serviceWith } from '../support/config-copy.js';
import { waitFor } from '../support/wait-for.js';

describe('the configuration in use', function () {
  this.timeout(30_000);
  let config: ConfigCopy;
  let live: LiveConfig;
  let loaded: { snapshot: Snapshot; restart: readonly string[] }[];
  let failed: string[];

  beforeEach(async () => {
    config = await catalogueCopy();
    loaded = [];
    failed = [];
  });
  afterEach(async () => {
    live.stop();
    await config.remove();
  });

  async function open(change: Partial<LiveConfigParts> = {}): Promise<void> {
    live = await LiveConfig.open({
      configFolder: config.folder,
      read: () => readWholeConfig(config.folder, { URA_DATA: process.env.URA_DATA }),
      refuse: () => [],
      clock: { now: () => Date.now() },
      observe: {
        loaded: (snapshot, restart) => loaded.push({ snapshot, restart }),
        failed: (error) => failed.push(error.message),
        crlFailed: () => {},
      },
      ...change,
    });
  }
  const fee = (baseAll: number) => (service: Json) => {
    const card = service.card as Json;
    return { ...service, card: { ...card, fee: { ...(card.fee as Json), baseAll } } };
  };
  const feeInFier = () => live.current().services.effective('21', 'AL029901').card.fee.baseAll;

  it('is exchanged in one step: clients, grants, queries, services and municipalities', async () => {
    await open();
    const before = live.current();
    await config.change({
      'clients/oss-fier.json': (it) => ({ ...it, organisations: ['Bashkia Fier e re'] }),
      'policies/oss-fier.json': (it) => ({ ...it, grants: [grant('AL012031')] }),
      'queries/civil.json': serviceWith('AL012001', (it) => ({
        ...it,
        name: { sq: 'Person', en: 'Person' },
      })),
      'catalogue/housing.json': serviceWith('AL029901', fee(300)),
      'municipalities/21.json': () => ({ municipality: '21', notOffered: ['AL029902'] }),
    });
    assert.equal(live.current(), before, 'nothing changes before it is read');
    assert.equal(await live.reload(), true);
    const after = live.current();
    assert.equal(loaded.length, 1);
    assert.deepEqual(after.clients.get('oss-fier')?.organisations, ['Bashkia Fier e re']);
    assert.equal(after.queries.get('AL012001')?.settings.name.en, 'Person');
    assert.equal(feeInFier(), 300);
    assert.equal(after.services.isOffered('21', 'AL029902'), false);
    assert.equal(decide(after, 'AL012031').allowed, true);
    assert.equal(decide(after, 'AL012001').allowed, false);
    assert.equal(decide(before, 'AL012031').allowed, false, 'the snapshot of before is what it was');
    assert.equal(before.services.effective('21', 'AL029901').card.fee.baseAll, 200);
  });

  const grant = (service: string): Json => ({
    id: 'fier-new',
    service,
    purposes: ['residence-proof'],
    fields: ['asOf'],
  });
  const decide = ({ authorise, queries, clients }: Snapshot, service: string) => {
    const client = clients.get('oss-fier');
    const query = queries.get(service);
    assert.ok(client && query);
    return authorise(client, query.settings, {
      service,
      subject: { scheme: 'NID', notation: 'J00101999W' },
      purpose: 'residence-proof',
      legalBasis: 'x',
      requester: { organisation: client.organisations[0] as string, officer: 'o', unit: 'u' },
      caseId: 'FR-1',
      parameters: {},
    });
  };

  const spoilt: readonly [string, () => Promise<unknown>, RegExp][] = [
    [
      'a file that is no JSON',
      () => writeFile(join(config.folder, 'policies', 'oss-fier.json'), '{'),
      /policies\/oss-fier\.json: /,
    ],
    [
      'an unknown field',
      () => config.change({ 'municipalities/20.json': (it) => ({ ...it, mayor: 'x' }) }),
      /\(mayor\)/,
    ],
    [
      'a grant of a field that there is not',
      () =>
        config.change({
          'policies/oss-fier.json': (it) => ({
            ...it,
            grants: [{ ...grant('AL012001'), fields: ['salary'] }],
          }),
        }),
      /has no field salary/,
    ],
    [
      'a step that names nothing',
      () =>
        config.change({
          'municipalities/20.json': (it) => ({
            ...it,
            services: { AL029901: { withoutEvidence: ['family'] } },
          }),
        }),
      /names step family, which is not in the procedure/,
    ],
    [
      'a key that is gone',
      () => config.change({ 'clients/oss-fier.json': (it) => ({ ...it, keys: ['gone.jwk.json'] }) }),
      /gone\.jwk\.json/,
    ],
    [
      'a folder that is gone',
      () => rename(join(config.folder, 'policies'), join(config.folder, 'was-policies')),
      /policies\/: the folder is missing/,
    ],
  ];
  for (const [what, spoil, reason] of spoilt) {
    it(`keeps a good set before one with ${what}, and takes nothing of it`, async () => {
      await open();
      const before = live.current();
      await config.change({ 'catalogue/housing.json': serviceWith('AL029901', fee(300)) });
      await spoil();
      assert.equal(await live.reload(), false);
      assert.equal(live.current(), before);
      assert.equal(feeInFier(), 200);
      assert.match(failed.join('\n'), reason);
      assert.ok(live.status().unusableSeconds > 0);
      assert.equal(await live.reload(), false);
      assert.equal(failed.length, 1, 'the same reason is told once');
      assert.deepEqual(loaded, []);
    });
  }

  it('takes what was mended, and tells of all changes at once', async () => {
    await open();
    await config.change({ 'municipalities/20.json': (it) => ({ ...it, mayor: 'x' }) });
    assert.equal(await live.reload(), false);
    await config.change({
      'municipalities/20.json': ({ mayor: _, ...it }) => it,
      'catalogue/housing.json': serviceWith('AL029901', fee(300)),
    });
    assert.equal(await live.reload(), true);
    assert.equal(feeInFier(), 300);
    assert.equal(live.status().unusableSeconds, 0);
  });

  it('sees files and folders come, change and go without being told', async () => {
    await rm(join(config.folder, 'municipalities'), { recursive: true });
    await open({ pollMs: 20 });
    live.watch();
    await mkdir(join(config.folder, 'municipalities'));
    await config.change({
      'municipalities/21.json': () => ({ municipality: '21', notOffered: ['AL029901'] }),
    });
    const isOffered = () => live.current().services.isOffered('21', 'AL029901');
    await waitFor(() => !isOffered() || undefined, 'the new file');
    await config.change({ 'municipalities/21.json': () => ({ municipality: '21' }) });
    await waitFor(() => isOffered() || undefined, 'the changed file');
    await config.change({ 'catalogue/housing.json': serviceWith('AL029901', fee(300)) });
    await waitFor(() => feeInFier() === 300 || undefined, 'the new fee');
    await rm(join(config.folder, 'municipalities'), { recursive: true });
    const seen = loaded.length;
    await waitFor(() => loaded.length > seen || undefined, 'the folder that is gone');
  });

  it('says which changed settings need a restart, and takes the rest', async () => {
    await open();
    await config.change({
      'gateway.json': (it) => ({ ...it, dispatch: { ...(it.dispatch as Json), leaseMs: 20_000 } }),
      'adapters/civil.json': (it) => ({ ...it, callTimeoutMs: 16_000 }),
      'catalogue/housing.json': serviceWith('AL029901', fee(300)),
    });
    assert.equal(await live.reload(), true);
    assert.deepEqual(loaded[0]?.restart, ['gateway.json: dispatch', 'adapters: civil callTimeoutMs']);
    assert.equal(feeInFier(), 300);
    await config.change({ 'catalogue/housing.json': serviceWith('AL029901', fee(400)) });
    assert.equal(await live.reload(), true);
    assert.deepEqual(loaded[1]?.restart, loaded[0]?.restart, 'as long as the process runs with the old ones');
  });

  it('does not offer queries of a registry that this process cannot ask', async () => {
    await open({
      // As when an adapter of the program gets settings only now.
      read: async () => {
        const whole = await readWholeConfig(config.folder, { URA_DATA: process.env.URA_DATA });
        if (live === undefined || loaded.length === 0) return whole;
        const [query] = whole.config.queries;
        assert.ok(query);
        const queries = [...whole.config.queries, { ...query, code: 'AL999999', adapter: 'new-one' }];
        return { ...whole, config: { ...whole.config, queries } };
      },
    });
    assert.equal(await live.reload(), true);
    assert.equal(await live.reload(), false);
    assert.match(failed[0] ?? '', /Queries need adapter new-one, which this process was started without/);
    assert.equal(live.current().queries.has('AL999999'), false);
  });
});
