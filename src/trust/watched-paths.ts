import { join } from 'node:path';
import type { Config } from '../config/config.js';
import { isUrl } from './fetch-crl.js';

const configFolders = [
  'clients',
  'operators',
  'policies',
  'adapters',
  'queries',
  'catalogue',
  'municipalities',
];

/**
 * Every file and folder whose change can change what the gateway does: the configuration, the keys that it names, and
 * what revocation lists are read from.
 */
export function watchedPaths(
  configFolder: string,
  { gateway, clients, operators, adapters }: Config,
): string[] {
  const { keys } = gateway;
  const lists = [...clients, ...operators, ...adapters].flatMap(({ crl }) => crl ?? []);
  return [
    join(configFolder, 'gateway.json'),
    ...configFolders.map((name) => join(configFolder, name)),
    keys.http,
    keys.messages.privateKey,
    keys.messages.certificate,
    ...clients.flatMap((client) => [...client.keys, ...(client.mtls?.certificates ?? [])]),
    ...operators.flatMap((operator) => operator.keys),
    ...Object.values(gateway.http.tls ?? {}),
    ...adapters.flatMap(({ trust }) => trust),
    ...lists.flatMap(({ issuer, sources }) => [issuer, ...sources.filter((source) => !isUrl(source))]),
  ];
}
