import { readFile } from 'node:fs/promises';
import type { Adapter } from '../adapters/adapter.js';
import type { AdapterConnection } from '../adapters/adapter-kind.js';
import { adapterKinds } from '../adapters/index.js';
import type { ValidateEvidence } from '../contracts/canonical/validate.js';
import type { Clock } from './clock.js';
import type { AdapterSettings, Config } from './config/config.js';
import { ConfigInvalid } from './config/read-config.js';
import type { Ids } from './ids.js';
import type { observers } from './observe/observers.js';
import {
  type Directions,
  type RestChoice,
  restPartner,
  type SoapChoice,
  soapPartner,
} from './signing/profiles/index.js';
import type { ReplaySet } from './signing/replay-set.js';
import type { VerifyPool } from './signing/xml/verify-in-worker.js';
import type { LiveKeys } from './trust/live-keys.js';

/** What the adapters share; made by `compose.ts`. */
export interface AdapterComposition {
  readonly keys: LiveKeys;
  readonly replaySet: ReplaySet;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly pool: VerifyPool;
  readonly validateEvidence: ValidateEvidence;
  readonly observe: Pick<ReturnType<typeof observers>, 'legacyUse'>;
}

/**
 * Opens every configured adapter with the profile of its settings.
 *
 * @throws {ConfigInvalid} when this program has no such adapter, or the profile is of another protocol.
 */
export async function openAdapters(config: Config, parts: AdapterComposition): Promise<Map<string, Adapter>> {
  const opened = await Promise.all(
    config.adapters.map(async (settings) => {
      const kind = adapterKinds[settings.name];
      if (!kind) throw new ConfigInvalid([`adapters: this program has no adapter ${settings.name}`]);
      const connection = await connectionOf(settings, config);
      const { clock, validateEvidence } = parts;
      const common = { clock, validateEvidence, nextId: () => parts.ids.next() };
      return kind.protocol === 'soap'
        ? kind.create(connection, { ...common, profile: soapProfileOf(settings, parts) })
        : kind.create(connection, { ...common, profile: restProfileOf(settings, parts) });
    }),
  );
  return new Map(opened.map((adapter) => [adapter.name, adapter]));
}

async function connectionOf(settings: AdapterSettings, config: Config): Promise<AdapterConnection> {
  const { name, endpoint, to, connectTimeoutMs, callTimeoutMs, concurrency, options = {}, tls } = settings;
  const callbackUrl = `${config.gateway.publicOrigins[0]}/v1/callbacks/${name}`;
  const read = (path: string | undefined) => (path === undefined ? undefined : readFile(path, 'utf8'));
  const [ca, cert, key] = await Promise.all([tls?.ca, tls?.certificate, tls?.privateKey].map(read));
  return {
    endpoint,
    to,
    callbackUrl,
    connectTimeoutMs,
    callTimeoutMs,
    maxSockets: concurrency,
    options,
    ...(tls ? { tls: { ...(ca ? { ca } : {}), ...(cert ? { cert } : {}), ...(key ? { key } : {}) } } : {}),
  };
}

function partsOf({ name }: AdapterSettings, { keys, replaySet, clock }: AdapterComposition) {
  return {
    trusted: () => keys.trustedOf(name),
    isRevoked: (key: Parameters<LiveKeys['isRevoked']>[0]) => keys.isRevoked(key),
    replaySet,
    clock,
  };
}

function soapProfileOf(settings: AdapterSettings, parts: AdapterComposition) {
  return soapPartner(settings.profile as Directions<SoapChoice>, {
    ...partsOf(settings, parts),
    signer: parts.keys.messages,
    pool: parts.pool,
    onLegacyUse: parts.observe.legacyUse,
  });
}

function restProfileOf(settings: AdapterSettings, parts: AdapterComposition) {
  return restPartner(settings.profile as Directions<RestChoice>, {
    ...partsOf(settings, parts),
    signer: parts.keys.http,
  });
}
