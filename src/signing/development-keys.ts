import type { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from '../clock.js';
import {
  type Issuer,
  jwkPair,
  type KeyType,
  makeCertificate,
  makePrivateKey,
  parsePrivateKey,
  privateKeyPem,
  writeOnce,
} from './key-making.js';

/** Stands in the subject of every development certificate, so that production can tell it and refuse it. */
export const developmentUnit = 'URA DEVELOPMENT KEY - NEVER IN PRODUCTION';

/** Begins the `kid` of every development JWK. */
export const developmentKeyIdPrefix = 'dev-';

const authorityName = 'development-ca';
const certificates = [
  ['gateway-wss', 'rsa'],
  ['civil-wss', 'rsa'],
  ['property-wss', 'ec'],
  ['agency-wss', 'ec'],
] as const;
const jwks = [
  'gateway-http',
  'oss-divjake',
  'oss-stranger',
  'tax',
  'business',
  'municipal-tax',
  'adisa',
  'operations',
] as const;
const defaultDays = 730;

/** What one run did; file names without the folder. */
export interface DevelopmentKeys {
  readonly created: readonly string[];
  readonly kept: readonly string[];
}

/** A key that a simulated registry signs with. */
export interface RegistryKey {
  /** Stem of its files. */
  readonly name: string;
  /** A certificate with an RSA-2048 or P-256 key for WS-Security, or a P-256 JWK for signatures over HTTP. */
  readonly type: KeyType | 'jwk';
}

export interface DevelopmentKeysOptions {
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Validity of new certificates. Default 730. */
  readonly days?: number;
  /** Keys of registries besides those that are always made. Default: none. */
  readonly registryKeys?: readonly RegistryKey[];
}

/**
 * Makes the keys that the demo and the tests run on, and leaves alone whatever is there already: an authority
 * and certificates for WS-Security (`development-ca`; RSA-2048 `gateway-wss` and `civil-wss`, P-256 `property-wss`
 * and `agency-wss`: `<name>.key.pem`, `<name>.cert.pem`), and P-256 keys for signatures over HTTP (`gateway-http`,
 * the clients `oss-divjake`, `oss-stranger` and `adisa`, the operator `operations`, the registries `tax`, `business` and `municipal-tax`:
 * `<name>.private.jwk.json`, `<name>.public.jwk.json`). All files are 0600.
 *
 * Safe to run in several processes at once and to break off at any point: a private key is placed first and
 * never replaced, and its public half is always made from the private key that is in the folder.
 */
export async function generateDevelopmentKeys(
  folder: string,
  options: DevelopmentKeysOptions = {},
): Promise<DevelopmentKeys> {
  const created: string[] = [];
  const kept: string[] = [];
  const place: Place = async (file, make) => {
    const path = join(folder, file);
    // Looks first, because making an RSA key only to throw it away takes a second on a small machine.
    const present = await readIfThere(path);
    const { content: found, written } =
      present === undefined
        ? await writeOnce(path, await make(), 0o600)
        : { content: present, written: false };
    (written ? created : kept).push(file);
    return found;
  };
  const { clock = systemClock, days = defaultDays } = options;
  const terms = { notBefore: clock.now(), days, place };
  const authority = await placeCertificate(authorityName, 'ec', undefined, terms);
  for (const [name, type] of certificates) await placeCertificate(name, type, authority, terms);
  for (const name of jwks) await placeJwks(name, place);
  const always = new Set<string>([...certificates.map(([name]) => name), ...jwks]);
  for (const { name, type } of options.registryKeys ?? []) {
    if (always.has(name)) continue;
    if (type === 'jwk') await placeJwks(name, place);
    else await placeCertificate(name, type, authority, terms);
  }
  return { created, kept };
}

type Place = (file: string, make: () => Promise<string>) => Promise<string>;

interface Terms {
  readonly notBefore: number;
  readonly days: number;
  readonly place: Place;
}

async function placeCertificate(
  name: string,
  type: KeyType,
  issuer: Issuer | undefined,
  { notBefore, days, place }: Terms,
): Promise<Issuer> {
  const pem = await place(`${name}.key.pem`, async () => privateKeyPem(await makePrivateKey(type)));
  const privateKey = parsePrivateKey(pem);
  const certificate = await place(`${name}.cert.pem`, () =>
    makeCertificate({
      subject: developmentSubject(name),
      privateKey,
      ...(issuer === undefined ? { authority: true } : { issuer }),
      notBefore,
      days,
    }),
  );
  return { certificate, privateKey };
}

async function placeJwks(name: string, place: Place): Promise<void> {
  const keyId = `${developmentKeyIdPrefix}${name}`;
  const text = await place(`${name}.private.jwk.json`, async () =>
    jsonText(jwkPair(await makePrivateKey('ec'), keyId).privateJwk),
  );
  await place(`${name}.public.jwk.json`, async () =>
    jsonText(jwkPair(parsePrivateKey(text), keyId).publicJwk),
  );
}

/** Subject of a development certificate, RFC 4514. */
export function developmentSubject(name: string): string {
  return `CN=${name},OU=${developmentUnit},O=Ura`;
}

/** Whether a key was made for development; `URA_ENV=production` refuses such keys, own and trusted alike. */
export function isDevelopmentKey(key: {
  readonly keyId?: string;
  readonly certificate?: X509Certificate;
}): boolean {
  if (key.keyId?.startsWith(developmentKeyIdPrefix)) return true;
  const unit = `OU=${developmentUnit}`;
  const names = [key.certificate?.subject, key.certificate?.issuer];
  return names.some((name) => name?.split('\n').includes(unit));
}

function jsonText(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
