import type { X509Certificate } from 'node:crypto';
import type { Clock } from './clock.js';
import type { ClientSettings, Config } from './config/config.js';
import { ConfigInvalid } from './config/read-config.js';
import { type Authenticate, type ClientProfile, createAuthenticate } from './http/authenticate.js';
import type { Ids } from './ids.js';
import {
  directionsOf,
  openRestProfile,
  type ProfileParts,
  type RestChoice,
} from './signing/profiles/index.js';
import { requirePeer, requireSamePartner } from './signing/profiles/mtls.js';
import { type ExchangeStore, nonrepudiation, repetitionsAllowed } from './signing/profiles/nonrepudiation.js';
import type { ReplaySet } from './signing/replay-set.js';
import type { TrustedKey } from './signing/signer.js';
import type { LiveKeys } from './trust/live-keys.js';

/** What the clients' profiles share; made by `compose.ts`. */
export interface ClientComposition {
  readonly keys: LiveKeys;
  readonly replaySet: ReplaySet;
  readonly exchanges: ExchangeStore;
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * Opens the profiles that clients are configured with: one for all clients of the same settings, with the keys of
 * just these.
 *
 * @throws {ConfigInvalid} when a profile cannot be opened with our own key.
 */
export function composeAuthentication({ clients }: Config, parts: ClientComposition): Authenticate {
  const { keys, clock, ids } = parts;
  const groups = new Map<string, ClientSettings[]>();
  for (const client of clients) {
    const id = JSON.stringify([profileOf(client), client.nonrepudiation === true]);
    groups.set(id, [...(groups.get(id) ?? []), client]);
  }
  const bound = new Set(clients.filter(({ mtls }) => mtls !== undefined).map(({ id }) => id));
  const requireOwnConnection = (key: TrustedKey, certificate: X509Certificate | undefined): void => {
    if (!bound.has(key.partner)) return;
    requireSamePartner(requirePeer(certificate, keys.current().peers, clock.now()), key);
  };
  return createAuthenticate({
    profiles: [...groups.values()].map((group) => openFor(group, parts)),
    clients: new Map(clients.map((client) => [client.id, client])),
    ...(bound.size > 0 ? { requirePeer: requireOwnConnection } : {}),
    nextId: () => ids.next(),
    now: () => clock.now(),
  });
}

function profileOf({ profile = 'http-sig' }: ClientSettings) {
  return directionsOf<RestChoice>(profile);
}

function openFor(group: readonly ClientSettings[], parts: ClientComposition): ClientProfile {
  const { keys, clock } = parts;
  const [first] = group as [ClientSettings];
  const { question, answer } = profileOf(first);
  const members = new Set(group.map(({ id }) => id));
  const isKept = first.nonrepudiation === true;
  const profileParts: ProfileParts = {
    signer: keys.http,
    trusted: () => [...keys.current().clients.values()].filter(({ partner }) => members.has(partner)),
    findKey(keyId) {
      const key = keys.current().clients.get(keyId);
      return key !== undefined && members.has(key.partner) ? key : undefined;
    },
    isRevoked: (key) => keys.isRevoked(key),
    replaySet: isKept ? repetitionsAllowed : parts.replaySet,
    clock,
  };
  try {
    const { verifyRequest } = openRestProfile(question, profileParts);
    const { signAnswer } = openRestProfile(answer, profileParts);
    return {
      choice: question,
      profile: { verifyRequest, signAnswer },
      ...(isKept ? { nonrepudiation: nonrepudiation(parts.exchanges) } : {}),
    };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ConfigInvalid([`clients: ${[...members].join(', ')}: ${error.message}`]);
  }
}
