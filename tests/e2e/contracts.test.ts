import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { type Stack, startStack } from '../support/stack.js';

interface Entry {
  readonly name: string;
  readonly kind: string;
  readonly version: string;
  readonly status: string;
  readonly path: string;
  readonly sha256: string;
}

describe('contracts over HTTP', function () {
  this.timeout(60_000);
  let stack: Stack;
  let entries: readonly Entry[];

  before(async () => {
    stack = await startStack();
    const answer = await get('/contracts');
    assert.equal(answer.status, 200);
    entries = ((await answer.json()) as { contracts: Entry[] }).contracts;
  });

  after(async () => {
    await stack?.stop();
  });

  const get = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(stack.gateway.url + path, init);
  const current = (name: string): Entry => {
    const found = entries.find((entry) => entry.name === name && entry.status === 'current');
    assert.ok(found, `${name} has no release`);
    return found;
  };

  it('lists every contract with kind, version, status and digest, and serves those very bytes', async () => {
    const kinds = new Map(entries.map(({ name, kind }) => [name, kind]));
    for (const [name, kind] of [
      ['canonical/family-composition', 'json-schema'],
      ['events/result', 'json-schema'],
      ['asyncapi', 'asyncapi'],
      ['openapi/gateway', 'openapi'],
      ['registries/civil', 'wsdl'],
      ['gateway', 'wsdl'],
    ] as const) {
      assert.equal(kinds.get(name), kind, name);
    }
    assert.equal(new Set(entries.map(({ path }) => path)).size, entries.length);
    for (const { path, sha256, status, version } of entries) {
      const answer = await get(path);
      const bytes = Buffer.from(await answer.arrayBuffer());
      assert.equal(createHash('sha256').update(bytes).digest('hex'), sha256, path);
      const released = status !== 'draft';
      assert.equal(path.includes(`/${version}`), released, path);
      assert.match(answer.headers.get('cache-control') ?? '', released ? /immutable/ : /^no-cache$/, path);
    }
  });

  it('lets a version be kept for ever, and asks again for what is current', async () => {
    const { path } = current('registries/civil');
    const version = await get(path);
    assert.equal(version.headers.get('cache-control'), 'public, max-age=31536000, immutable');
    const unversioned = await get('/contracts/canonical/family-composition.schema.json');
    assert.equal(unversioned.headers.get('cache-control'), 'no-cache');
    for (const answer of [version, unversioned]) {
      const etag = answer.headers.get('etag') ?? '';
      const again = await fetch(answer.url, { headers: { 'if-none-match': etag } });
      assert.equal(again.status, 304);
      assert.equal(await again.text(), '');
      const other = await fetch(answer.url, { headers: { 'if-none-match': '"other"' } });
      assert.equal(other.status, 200);
    }
    const head = await get(path, { method: 'HEAD' });
    assert.equal(head.status, 200);
    assert.equal(head.headers.get('etag'), version.headers.get('etag'));
  });

  it('names the media type of each', async () => {
    const type = async (path: string) => (await get(path)).headers.get('content-type');
    assert.match((await type('/contracts')) ?? '', /^application\/json/);
    assert.match((await type(current('canonical/person').path)) ?? '', /^application\/json/);
    assert.match((await type(current('openapi/gateway').path)) ?? '', /^application\/yaml/);
    assert.match((await type('/contracts/openapi/gateway.yaml')) ?? '', /^application\/yaml/);
    assert.match((await type('/contracts/gateway/gateway.wsdl')) ?? '', /^application\/xml/);
    assert.match((await type('/contracts/gateway/gateway.xsd')) ?? '', /^application\/xml/);
  });

  it('gives a version of a schema that needs nothing else', async () => {
    const schema = (await (await get(current('canonical/family-composition').path)).json()) as {
      readonly examples: readonly unknown[];
    };
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    const validate = ajv.compile(schema);
    const [example] = structuredClone(schema.examples) as { head: { givenName: unknown } }[];
    assert.ok(validate(example), JSON.stringify(validate.errors));
    assert.ok(example);
    example.head.givenName = 7;
    assert.equal(validate(example), false, 'what is embedded has to count');
  });

  it('gives a version of a WSDL whose schema stands beside it', async () => {
    const path = entries.find((entry) => entry.path.endsWith('/civil.wsdl'))?.path ?? '';
    const text = await (await get(path)).text();
    const [, schema = ''] = /schemaLocation="([^"]+)"/.exec(text) ?? [];
    const beside = await fetch(new URL(schema, stack.gateway.url + path));
    assert.equal(beside.status, 200);
    assert.ok(entries.some((entry) => entry.path === new URL(beside.url).pathname));
  });

  it('serves nothing else, and takes nothing', async () => {
    for (const path of [
      '/contracts/released/SHA256SUMS',
      '/contracts/released/canonical/person/1.0.0.json',
      '/contracts/canonical/types.ts',
      '/contracts/canonical/README.md',
      '/contracts/canonical/person/9.9.9.json',
      '/contracts/__proto__',
      '/contracts/..%2fpackage.json',
    ]) {
      assert.equal((await get(path)).status, 404, path);
    }
    assert.notEqual((await get(current('canonical/person').path, { method: 'PUT' })).status, 200);
  });
});
