import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { findPackageRoot } from '../src/package-root.js';

const root = findPackageRoot();

/** All TypeScript sources below some folders, relative to the package root. */
function sources(...folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  );
}

/** What a file imports: packages by name, files relative to the package root without ending. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name = '']) =>
    name.startsWith('.')
      ? relative(root, join(root, dirname(file), name)).replace(/\.js$/, '')
      : name.replace(/^(@[^/]+\/[^/]+|[^@/][^/]*).*$/, '$1'),
  );
}

const isSimulator = (file: string): boolean => file.includes('/simulator/');

describe('the rules that keep the house in order', () => {
  const product = sources('src', 'adapters', 'contracts');

  it('adapters import contracts and signing, never the store or the HTTP intake', () => {
    const allowed =
      /^(adapters|contracts|src\/signing)\/|^src\/(clock|ids|package-root|strict-json|threads)$/;
    for (const file of sources('adapters')) {
      const wrong = importsOf(file).filter((name) => /^src\//.test(name) && !allowed.test(name));
      assert.deepEqual(wrong, [], file);
    }
  });

  it('signing imports nothing of the gateway around it', () => {
    const allowed = /^src\/(signing\/|(clock|ids|package-root|strict-json|threads)$)/;
    for (const file of sources('src/signing')) {
      const wrong = importsOf(file).filter((name) => /^(src|adapters)\//.test(name) && !allowed.test(name));
      assert.deepEqual(wrong, [], file);
    }
  });

  it('one place touches each third-party client', () => {
    const places: Readonly<Record<string, RegExp>> = {
      'node-rdkafka': /^src\/kafka\/rdkafka\.ts$/,
      'openapi-backend': /^src\/http\/api-description\.ts$/,
      soap: /^adapters\/soap\/soap-encoding\.ts$/,
      '@marcbachmann/cel-js': /^src\/procedures\/expression\.ts$/,
      'libxml2-wasm':
        /^(adapters\/soap\/(xsd-validation|simulator\/request-schema)|contracts\/compatibility\/read-xml)\.ts$/,
      pg: /^src\/store\/database\.ts$/,
      express: /^src\/http\/(app|docs-page|contracts)\.ts$/,
      pino: /^src\/observe\/logger\.ts$/,
      'prom-client': /^src\/observe\/(metrics|gauges)\.ts$/,
    };
    for (const file of product) {
      for (const name of importsOf(file)) {
        const place = Object.hasOwn(places, name) ? places[name] : undefined;
        if (place) assert.match(file, place, `${file} imports ${name}`);
      }
    }
  });

  it('the independent second opinion never verifies the main path', () => {
    for (const file of product.filter((name) => !isSimulator(name) && !name.startsWith('src/evidence/'))) {
      for (const name of ['xml-crypto', '@xmldom/xmldom']) assert.ok(!importsOf(file).includes(name), file);
    }
  });

  it('SQL stands in stores and migrations only', () => {
    const statement = /\b(select\s.+\sfrom|insert\s+into|delete\s+from|update\s+\w+\s+set)\b/i;
    for (const file of sources('src').filter((name) => !/-store\.ts$|^src\/store\//.test(name))) {
      const code = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      assert.doesNotMatch(code, statement, file);
    }
  });

  it('no file is called utils, helpers, common, base or manager', () => {
    for (const file of product)
      assert.doesNotMatch(file, /(^|\/)(utils?|helpers?|common|base|manager)(\.ts|\/)/);
  });

  it('nothing runs at import but in the program itself', () => {
    // A call that stands alone at the left margin is work at import time.
    for (const file of product.filter((name) => name !== 'src/main.ts')) {
      const code = readFileSync(join(root, file), 'utf8');
      assert.doesNotMatch(code, /^(?!import\b|export\b|function\b|if\b|for\b)[a-zA-Z_.]+\([^)]*\);$/m, file);
    }
  });
});
