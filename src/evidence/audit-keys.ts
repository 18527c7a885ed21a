import type { Config } from '../config/config.js';
import { readCertificate, readTrustedKeyFile } from '../signing/key-files.js';
import type { TrustedKey } from '../signing/signer.js';
import { keyFilesOfAll } from '../trust/key-folder.js';
import type { AuditKeys } from './audit-input.js';

/**
 * Reads what an audit believes out of a configuration: public halves only, so that an auditor needs no access to
 * any private key.
 *
 * @throws {KeyFileUnusable}
 */
export async function readAuditKeys({ gateway, clients, adapters }: Config): Promise<AuditKeys> {
  const pinned: TrustedKey[] = [];
  for (const { id, keys } of clients) {
    for (const path of await keyFilesOfAll(keys))
      pinned.push(await readTrustedKeyFile(path, { partner: id }));
  }
  const registryKeys = new Map(
    await Promise.all(
      adapters.map(async ({ name, trust }) => {
        const files = await keyFilesOfAll(trust);
        const keys = files.map((file) => readTrustedKeyFile(file, { partner: name }));
        return [name, await Promise.all(keys)] as const;
      }),
    ),
  );
  const registries = new Map(
    [...registryKeys].map(([name, keys]) => [name, keys.flatMap(({ certificate }) => certificate ?? [])]),
  );
  const publicFile = gateway.keys.http.replace('.private.', '.public.');
  const own = await readTrustedKeyFile(publicFile, { partner: 'gateway' });
  return {
    clients: pinned,
    registries,
    registryKeys,
    own: [await readCertificate(gateway.keys.messages.certificate)],
    gatewayKeys: [own],
    gateway: (keyId) => (own.keyId === keyId ? own : undefined),
  };
}
