import { access, mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Clock } from '../../clock.js';
import type { Config } from '../../config/config.js';
import { formerKeysFolder } from '../../evidence/audit-keys.js';
import { developmentKeyIdPrefix, isDevelopmentKey } from '../../signing/development-keys.js';
import { type PrivateKeyFile, readPrivateKeyFile } from '../../signing/key-files.js';
import { type KeyType, writeOnce } from '../../signing/key-making.js';
import { type GeneratedKey, generateKey, KeyNotGenerated, type KeyUse } from './generate-key.js';

export interface RotationOrder {
  /** Name of the key in use, as its files begin. */
  readonly name: string;
  readonly folder: string;
  /** Validity of a new certificate. */
  readonly days: number;
  readonly clock: Clock;
  /** Settings of the gateway, if there are any here: a key of its own leaves its public half with them. */
  readonly gateway?: { readonly folder: string; readonly config: Config };
}

/** A successor beside the key in use; nothing of the old one was touched. */
export interface Rotation extends GeneratedKey {
  readonly use: SigningUse;
  readonly successor: string;
  readonly oldPublicFile: string;
  /** Subject of whoever issued the old certificate, one line. Absent when it signed itself. */
  readonly issuedBy?: string;
  /** Where the old public half lies for audits. Absent for a key that is not the gateway's. */
  readonly keptFor?: string;
}

/** Keys that sign; one that events are encrypted to is simply made anew, and both are kept for a while. */
type SigningUse = Exclude<KeyUse, 'events'>;

const endings: Readonly<Record<SigningUse, { secret: string; open: string }>> = {
  http: { secret: 'private.jwk.json', open: 'public.jwk.json' },
  wss: { secret: 'key.pem', open: 'cert.pem' },
};

/**
 * Makes the successor of a key: of the same type and use, named after it and the day, so that both can lie in one
 * folder and be pinned at the same time.
 *
 * @throws {KeyNotGenerated} when there is no such key, or its successor of today is there already.
 * @throws {KeyFileUnusable} when the key in use cannot be read.
 */
export async function rotateKey({ name, folder, days, clock, gateway }: RotationOrder): Promise<Rotation> {
  const use = await useOf(folder, name);
  const oldPublicFile = join(folder, `${name}.${endings[use].open}`);
  const secretFile = join(folder, `${name}.${endings[use].secret}`);
  const old = await readPrivateKeyFile(secretFile, use === 'wss' ? { certificatePath: oldPublicFile } : {});
  const day = new Date(clock.now()).toISOString().slice(0, 10).replaceAll('-', '');
  const successor = `${name.replace(/-\d{8}$/, '').replace(new RegExp(`^${developmentKeyIdPrefix}`), '')}-${day}`;
  const made = await generateKey({
    name: successor,
    type: typeOf(old),
    use,
    folder,
    days,
    clock,
    development: isDevelopmentKey(old),
  });
  const { certificate } = old;
  const keptFor = gateway && (await keepPublicHalf(gateway, secretFile, oldPublicFile));
  const isSelfSigned = certificate === undefined || certificate.verify(certificate.publicKey);
  return {
    ...made,
    use,
    successor,
    oldPublicFile,
    ...(keptFor === undefined ? {} : { keptFor }),
    ...(isSelfSigned ? {} : { issuedBy: certificate.issuer.replaceAll('\n', ', ') }),
  };
}

/**
 * Receipts, events and questions of the old key's time are verified with its public half, so it goes where audits
 * look for it, before anybody can forget it.
 */
async function keepPublicHalf(
  { folder, config: { gateway } }: NonNullable<RotationOrder['gateway']>,
  secretFile: string,
  publicFile: string,
): Promise<string | undefined> {
  const isOwn = [gateway.keys.http, gateway.keys.messages.privateKey].some(
    (path) => resolve(path) === resolve(secretFile),
  );
  if (!isOwn) return undefined;
  const path = join(folder, formerKeysFolder, basename(publicFile));
  await mkdir(dirname(path), { recursive: true });
  await writeOnce(path, await readFile(publicFile, 'utf8'), 0o644);
  return path;
}

async function useOf(folder: string, name: string): Promise<SigningUse> {
  for (const use of ['http', 'wss'] as const) {
    const isThere = await access(join(folder, `${name}.${endings[use].secret}`)).then(
      () => true,
      () => false,
    );
    if (isThere) return use;
  }
  throw new KeyNotGenerated(
    `There is no private key ${name} in ${folder}. See what there is: ura keys list --folder ${folder}`,
  );
}

function typeOf({ privateKey }: PrivateKeyFile): KeyType {
  const type = privateKey.asymmetricKeyType ?? '';
  if (type === 'ed25519' || type === 'rsa') return type;
  if (type === 'ec' && privateKey.asymmetricKeyDetails?.namedCurve === 'prime256v1') return type;
  throw new KeyNotGenerated(
    'Successors are made for RSA, P-256 and Ed25519 keys: make this one with openssl, and follow the same steps.',
  );
}

/** What to do now, one step a line or more. */
export function rotationSteps(rotation: Rotation): string[] {
  const { use, privateFile, publicFile, oldPublicFile, issuedBy, keptFor } = rotation;
  const setting =
    use === 'http'
      ? 'keys.http in gateway.json (a client: the key its own software signs with)'
      : 'keys.messages.privateKey and keys.messages.certificate in gateway.json';
  return [
    `made ${privateFile} (stays here) and ${publicFile} (to hand out)`,
    ...(issuedBy === undefined
      ? []
      : [`note: the old certificate was issued by ${issuedBy}; the new one signs itself.`]),
    ...(keptFor === undefined ? [] : [`kept ${keptFor}: audits verify with it what the old key signed.`]),
    '',
    'What to do now, without a pause:',
    `1. Hand out ${publicFile} to every partner, over a way they trust, and compare its key id by another.`,
    '2. Let each partner pin it BESIDE the old one (in Ura: put it into config/trust/<partner>/), and say so.',
    `3. When all have both: switch. Name the new files under ${setting}.`,
    '   A gateway signs with it within 10 seconds, or at once on SIGHUP; /health/ready shows keys: ok.',
    '4. Wait 10 minutes: messages signed before the switch are accepted for up to 5.',
    `5. Let the partners remove ${oldPublicFile} from what they pin. From then on the old key is worth nothing.`,
    `6. Destroy the old private key. Keep its public half${keptFor === undefined ? ' with the backups' : ` (${keptFor})`}: receipts and events of its`,
    '   time are verified with it.',
  ];
}
