import { createPublicKey, type X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Clock } from '../clock.js';
import { isDevelopmentKey } from '../signing/development-keys.js';
import { fileSigner } from '../signing/file-signer.js';
import { type EventRecipient, readRecipientJwk } from '../signing/kafka-event/event-keys.js';
import { readPrivateKeyFile } from '../signing/key-files.js';
import type { PinnedPeer } from '../signing/profiles/mtls.js';
import type { Signer, TrustedKey } from '../signing/signer.js';
import { type PinnedKeys, readPinnedKeys } from '../trust/pinned-keys.js';
import type { CrlSource } from '../trust/revocation-list.js';
import { readTlsCertificates, type TlsCertificates } from '../trust/tls-certificates.js';
import type { Config } from './config.js';

/** One certificate and the time left to it. */
export interface CertificateTerm {
  /** `gateway-messages`, `gateway-tls`, `registry-<adapter>`, `client-<id>`, `operator-<id>`, `…-tls`, `crl-issuer-…`; `-2` and so on for more. */
  readonly name: string;
  /** File name without its folder. */
  readonly file: string;
  /** Negative when it is over. */
  readonly expiresInSeconds: number;
  /** Positive when it is not valid yet. */
  readonly startsInSeconds: number;
  /** A partner's: messages signed with it are refused when it is over, and nothing else stops. */
  readonly pinned: boolean;
}

/** All keys of one configuration, read and checked at one moment. */
export interface Keyring {
  /** Signs HTTP answers, receipts and events. */
  readonly http: Signer;
  /** The public half of {@link http}, for our own checks. */
  readonly httpPublic: TrustedKey;
  /** Signs messages to registries. */
  readonly messages: Signer;
  /** By key id. */
  readonly clients: ReadonlyMap<string, TrustedKey>;
  /** By key id; never one of {@link clients}. */
  readonly operators: ReadonlyMap<string, TrustedKey>;
  /** Pinned keys of each registry, by adapter. */
  readonly registries: ReadonlyMap<string, readonly TrustedKey[]>;
  /** Every pinned key with its partner and file. */
  readonly pinned: PinnedKeys['keys'];
  /** TLS certificates of clients with `mtls`. */
  readonly peers: readonly PinnedPeer[];
  /** Chain and key with which the gateway ends TLS itself, PEM; absent where a proxy does. */
  readonly tls?: TlsCertificates['server'];
  readonly crls: readonly CrlSource[];
  /** Keys that a revocation list speaks about. */
  readonly covered: ReadonlyMap<TrustedKey, CrlSource>;
  /** Keys to which events are encrypted, by municipality; those that did not opt in are not here. */
  readonly recipients: ReadonlyMap<string, EventRecipient>;
  /** What an operator should look at; none of it keeps the gateway from working. */
  readonly warnings: readonly string[];
  /** Names of keys that were made for development; production refuses them. */
  readonly development: readonly string[];
  certificates(): CertificateTerm[];
}

/**
 * Reads every key that the configuration names. A pinned certificate that is over, or not valid yet, is a warning:
 * the profiles refuse messages that are signed with it.
 *
 * @throws {KeyFileUnusable} naming the first file that cannot be used, with the remedy.
 * @throws {Error} when two clients or operators have keys of the same id.
 */
export async function loadKeyring(config: Config, clock: Clock): Promise<Keyring> {
  const { keys } = config.gateway;
  const http = await readPrivateKeyFile(keys.http);
  const messages = await readPrivateKeyFile(keys.messages.privateKey, {
    certificatePath: keys.messages.certificate,
  });
  const pinned = await readPinnedKeys(config);
  const tls = await readTlsCertificates(config);
  const clients = new Map<string, TrustedKey>();
  const registries = new Map(config.adapters.map(({ name }) => [name, [] as TrustedKey[]]));
  const operators = new Map<string, TrustedKey>();
  for (const { kind, key } of pinned.keys) {
    if (kind === 'registry') registries.get(key.partner)?.push(key);
    else {
      const other = clients.get(key.keyId) ?? operators.get(key.keyId);
      if (other) throw new Error(`key id ${key.keyId} belongs to both ${other.partner} and ${key.partner}`);
      (kind === 'client' ? clients : operators).set(key.keyId, key);
    }
  }

  const named: { name: string; file: string; certificate: X509Certificate; pinned: boolean }[] = [
    ...(messages.certificate
      ? [
          {
            name: 'gateway-messages',
            file: basename(keys.messages.certificate),
            certificate: messages.certificate,
            pinned: false,
          },
        ]
      : []),
    ...pinned.certificates.map((each) => ({ ...each, file: basename(each.file), pinned: true })),
    ...tls.certificates.map((each) => ({ ...each, file: basename(each.file) })),
  ];
  const certificates = (): CertificateTerm[] =>
    named.map(({ certificate, ...term }) => ({
      ...term,
      expiresInSeconds: Math.floor((Date.parse(certificate.validTo) - clock.now()) / 1000),
      startsInSeconds: Math.ceil((Date.parse(certificate.validFrom) - clock.now()) / 1000),
    }));
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
    operators,
    registries,
    pinned: pinned.keys,
    peers: tls.peers,
    ...(tls.server ? { tls: tls.server } : {}),
    recipients: await readRecipients(config),
    crls: pinned.crls,
    covered: pinned.covered,
    warnings: [
      ...[...http.warnings, ...messages.warnings].map((warning) => warning.detail),
      ...pinned.warnings,
      ...certificates().flatMap(outsideItsDates),
    ],
    development: [http, messages, ...pinned.keys.map(({ key }) => key)]
      .filter(isDevelopmentKey)
      .map((key) => key.keyId),
    certificates,
  };
}

/** @throws {Error} naming the file, or the municipality that two clients want different keys for. */
async function readRecipients(config: Config): Promise<Map<string, EventRecipient>> {
  const recipients = new Map<string, EventRecipient>();
  for (const { id, municipality, events } of config.clients) {
    if (!events) continue;
    let recipient: EventRecipient;
    try {
      recipient = readRecipientJwk(await readFile(events.encryptionKey, 'utf8'));
    } catch (error) {
      throw new Error(`client ${id}: ${events.encryptionKey}: ${(error as Error).message}`);
    }
    const other = recipients.get(municipality);
    if (other && !other.publicKey.equals(recipient.publicKey)) {
      throw new Error(`municipality ${municipality}: its clients name different keys for the same events`);
    }
    recipients.set(municipality, recipient);
  }
  return recipients;
}

function outsideItsDates({ name, file, expiresInSeconds, startsInSeconds }: CertificateTerm): string[] {
  if (expiresInSeconds <= 0) return [`${file} (${name}) has expired: what is signed with it is refused.`];
  if (startsInSeconds > 0)
    return [`${file} (${name}) is not valid yet: what is signed with it is refused until then.`];
  return [];
}
