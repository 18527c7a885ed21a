import { join } from 'node:path';
import type { Clock } from '../../clock.js';
import { developmentKeyIdPrefix, developmentSubject } from '../../signing/development-keys.js';
import { eventJwkPair } from '../../signing/kafka-event/event-keys.js';
import {
  jwkPair,
  type KeyType,
  makeCertificate,
  makePrivateKey,
  privateKeyPem,
  writeOnce,
} from '../../signing/key-making.js';

/**
 * `wss` signs SOAP messages and has a certificate; `http` signs HTTP messages and is a JWK; `events` is a JWK to
 * which a municipality lets its events be encrypted.
 */
export type KeyUse = 'wss' | 'http' | 'events';

export interface KeyOrder {
  /** Begins the names of the files, names the JWK (`kid`) or the certificate (`CN`). */
  readonly name: string;
  readonly type: KeyType;
  readonly use: KeyUse;
  readonly folder: string;
  /** Marks the key so that production refuses it. */
  readonly development: boolean;
  /** Validity of the certificate; a JWK has none. */
  readonly days: number;
  readonly clock: Clock;
}

/** Where a new key was written. The public file is for the partner; the private one stays. */
export interface GeneratedKey {
  readonly privateFile: string;
  readonly publicFile: string;
}

/** An order that cannot be carried out; the message says what to change. Nothing was overwritten. */
export class KeyNotGenerated extends Error {
  override readonly name = 'KeyNotGenerated';
}

/**
 * Makes one key pair. For `wss`: `<name>.key.pem` and a self-signed `<name>.cert.pem`, which the partner pins;
 * for `http` and `events`: `<name>.private.jwk.json` and `<name>.public.jwk.json`.
 *
 * @throws {KeyNotGenerated} when the order makes no sense or a file of that name is there already.
 */
export async function generateKey(order: KeyOrder): Promise<GeneratedKey> {
  requireSensible(order);
  const privateKey = await makePrivateKey(order.type);
  return order.use === 'wss' ? writeCertificate(order, privateKey) : writeJwks(order, privateKey);
}

type PrivateKey = Awaited<ReturnType<typeof makePrivateKey>>;

async function writeCertificate(order: KeyOrder, privateKey: PrivateKey): Promise<GeneratedKey> {
  const certificate = await makeCertificate({
    subject: order.development ? developmentSubject(order.name) : `CN=${order.name}`,
    privateKey,
    notBefore: order.clock.now(),
    days: order.days,
  });
  return {
    privateFile: await place(order, 'key.pem', privateKeyPem(privateKey), 0o600),
    publicFile: await place(order, 'cert.pem', certificate, 0o644),
  };
}

async function writeJwks(order: KeyOrder, privateKey: PrivateKey): Promise<GeneratedKey> {
  const keyId = order.development ? `${developmentKeyIdPrefix}${order.name}` : order.name;
  const { privateJwk, publicJwk } =
    order.use === 'events' ? eventJwkPair(privateKey, keyId) : jwkPair(privateKey, keyId);
  return {
    privateFile: await place(order, 'private.jwk.json', toJson(privateJwk), 0o600),
    publicFile: await place(order, 'public.jwk.json', toJson(publicJwk), 0o644),
  };
}

async function place(order: KeyOrder, ending: string, content: string, mode: number): Promise<string> {
  const path = join(order.folder, `${order.name}.${ending}`);
  const { written } = await writeOnce(path, content, mode);
  if (!written)
    throw new KeyNotGenerated(`${path} is there already; keys are never overwritten. Choose another name.`);
  return path;
}

function requireSensible({ name, type, use, development, days }: KeyOrder): void {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) {
    throw new KeyNotGenerated(
      'A name has 1 to 63 lower-case letters, digits and hyphens, such as gateway-2026.',
    );
  }
  if (!development && name.startsWith(developmentKeyIdPrefix)) {
    throw new KeyNotGenerated(`Names that begin with ${developmentKeyIdPrefix} are for development keys.`);
  }
  if (use === 'wss' && type === 'ed25519') {
    throw new KeyNotGenerated(
      'WS-Security profiles take RSA and ECDSA keys only: use --type rsa or --type ec.',
    );
  }
  if (use === 'events' && type === 'ed25519') {
    throw new KeyNotGenerated('Events are encrypted to EC and RSA keys: use --type ec or --type rsa.');
  }
  if (!Number.isInteger(days) || days < 1 || days > 3650) {
    throw new KeyNotGenerated('Validity is 1 to 3650 days.');
  }
}

function toJson(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
