import { join } from 'node:path';
import type { Clock } from '../../src/clock.js';
import { fileSigner } from '../../src/signing/file-signer.js';
import { readPrivateKeyFile, readTrustedKeyFile } from '../../src/signing/key-files.js';
import {
  type RestChoice,
  type RestProfile,
  restPartner,
  type SoapChoice,
  type SoapProfile,
  soapPartner,
} from '../../src/signing/profiles/index.js';
import type { ReplaySet } from '../../src/signing/replay-set.js';
import type { TrustedKey } from '../../src/signing/signer.js';
import type { VerifyPool } from '../../src/signing/xml/verify-in-worker.js';
import type { Adapter } from '../adapter.js';
import type { AdapterConnection, AdapterKind, AdapterParts, RestKind, SoapKind } from '../adapter-kind.js';

/** Opens an adapter as the gateway does, with the development keys of both sides. */
export type OpenAdapter = (connection: AdapterConnection) => Promise<Adapter>;

/**
 * Reads the gateway's own development keys and pins those of the registry.
 *
 * @throws {KeyFileUnusable} when a key is not in the folder.
 */
export async function prepareAdapter(
  kind: AdapterKind,
  keysFolder: string,
  { pool, ...common }: Omit<AdapterParts<unknown>, 'profile'> & { readonly pool: VerifyPool },
): Promise<OpenAdapter> {
  const trusted = await Promise.all(
    kind.keys.map(({ name, type }) =>
      readTrustedKeyFile(join(keysFolder, type === 'jwk' ? `${name}.public.jwk.json` : `${name}.cert.pem`), {
        partner: kind.name,
      }),
    ),
  );
  const { clock } = common;
  if (kind.protocol === 'soap') {
    const profile = await soapProfile(kind, keysFolder, trusted, { clock, pool });
    return (connection) => kind.create(connection, { ...common, profile });
  }
  const profile = await restProfile(kind, keysFolder, trusted, clock);
  return (connection) => kind.create(connection, { ...common, profile });
}

async function soapProfile(
  kind: SoapKind,
  keysFolder: string,
  trusted: readonly TrustedKey[],
  { clock, pool }: { readonly clock: Clock; readonly pool: VerifyPool },
): Promise<SoapProfile> {
  const own = await readPrivateKeyFile(join(keysFolder, 'gateway-wss.key.pem'), {
    certificatePath: join(keysFolder, 'gateway-wss.cert.pem'),
  });
  const choice: SoapChoice = (await kind.simulator()).gateway.profile;
  // What SHA-1 was used in is for the gateway's log; a registry that needs it conforms none the less.
  const parts = { signer: fileSigner(own), trusted, replaySet: inMemory(clock), clock, pool };
  return soapPartner(choice, { ...parts, onLegacyUse: () => {} });
}

async function restProfile(
  kind: RestKind,
  keysFolder: string,
  trusted: readonly TrustedKey[],
  clock: Clock,
): Promise<RestProfile> {
  const own = await readPrivateKeyFile(join(keysFolder, 'gateway-http.private.jwk.json'));
  const choice: RestChoice = (await kind.simulator()).gateway.profile;
  return restPartner(choice, { signer: fileSigner(own), trusted, replaySet: inMemory(clock), clock });
}

/** Enough for one process, and what a simulated registry keeps too. */
function inMemory(clock: Clock): ReplaySet {
  const seen = new Map<string, number>();
  return {
    async remember({ profile, signer, messageId, expiresAt }) {
      const key = JSON.stringify([profile, signer, messageId]);
      if ((seen.get(key) ?? 0) > clock.now()) return false;
      seen.set(key, expiresAt);
      return true;
    },
  };
}
