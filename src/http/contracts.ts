import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Router } from 'express';
import { bundleAsyncApi } from '../../contracts/versions/bundle.js';
import { showVersion } from '../../contracts/versions/contract.js';
import { indexContracts, versionedPath } from '../../contracts/versions/contract-index.js';
import { presentContracts } from '../../contracts/versions/present-contracts.js';
import { releasedContracts, releasedFolder } from '../../contracts/versions/released-contracts.js';
import { findPackageRoot } from '../package-root.js';

interface Document {
  readonly bytes: Buffer;
  readonly mediaType: string;
  /** Whether the address names a version, whose bytes never change. */
  readonly immutable: boolean;
  /** Strong validator (RFC 9110 §8.8.3): a digest of the bytes. */
  readonly etag: string;
}

const mediaTypes: Readonly<Record<string, string>> = {
  json: 'application/json',
  // RFC 9512
  yaml: 'application/yaml',
  wsdl: 'application/xml',
  xsd: 'application/xml',
};

/**
 * The contracts under `/contracts`: an index, each released version under an address whose content never
 * changes, and what is current under the addresses that the files name themselves by. All of it is read once, so
 * an address is looked up and never becomes a path of the file system.
 *
 * @param root the package root, where the contracts lie.
 */
export function contractFiles(root: string = findPackageRoot()): Router {
  const documents = readDocuments(root);
  const router = Router();
  router.get(/.*/, (request, response, next) => {
    const document = documents.get(request.path === '/' ? '' : request.path);
    if (document === undefined) return next('router');
    response.set({
      'content-type': document.mediaType,
      'cache-control': document.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
      etag: document.etag,
      'x-content-type-options': 'nosniff',
    });
    // Express leaves this out for a request with `Cache-Control: no-cache`, which fetch() adds by itself.
    if (isKnown(request.headers['if-none-match'], document.etag)) return response.status(304).end();
    return response.send(document.bytes);
  });
  return router;
}

/** RFC 9110 §13.1.2: weak comparison with any of the listed validators. */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  const listed = (ifNoneMatch ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''));
  return listed.includes(etag) || listed.includes('*');
}

/** By path below `/contracts`; the index is the empty one. */
function readDocuments(root: string): ReadonlyMap<string, Document> {
  const documents = new Map<string, Document>();
  const put = (path: string, bytes: Buffer, immutable = false): void => {
    const mediaType = mediaTypes[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/json';
    const etag = `"${createHash('sha256').update(bytes).digest('base64url')}"`;
    documents.set(path.slice('/contracts'.length), { bytes, mediaType, immutable, etag });
  };
  for (const folder of ['contracts', 'openapi'])
    for (const source of publishedSources(root, folder))
      put(unversionedPath(source), readFileSync(join(root, source)));
  const released = releasedContracts(root);
  for (const { id, version, files } of released)
    for (const { suffix, bytes } of files) put(versionedPath(id, showVersion(version), suffix), bytes, true);
  const read = (source: string): Buffer => readFileSync(join(root, source));
  const contracts = indexContracts(presentContracts(root), released, read, unversionedPath);
  put('/contracts', Buffer.from(JSON.stringify({ contracts })));
  return documents;
}

/** Everything that says how to talk to the gateway, and nothing else of those folders. */
function publishedSources(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((name) => /\.(json|yaml|wsdl|xsd)$/.test(name) && !name.startsWith(`${releasedFolder}/`));
}

/** `openapi/gateway.yaml` → `/contracts/openapi/gateway.yaml`, `contracts/asyncapi.yaml` → `/contracts/asyncapi.yaml` */
function unversionedPath(source: string): string {
  return source.startsWith('contracts/') ? `/${source}` : `/contracts/${source}`;
}

/**
 * The AsyncAPI document as one piece: schemas that it refers to by file stand in it, so that a reader needs
 * nothing else.
 */
export function readAsyncApi(): unknown {
  return bundleAsyncApi(join(findPackageRoot(), 'contracts', 'asyncapi.yaml'));
}
