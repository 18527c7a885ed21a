import type { X509Certificate } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import type { Clock } from '../clock.js';
import { isDevelopmentKey } from '../signing/development-keys.js';
import { fileSigner } from '../signing/file-signer.js';
import { readPrivateKeyFile, readTrustedKeyFile } from '../signing/key-files.js';
import type { Signer, TrustedKey } from '../signing/signer.js';
import type { Config } from './config.js';

/** All keys of one configuration, read and checked. */
export interface Keyring {
  /** Signs HTTP answers, receipts and events. */
  readonly http: Signer;
  /** The public half of {@link http}, for our own checks. */
  readonly httpPublic: TrustedKey;
  /** Signs messages to registries. */
  readonly messages: Signer;
  readonly clients: ReadonlyMap<string, TrustedKey>;
  /** Pinned keys of each registry, by adapter. */
  readonly registries: ReadonlyMap<string, readonly TrustedKey[]>;
  readonly warnings: readonly string[];
  /** Names of keys that were made for development; production refuses them. */
  readonly development: readonly string[];
  /** Time left to each certificate; negative when it is over. */
  certificates(): { name: string; expiresInSeconds: number }[];
}

/**
 * Reads every key that the configuration names.
 *
 * @throws {KeyFileUnusable} naming the first file that cannot be used, with the remedy.
 * @throws {Error} when two clients have keys of the same id.
 */
export async function loadKeyring(config: Config, clock: Clock): Promise<Keyring> {
  const { keys } = config.gateway;
  const http = await readPrivateKeyFile(keys.http);
  const messages = await readPrivateKeyFile(keys.messages.privateKey, {
    certificatePath: keys.messages.certificate,
  });
  const clients = new Map<string, TrustedKey>();
  for (const client of config.clients) {
    for (const path of client.keys) {
      const key = await readTrustedKeyFile(path, { partner: client.id });
      const other = clients.get(key.keyId);
      if (other) throw new Error(`key id ${key.keyId} belongs to both ${other.partner} and ${client.id}`);
      clients.set(key.keyId, key);
    }
  }
  const registries = new Map<string, TrustedKey[]>();
  for (const { name, trust } of config.adapters) {
    registries.set(name, await Promise.all(trust.map((path) => readTrustedKeyFile(path, { partner: name }))));
  }

  const pinned = [...clients.values(), ...[...registries.values()].flat()];
  const named: { name: string; certificate: X509Certificate }[] = [
    ...(messages.certificate ? [{ name: 'gateway-messages', certificate: messages.certificate }] : []),
    ...[...registries].flatMap(([name, trusted]) =>
      trusted.flatMap(({ certificate }, index) =>
        certificate ? [{ name: `registry-${name}${index === 0 ? '' : `-${index + 1}`}`, certificate }] : [],
      ),
    ),
  ];
  return {
    http: fileSigner(http),
    httpPublic: {
      partner: 'gateway',
      keyId: http.keyId,
      algorithm: http.algorithm,
      publicKey: createPublicKey(http.privateKey),
    },
    messages: fileSigner(messages),
    clients,
    registries,
    warnings: [...http.warnings, ...messages.warnings].map((warning) => warning.detail),
    development: [http, messages, ...pinned].filter(isDevelopmentKey).map((key) => key.keyId),
    certificates: () =>
      named.map(({ name, certificate }) => ({
        name,
        expiresInSeconds: Math.floor((Date.parse(certificate.validTo) - clock.now()) / 1000),
      })),
  };
}
