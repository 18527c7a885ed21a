import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readConfig } from '../../config/read-config.js';
import { isAuthority } from '../../signing/certificate-use.js';
import { isDevelopmentKey } from '../../signing/development-keys.js';
import { readCertificate, readTrustedKeyFile } from '../../signing/key-files.js';
import type { SignatureAlgorithm } from '../../signing/signer.js';
import { keyFilesOfAll } from '../../trust/key-folder.js';
import type { KeyUse } from './generate-key.js';

/** One public key of a folder or of the configuration. */
export interface ListedKey {
  readonly name: string;
  readonly use: KeyUse;
  /** `authority` signs certificates and no messages. Undefined where the file cannot be used; see `problem`. */
  readonly algorithm?: SignatureAlgorithm | 'authority';
  readonly keyId?: string;
  /** Milliseconds since the epoch; a JWK has no end. */
  readonly expiresAt?: number;
  readonly development?: boolean;
  readonly problem?: string;
  /** Whose key it is, where the configuration says so. */
  readonly partner?: string;
}

/**
 * Reads every certificate and public JWK of a folder, by name. A file that cannot be used is listed with its
 * problem, so that one bad file does not hide the others.
 *
 * @throws when the folder cannot be read.
 */
export async function listKeys(folder: string): Promise<ListedKey[]> {
  const files = (await readdir(folder)).sort();
  const listed: ListedKey[] = [];
  for (const file of files) {
    const isPublic = /\.(pem|jwk\.json)$/.test(file) && !/^\.|\.key\.pem$|\.private\.jwk\.json$/.test(file);
    if (isPublic) listed.push(await readOne(join(folder, file), nameOf(file), useOf(file)));
  }
  return listed;
}

/**
 * Reads what a configuration works with: the gateway's own certificate, the pinned keys of all partners, and the
 * issuers of their revocation lists. Needs no private key.
 *
 * @throws {ConfigInvalid} {KeyFileUnusable} when the settings, or a folder that they name, cannot be read.
 */
export async function listConfiguredKeys(
  folder: string,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<ListedKey[]> {
  const { gateway, clients, operators, adapters } = await readConfig(folder, variables);
  const partners = [
    ...clients.map(({ id, keys, crl }) => ({ partner: `client-${id}`, paths: keys, crl })),
    ...operators.map(({ id, keys, crl }) => ({ partner: `operator-${id}`, paths: keys, crl })),
    ...adapters.map(({ name, trust, crl }) => ({ partner: `registry-${name}`, paths: trust, crl })),
  ];
  const ownCertificate = gateway.keys.messages.certificate;
  const listed = [{ ...(await readOne(ownCertificate, nameOf(ownCertificate), 'wss')), partner: 'gateway' }];
  for (const { partner, paths, crl } of partners) {
    for (const file of [...(await keyFilesOfAll(paths)), ...(crl ? [crl.issuer] : [])]) {
      listed.push({ ...(await readOne(file, nameOf(file), useOf(file))), partner });
    }
  }
  return listed;
}

function useOf(file: string): KeyUse {
  return file.endsWith('.json') ? 'http' : 'wss';
}

function nameOf(file: string): string {
  return basename(file).replace(/(\.(cert|public))?\.(pem|jwk\.json)$/, '');
}

async function readOne(path: string, name: string, use: KeyUse): Promise<ListedKey> {
  try {
    const authority = use === 'wss' ? await readAuthority(path) : undefined;
    if (authority !== undefined) return { name, use, ...authority };
    const key = await readTrustedKeyFile(path, { partner: name });
    return {
      name,
      use,
      algorithm: key.algorithm,
      keyId: key.keyId,
      development: isDevelopmentKey(key),
      ...(key.notAfter === undefined ? {} : { expiresAt: key.notAfter }),
    };
  } catch (error) {
    return { name, use, problem: (error as Error).message };
  }
}

/** Undefined for whatever is not the certificate of an authority. */
async function readAuthority(path: string): Promise<Partial<ListedKey> | undefined> {
  const certificate = await readCertificate(path).catch(() => undefined);
  if (certificate === undefined || !isAuthority(certificate)) return undefined;
  return {
    algorithm: 'authority',
    expiresAt: Date.parse(certificate.validTo),
    development: isDevelopmentKey({ certificate }),
  };
}

/** Keys that are over, or will be within so many days, and files that cannot be used: those need somebody. */
export function endingSoon(keys: readonly ListedKey[], now: number, days: number): ListedKey[] {
  const until = now + days * 86_400_000;
  return keys.filter(
    ({ expiresAt, problem }) => problem !== undefined || (expiresAt !== undefined && expiresAt <= until),
  );
}

/** The list as lines of a table: name, type, use, expires, development, and the partner where there is one. */
export function keyTable(keys: readonly ListedKey[], now: number): string[] {
  const hasPartners = keys.some(({ partner }) => partner !== undefined);
  const rows = keys.map((key) => [
    key.name,
    key.algorithm ?? 'unusable',
    key.use,
    expiry(key.expiresAt, now),
    key.development === undefined ? '?' : key.development ? 'yes' : 'no',
    ...(hasPartners ? [key.partner ?? '-'] : []),
  ]);
  const head = ['name', 'type', 'use', 'expires', 'development', ...(hasPartners ? ['partner'] : [])];
  const table = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, ...keys.flatMap(({ problem }) => (problem === undefined ? [] : [`! ${problem}`]))];
}

function expiry(expiresAt: number | undefined, now: number): string {
  if (expiresAt === undefined) return '-';
  const day = new Date(expiresAt).toISOString().slice(0, 10);
  return expiresAt < now ? `${day} (expired)` : day;
}
