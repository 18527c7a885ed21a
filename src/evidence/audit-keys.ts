import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import { readCertificate, readTrustedKeyFile } from '../signing/key-files.js';
import type { TrustedKey } from '../signing/signer.js';
import { keyFilesOf, keyFilesOfAll } from '../trust/key-folder.js';
import type { AuditKeys } from './audit-input.js';

/** Below the folder of the configuration: public halves of keys that the gateway itself signed with before. */
export const formerKeysFolder = join('trust', 'gateway');

/**
 * Reads what an audit believes out of a configuration: public halves only, so that an auditor needs no access to
 * any private key. The gateway's own former keys count as its present ones do: what was signed before they were
 * exchanged is no less signed.
 *
 * @param folder of the configuration.
 * @throws {KeyFileUnusable}
 */
export async function readAuditKeys(
  { gateway, clients, operators, adapters }: Config,
  folder: string,
): Promise<AuditKeys> {
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
  const former = await filesOfFormerKeys(folder);
  const publicFiles = [gateway.keys.http.replace('.private.', '.public.'), ...former.keys];
  const signing = await Promise.all(
    publicFiles.map((file) => readTrustedKeyFile(file, { partner: 'gateway' })),
  );
  return {
    clients: await readPinned(clients),
    operators: await readPinned(operators),
    registries,
    registryKeys,
    own: await Promise.all([gateway.keys.messages.certificate, ...former.certificates].map(readCertificate)),
    gatewayKeys: signing,
    gateway: (keyId) => signing.find((key) => key.keyId === keyId),
  };
}

async function readPinned(
  partners: readonly { readonly id: string; readonly keys: readonly string[] }[],
): Promise<TrustedKey[]> {
  const pinned: TrustedKey[] = [];
  for (const { id, keys } of partners) {
    for (const path of await keyFilesOfAll(keys))
      pinned.push(await readTrustedKeyFile(path, { partner: id }));
  }
  return pinned;
}

/** Certificates signed SOAP messages, other keys everything else. */
async function filesOfFormerKeys(folder: string): Promise<{ certificates: string[]; keys: string[] }> {
  const path = join(folder, formerKeysFolder);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  const sorted: { certificates: string[]; keys: string[] } = { certificates: [], keys: [] };
  for (const file of isThere ? await keyFilesOf(path) : []) {
    const isCertificate = (await readFile(file, 'utf8')).includes('BEGIN CERTIFICATE');
    sorted[isCertificate ? 'certificates' : 'keys'].push(file);
  }
  return sorted;
}
