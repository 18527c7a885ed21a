import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { bundleAsyncApi, bundleSchema } from './bundle.js';
import type { ContractKind, PresentContract, PublishedFile } from './contract.js';

/**
 * Every contract of the working tree, sorted by id and major version. There is no list to keep: a file in one of
 * these places is a contract.
 *
 * | files                                   | id                          |
 * | --------------------------------------- | --------------------------- |
 * | `contracts/canonical/<name>.schema.json`| `canonical/<name>`          |
 * | `contracts/events/<name>.schema.json`   | `events/<name>`             |
 * | `contracts/asyncapi.yaml`               | `asyncapi`                  |
 * | `openapi/**.yaml`                       | `openapi/<name>`            |
 * | `contracts/registries/<name>/*.wsdl`    | `registries/<name>`         |
 * | `contracts/gateway/*.wsdl`              | `gateway`                   |
 */
export function presentContracts(root: string): readonly PresentContract[] {
  const contracts = [
    ...['canonical', 'events'].flatMap((folder) => schemasIn(root, folder)),
    ...list(root, 'contracts', /^asyncapi(-v\d+)?\.yaml$/).map((source) =>
      contract('asyncapi', 'asyncapi', source, [json(bundleAsyncApi(join(root, source)))]),
    ),
    ...list(root, 'openapi', /\.yaml$/, true).map((source) =>
      contract('openapi', nameOf(source), source, [{ suffix: '.yaml', bytes: read(root, source) }]),
    ),
    ...wsdls(root, list(root, 'contracts/registries', /\.wsdl$/, true)),
    ...wsdls(root, list(root, 'contracts/gateway', /\.wsdl$/)),
  ];
  return contracts.sort((a, b) => (a.id === b.id ? a.major - b.major : a.id < b.id ? -1 : 1));
}

function schemasIn(root: string, folder: string): readonly PresentContract[] {
  return list(root, `contracts/${folder}`, /\.schema\.json$/).map((source) =>
    contract('json-schema', nameOf(source).replace(/^contracts\//, ''), source, [
      json(bundleSchema(join(root, source))),
    ]),
  );
}

/** One contract for each folder and major version: its WSDL files and the schemas beside them. */
function wsdls(root: string, sources: readonly string[]): readonly PresentContract[] {
  const line = (source: string): string => `${dirname(source)} ${majorOf(source)}`;
  const firsts = sources.filter(
    (source, index) => index === sources.findIndex((other) => line(other) === line(source)),
  );
  return firsts.map((source) => {
    const folder = dirname(source);
    const files = list(root, folder, /\.(wsdl|xsd)$/).filter((file) => majorOf(file) === majorOf(source));
    const published = files.map((file) => ({ suffix: `/${basename(file)}`, bytes: read(root, file) }));
    const others = files.filter((file) => file !== source);
    return contract('wsdl', folder.replace(/^contracts\//, ''), source, published, others);
  });
}

function contract(
  kind: ContractKind,
  id: string,
  source: string,
  files: readonly PublishedFile[],
  others: readonly string[] = [],
): PresentContract {
  return { id, kind, major: majorOf(source), files, sources: [source, ...others] };
}

/** `openapi/registries/tax-v2.yaml` → `openapi/registries/tax` */
function nameOf(source: string): string {
  return source.replace(/(\.schema\.json|\.yaml)$/, '').replace(majorEnd, '');
}

const majorEnd = /[.-]v([1-9]\d*)$/;

function majorOf(source: string): number {
  const stem = source.replace(/(\.schema\.json|\.[a-z]+)$/, '');
  return Number(majorEnd.exec(stem)?.[1] ?? 1);
}

function json(value: unknown): PublishedFile {
  return { suffix: '.json', bytes: Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`) };
}

function read(root: string, file: string): Buffer {
  return readFileSync(join(root, file));
}

/** Relative to the root, with `/`, sorted. */
function list(root: string, folder: string, pattern: RegExp, recursive = false): readonly string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((name) => pattern.test(basename(name)))
    .sort();
}
