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
  const registries = new Map(
    await Promise.all(
      adapters.map(async ({ name, trust }) => {
        const files = await keyFilesOfAll(trust);
        return [name, await Promise.all(files.map(readCertificate))] as const;
      }),
    ),
  );
  const publicFile = gateway.keys.http.replace('.private.', '.public.');
  const own = await readTrustedKeyFile(publicFile, { partner: 'gateway' });
  return {
    clients: pinned,
    registries,
    own: [await readCertificate(gateway.keys.messages.certificate)],
    gateway: (keyId) => (own.keyId === keyId ? own : undefined),
  };
}
