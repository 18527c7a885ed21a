import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isDevelopmentKey } from '../../signing/development-keys.js';
import { readTrustedKeyFile } from '../../signing/key-files.js';
import type { SignatureAlgorithm } from '../../signing/signer.js';
import type { KeyUse } from './generate-key.js';

/** One public key of a folder. */
export interface ListedKey {
  readonly name: string;
  readonly use: KeyUse;
  /** Undefined where the file cannot be used; `problem` says why. */
  readonly algorithm?: SignatureAlgorithm;
  readonly keyId?: string;
  /** Milliseconds since the epoch; a JWK has no end. */
  readonly expiresAt?: number;
  readonly development?: boolean;
  readonly problem?: string;
}

const endings: readonly [string, KeyUse][] = [
  ['.cert.pem', 'wss'],
  ['.public.jwk.json', 'http'],
];

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
    for (const [ending, use] of endings) {
      if (!file.endsWith(ending) || file.startsWith('.')) continue;
      listed.push(await readOne(join(folder, file), file.slice(0, -ending.length), use));
    }
  }
  return listed;
}

async function readOne(path: string, name: string, use: KeyUse): Promise<ListedKey> {
  try {
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

/** The list as lines of a table: name, type, use, expires, development. */
export function keyTable(keys: readonly ListedKey[], now: number): string[] {
  const rows = keys.map((key) => [
    key.name,
    key.algorithm ?? 'unusable',
    key.use,
    expiry(key.expiresAt, now),
    key.development === undefined ? '?' : key.development ? 'yes' : 'no',
  ]);
  const table = [['name', 'type', 'use', 'expires', 'development'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
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
