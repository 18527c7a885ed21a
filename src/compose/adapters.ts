import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Adapter } from '../../adapters/adapter.js';
import type { AdapterConnection } from '../../adapters/adapter-kind.js';
import { adapterKinds } from '../../adapters/index.js';
import type { ValidateEvidence } from '../../contracts/canonical/validate.js';
import type { Clock } from '../clock.js';
import type { AdapterSettings, Config } from '../config/config.js';
import { ConfigInvalid } from '../config/read-config.js';
import type { Ids } from '../ids.js';
import type { observers } from '../observe/observers.js';
import { Breaker } from '../registries/breaker.js';
import { defaultCircuit } from '../registries/circuit.js';
import type { CircuitStore } from '../registries/circuit-store.js';
import { type FailoverAdapter, withFailover } from '../registries/failover.js';
import {
  type Directions,
  type RestChoice,
  restPartner,
  type SoapChoice,
  soapPartner,
} from '../signing/profiles/index.js';
import type { ReplaySet } from '../signing/replay-set.js';
import type { VerifyPool } from '../signing/xml/verify-in-worker.js';
import type { LiveKeys } from '../trust/live-keys.js';

/** What the adapters share; made by `compose.ts`. */
export interface AdapterComposition {
  readonly keys: LiveKeys;
  readonly replaySet: ReplaySet;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly pool: VerifyPool;
  readonly validateEvidence: ValidateEvidence;
  readonly observe: Pick<ReturnType<typeof observers>, 'legacyUse' | 'circuits'>;
  readonly circuits: CircuitStore;
  /** Names this process in the circuits that it shares with others. */
  readonly owner: string;
}

/** All adapters by name, and what keeps calls from registries that are down. */
export interface Registries {
  readonly adapters: ReadonlyMap<string, FailoverAdapter>;
  readonly breaker: Breaker;
}

/** A deciding call that nobody hears of any more is made anew after its own time-out and this, milliseconds. */
const PROBE_GRACE_MS = 5_000;

/**
 * Opens every configured adapter with the profile of its settings, once for each of its endpoints.
 *
 * @throws {ConfigInvalid} when this program has no such adapter, or the profile is of another protocol.
 */
export async function openRegistries(config: Config, parts: AdapterComposition): Promise<Registries> {
  const opened = await Promise.all(
    config.adapters.map(async (settings) => {
      const { name, endpoint, furtherEndpoints = [] } = settings;
      const members = await Promise.all(
        [endpoint, ...furtherEndpoints].map(async (each) => ({
          endpoint: endpointName(each),
          adapter: await open({ ...settings, endpoint: each }, config, parts),
        })),
      );
      return { name, settings, members };
    }),
  );
  const { circuits: store, owner, clock, observe } = parts;
  const breaker = new Breaker(
    opened.map(({ name, settings, members }) => ({
      name,
      endpoints: members.map(({ endpoint }) => endpoint),
      circuit: { ...defaultCircuit, ...settings.breaker },
      probeMs: settings.callTimeoutMs + PROBE_GRACE_MS,
      reach: (endpoint) => {
        const member = members.find((each) => each.endpoint === endpoint) ?? members[0];
        return (
          member?.adapter.probe(AbortSignal.timeout(settings.connectTimeoutMs)) ?? Promise.resolve(false)
        );
      },
    })),
    { store, owner, clock, random: () => randomInt(1 << 30) / (1 << 30), observer: observe.circuits },
  );
  return {
    breaker,
    adapters: new Map(opened.map(({ name, members }) => [name, withFailover(members, breaker, clock)])),
  };
}

async function open(settings: AdapterSettings, config: Config, parts: AdapterComposition): Promise<Adapter> {
  const kind = adapterKinds[settings.name];
  if (!kind) throw new ConfigInvalid([`adapters: this program has no adapter ${settings.name}`]);
  const connection = await connectionOf(settings, config);
  const { clock, validateEvidence } = parts;
  const common = { clock, validateEvidence, nextId: () => parts.ids.next() };
  return kind.protocol === 'soap'
    ? kind.create(connection, { ...common, profile: soapProfileOf(settings, parts) })
    : kind.create(connection, { ...common, profile: restProfileOf(settings, parts) });
}

/** An address as logs, metrics and evidence show it: without account and query. */
function endpointName(address: string): string {
  const { origin, pathname } = new URL(address);
  return origin + pathname;
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
