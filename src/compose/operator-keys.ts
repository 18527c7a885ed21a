import type { Client } from '../authorisation/authorise.js';
import type { LiveConfig } from '../config/live-config.js';
import type { Snapshot } from '../config/snapshot.js';
import { type Authenticate, createAuthenticate } from '../http/authenticate.js';
import { openRestProfile } from '../signing/profiles/index.js';
import type { ClientComposition } from './clients.js';

/**
 * Authentication of operators by the configuration in use at each moment: profile `http-sig`, and their keys alone, so
 * that no client's key is good for what operators do, nor theirs for what clients do.
 */
export function liveOperatorAuthentication(
  live: LiveConfig,
  { replaySet, clock, ids }: Pick<ClientComposition, 'replaySet' | 'clock' | 'ids'>,
): Authenticate {
  const { keys } = live;
  const choice = { profile: 'http-sig' } as const;
  const profile = openRestProfile(choice, {
    signer: keys.http,
    trusted: () => [...keys.current().operators.values()],
    findKey: (keyId) => keys.current().operators.get(keyId),
    isRevoked: (key) => keys.isRevoked(key),
    replaySet,
    clock,
  });
  const make = ({ operators }: Snapshot): Authenticate =>
    createAuthenticate({
      profiles: [{ choice, profile }],
      clients: new Map([...operators.keys()].map((id) => [id, asSender(id)])),
      nextId: () => ids.next(),
      now: () => clock.now(),
    });
  let made = { snapshot: live.current(), authenticate: make(live.current()) };
  return (request) => {
    const snapshot = live.current();
    if (made.snapshot !== snapshot) made = { snapshot, authenticate: make(snapshot) };
    return made.authenticate(request);
  };
}

/** A sender that belongs to no municipality and speaks for no organisation: as a client it could do nothing. */
function asSender(id: string): Client {
  return { id, municipality: '', organisations: [] };
}
