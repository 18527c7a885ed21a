import { parse } from 'yaml';
import type { ContractKind, PublishedFile } from '../versions/contract.js';
import { type Change, Changes, type Direction } from './change.js';
import { compareAsyncApi } from './compare-asyncapi.js';
import { compareOpenApi } from './compare-openapi.js';
import { compareSchemas } from './compare-schemas.js';
import { compareWsdl } from './compare-wsdl.js';
import { documentRoot } from './schema-place.js';

/**
 * Everything in which two versions of one contract differ, with a judgement of each difference.
 *
 * @param id decides whom the contract has to suit, see {@link directionsOf}.
 */
export function compareContracts(
  id: string,
  kind: ContractKind,
  before: readonly PublishedFile[],
  after: readonly PublishedFile[],
): readonly Change[] {
  const changes = new Changes();
  const directions = directionsOf(id);
  switch (kind) {
    case 'json-schema': {
      const every = [...new Set([...directions.sent, ...directions.got])];
      compareSchemas(documentRoot(read(before)), documentRoot(read(after)), every, changes);
      break;
    }
    case 'asyncapi':
      compareAsyncApi(read(before), read(after), changes);
      break;
    case 'openapi':
      compareOpenApi(read(before), read(after), directions, changes);
      break;
    case 'wsdl':
      compareWsdl(bytesOf(before), bytesOf(after), directions, changes);
      break;
  }
  return changes.list();
}

/**
 * Whom the two ways of a contract have to suit.
 *
 * - Events are only read by others.
 * - The gateway's own interfaces have clients: they send requests and read answers.
 * - Registries are built by agencies and asked by gateways, and canonical evidence is delivered as well as sent
 *   in by officers who answer by hand. There both sides are others, so nothing may narrow or widen.
 */
function directionsOf(id: string): {
  readonly sent: readonly Direction[];
  readonly got: readonly Direction[];
} {
  if (id.startsWith('events/')) return { sent: [], got: ['answer'] };
  if (id === 'gateway' || /^openapi\/[^/]+$/.test(id)) return { sent: ['request'], got: ['answer'] };
  return { sent: ['request', 'answer'], got: ['request', 'answer'] };
}

/** YAML 1.2 reads JSON as well. */
function read([file]: readonly PublishedFile[]): unknown {
  if (file === undefined) return {};
  const text = file.bytes.toString();
  return file.suffix.endsWith('.json') ? JSON.parse(text) : parse(text);
}

function bytesOf(files: readonly PublishedFile[]): readonly Uint8Array[] {
  return files.map(({ bytes }) => bytes);
}
