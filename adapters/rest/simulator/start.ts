import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '../../../src/clock.js';
import { uuidV7 } from '../../../src/ids.js';
import { fileSigner } from '../../../src/signing/file-signer.js';
import { openRestProfile, type RestChoice } from '../../../src/signing/profiles/index.js';
import type { ReplaySet } from '../../../src/signing/replay-set.js';
import type { Signer, TrustedKey } from '../../../src/signing/signer.js';
import { type Journal, openJournal } from '../../civil/simulator/journal.js';
import { openKept } from '../../civil/simulator/kept.js';
import type { Simulator } from '../../simulator-kind.js';
import { readRestContract } from '../openapi-contract.js';
import { wellKnown } from '../rest-definition.js';
import { behaviourSwitch, readControl } from './control.js';
import { executor } from './execute.js';
import type { Question, SimulatedRegistry } from './registry.js';
import { createRestServer } from './server.js';

export interface RestSimulatorSettings {
  readonly registry: SimulatedRegistry;
  /** The registry's own side of its profile. */
  readonly profile: RestChoice;
  readonly signer: Signer;
  /** Pinned; several while the gateway changes its key. */
  readonly gatewayKeys: readonly TrustedKey[];
  /** 0 takes a free one. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Base address as the gateway knows it: what is signed as the target. Default: `endpoint`. */
  readonly publicUrl?: string;
  /** JSON lines; read at the start when it is there. Default: the journal is in memory only. */
  readonly journalFile?: string;
  readonly clock?: Clock;
}

/** The same as {@link Simulator}, with the whole journal. */
export interface RestSimulator extends Simulator {
  readonly entries: Journal['entries'];
}

/** Path below which the operations of the document lie. */
const basePath = '/v1';

/**
 * Starts a simulated REST registry.
 *
 * @throws {Error} when the document or a key cannot be used, the journal cannot be read, or the port is taken.
 */
export async function startRestSimulator(settings: RestSimulatorSettings): Promise<RestSimulator> {
  const { registry, signer, host = '127.0.0.1', clock = systemClock } = settings;
  const contract = readRestContract(registry.openapiPath);
  const behaviour = behaviourSwitch();
  const closing = new AbortController();
  const profileOf = (key: Signer) =>
    openRestProfile(settings.profile, {
      signer: key,
      trusted: settings.gatewayKeys,
      replaySet: seenInMemory(clock),
      clock,
    });
  const profile = profileOf(signer);
  const strangerProfile = profileOf(strangerTo(signer));
  const { journalFile } = settings;
  const journal = openJournal(registry.name, () => clock.now(), journalFile);
  const tells = contract.operationIds.includes(wellKnown.executionOperation);
  const asked = openKept<Question>(
    tells && journalFile !== undefined ? `${journalFile}.${registry.name}` : undefined,
  );

  // Known only once the port is; no request comes before.
  let endpoint = '';
  const server = createRestServer({
    registry,
    operations: new Map(
      contract.operationIds.map((id) => {
        const operation = contract.operation(id);
        return [`${basePath}${operation.path}`, operation];
      }),
    ),
    targetUri: (path) =>
      `${(settings.publicUrl ?? endpoint).replace(/\/+$/, '')}${path.slice(basePath.length)}`,
    profile,
    strangerProfile,
    executor: executor({ registry, journal, asked, clock }),
    journal,
    behaviour,
    ids: uuidV7(clock),
    closing: closing.signal,
  });
  server.listen(settings.port, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  endpoint = `${url}${basePath}`;

  return {
    url,
    endpoint,
    port,
    control: (control) => behaviour.set(readControl(control, Object.keys(registry.refusals))),
    journal: () => ({ executed: journal.executed, repeated: journal.repeated }),
    entries: () => journal.entries(),
    async close() {
      closing.abort();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      journal.close();
      asked.close();
    },
  };
}

/** A new key (P-256) under a name that nobody has pinned. */
function strangerTo({ keyId }: Signer): Signer {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return fileSigner({ keyId: `${keyId}-stranger`, privateKey });
}

/** Enough for one process: a simulator that restarts forgets what was sent to it before. */
function seenInMemory(clock: Clock): ReplaySet {
  const seen = new Map<string, number>();
  return {
    async remember({ profile, signer, messageId, expiresAt }) {
      const now = clock.now();
      // In the order of arrival, which is nearly that of expiry.
      for (const [key, until] of seen) {
        if (until > now) break;
        seen.delete(key);
      }
      const key = JSON.stringify([profile, signer, messageId]);
      if (seen.has(key)) return false;
      seen.set(key, expiresAt);
      return true;
    },
  };
}
