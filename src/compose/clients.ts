import type { X509Certificate } from 'node:crypto';
import type { Clock } from '../clock.js';
import type { ClientSettings, Config } from '../config/config.js';
import type { LiveConfig } from '../config/live-config.js';
import { ConfigInvalid } from '../config/read-config.js';
import { type Authenticate, type ClientProfile, createAuthenticate } from '../http/authenticate.js';
import type { Ids } from '../ids.js';
import {
  directionsOf,
  openRestProfile,
  type ProfileParts,
  type RestChoice,
} from '../signing/profiles/index.js';
import { requirePeer, requireSamePartner } from '../signing/profiles/mtls.js';
import {
  type ExchangeStore,
  nonrepudiation,
  repetitionsAllowed,
} from '../signing/profiles/nonrepudiation.js';
import type { ReplaySet } from '../signing/replay-set.js';
import type { Signer, TrustedKey } from '../signing/signer.js';
import type { LiveKeys } from '../trust/live-keys.js';

/** What the clients' profiles share; made by `compose.ts`. */
export interface ClientComposition {
  readonly replaySet: ReplaySet;
  readonly exchanges: ExchangeStore;
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * Authentication by the configuration in use at each moment: the profiles are opened anew with each new one.
 *
 * @throws {ConfigInvalid} when a profile of the present one cannot be opened with our own key.
 */
export function liveAuthentication(live: LiveConfig, parts: ClientComposition): Authenticate {
  const { config } = live.current();
  let made = { config, authenticate: composeAuthentication(config, live.keys, parts) };
  return (request) => {
    const { config: present } = live.current();
    if (made.config !== present) {
      made = { config: present, authenticate: composeAuthentication(present, live.keys, parts) };
    }
    return made.authenticate(request);
  };
}

/** What keeps a configuration's profiles from being opened, as sentences; for refusing it before it is in use. */
export function profileProblems(config: Config, signer: Signer, clock: Clock): string[] {
  const parts = { signer, trusted: [], replaySet: repetitionsAllowed, clock };
  return config.clients.flatMap((client) => {
    const { question, answer } = profileOf(client);
    try {
      openRestProfile(question, parts);
      openRestProfile(answer, parts);
      return [];
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return [`clients: ${client.id}: ${error.message}`];
    }
  });
}

/**
 * Opens the profiles that clients are configured with: one for all clients of the same settings, with the keys of
 * just these.
 *
 * @throws {ConfigInvalid} when a profile cannot be opened with our own key.
 */
function composeAuthentication({ clients }: Config, keys: LiveKeys, parts: ClientComposition): Authenticate {
  const { clock, ids } = parts;
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
    profiles: [...groups.values()].map((group) => openFor(group, keys, parts)),
    clients: new Map(clients.map((client) => [client.id, client])),
    ...(bound.size > 0 ? { requirePeer: requireOwnConnection } : {}),
    nextId: () => ids.next(),
    now: () => clock.now(),
  });
}

function profileOf({ profile = 'http-sig' }: ClientSettings) {
  return directionsOf<RestChoice>(profile);
}

function openFor(group: readonly ClientSettings[], keys: LiveKeys, parts: ClientComposition): ClientProfile {
  const { clock } = parts;
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
