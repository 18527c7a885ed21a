import type { X509Certificate } from 'node:crypto';
import type { Config, CrlSettings } from '../config/config.js';
import { KeyFileUnusable, readCertificate, readTrustedKeyFile } from '../signing/key-files.js';
import type { TrustedKey } from '../signing/signer.js';
import { isIssuedBy } from './crl.js';
import { keyFilesOfAll } from './key-folder.js';
import type { CrlSource } from './revocation-list.js';

/** One partner's public key and the file that it was read from. */
export interface PinnedKey {
  readonly kind: 'client' | 'operator' | 'registry';
  readonly key: TrustedKey;
  readonly file: string;
}

/** Everything that the configuration says to trust. */
export interface PinnedKeys {
  /** In the order of the configuration, the files of a folder by name. */
  readonly keys: readonly PinnedKey[];
  /** All pinned certificates under the names by which metrics and health show them. */
  readonly certificates: readonly { name: string; file: string; certificate: X509Certificate }[];
  readonly crls: readonly CrlSource[];
  /** Keys that a revocation list speaks about: those whose certificate its issuer issued. */
  readonly covered: ReadonlyMap<TrustedKey, CrlSource>;
  readonly warnings: readonly string[];
}

interface Partner {
  readonly kind: PinnedKey['kind'];
  readonly id: string;
  readonly paths: readonly string[];
  readonly crl?: CrlSettings;
}

/**
 * Reads the keys of all clients, operators and registries, and the issuers of their revocation lists. A partner without any key
 * is a warning and no failure, so that taking the last key away takes effect at once.
 *
 * @throws {KeyFileUnusable}
 */
export async function readPinnedKeys({ clients, operators, adapters }: Config): Promise<PinnedKeys> {
  const partners: Partner[] = [
    ...clients.map(({ id, keys, crl }) => ({
      kind: 'client' as const,
      id,
      paths: keys,
      ...(crl ? { crl } : {}),
    })),
    ...operators.map(({ id, keys, crl }) => ({
      kind: 'operator' as const,
      id,
      paths: keys,
      ...(crl ? { crl } : {}),
    })),
    ...adapters.map(({ name, trust, crl }) => ({
      kind: 'registry' as const,
      id: name,
      paths: trust,
      ...(crl ? { crl } : {}),
    })),
  ];
  const read = await Promise.all(partners.map(readPartner));
  return {
    keys: read.flatMap(({ keys }) => keys),
    certificates: read.flatMap(({ certificates }) => certificates),
    crls: read.flatMap(({ source }) => source ?? []),
    covered: new Map(read.flatMap(({ source, covered }) => covered.map((key) => [key, source as CrlSource]))),
    warnings: read.flatMap(({ warnings }) => warnings),
  };
}

async function readPartner(partner: Partner) {
  const name = `${partner.kind}-${partner.id}`;
  const files = await keyFilesOfAll(partner.paths);
  const keys = await Promise.all(
    files.map(async (file): Promise<PinnedKey> => {
      const key = await readTrustedKeyFile(file, { partner: partner.id });
      return { kind: partner.kind, file, key };
    }),
  );
  const distinct = withoutRepetitions(keys);
  const certificates = distinct.flatMap(({ key: { certificate }, file }, index) =>
    certificate ? [{ name: index === 0 ? name : `${name}-${index + 1}`, file, certificate }] : [],
  );
  const source = partner.crl && (await readSource(name, partner.crl));
  if (source && partner.crl) {
    certificates.push({
      name: `crl-issuer-${name}`,
      file: partner.crl.issuer,
      certificate: source.issuer,
    });
  }
  const covered = distinct.filter(
    ({ key: { certificate } }) => source && certificate && isIssuedBy(certificate, source.issuer),
  );
  const uncovered = source ? distinct.filter((each) => !covered.includes(each)) : [];
  return {
    keys: distinct,
    certificates,
    source,
    covered: covered.map(({ key }) => key),
    warnings: [
      ...(distinct.length === 0 ? [`${name} has no key: none of its messages is accepted.`] : []),
      ...uncovered.map(
        ({ file }) => `${file}: the revocation list of ${name} does not cover it, its issuer is another.`,
      ),
    ],
  };
}

async function readSource(name: string, { issuer, sources, refreshMinutes }: CrlSettings) {
  return { name, issuer: await readCertificate(issuer), sources, refreshMinutes };
}

/** The same key in two files is one key; two keys under one name are a mistake that no message could resolve. */
function withoutRepetitions(keys: readonly PinnedKey[]): PinnedKey[] {
  const distinct: PinnedKey[] = [];
  for (const each of keys) {
    const same = distinct.find(({ key }) => key.keyId === each.key.keyId);
    if (same === undefined) distinct.push(each);
    else if (!same.key.publicKey.equals(each.key.publicKey)) {
      throw new KeyFileUnusable(
        'key-id-repeated',
        each.file,
        `It has the same key id as ${same.file}, and is another key.`,
        'Give each key an id of its own, for example with the date.',
      );
    }
  }
  return distinct;
}
