import { covers } from '../../results/projection.js';
import type { ClientSettings, Config } from '../config.js';
import { type Change, differences, inWords } from './change.js';

/** What is different for each client: whether it is let in, its settings, and what it may ask. */
export function compareClients(before: Config, after: Config): Change[] {
  const ids = [...new Set([...before.clients, ...after.clients].map(({ id }) => id))].sort();
  return ids.flatMap((id) => {
    const [old, now] = [before, after].map(({ clients }) => clients.find((client) => client.id === id));
    const changes = [...compareSettings(old, now), ...(now ? compareGrants(id, before, after) : [])];
    return changes.map((what) => ({ who: `client ${id}`, what }));
  });
}

function compareSettings(before: ClientSettings | undefined, after: ClientSettings | undefined): string[] {
  if (after === undefined)
    return ['is no longer a client: nothing of it is accepted, and its grants are gone'];
  if (before === undefined) return [`is a new client, of municipality ${after.municipality}`];
  return differences(before, after).map(inWords);
}

/** By service and purpose, the fields that may be seen. Several grants of one client add up here. */
function grantsOf(client: string, { policies }: Config): Map<string, ReadonlySet<string>> {
  const seen = new Map<string, Set<string>>();
  for (const { service, purposes, fields } of policies.find((each) => each.client === client)?.grants ?? []) {
    for (const purpose of purposes) {
      const key = `${service} for ${purpose}`;
      seen.set(key, new Set([...(seen.get(key) ?? []), ...fields]));
    }
  }
  return seen;
}

function compareGrants(client: string, before: Config, after: Config): string[] {
  const [old, now] = [grantsOf(client, before), grantsOf(client, after)];
  const keys = [...new Set([...old.keys(), ...now.keys()])].sort();
  return keys.flatMap((key) => {
    const [had, has] = [old.get(key), now.get(key)];
    if (had === undefined) return [`may now ask ${key}: ${[...(has ?? [])].join(', ')}`];
    if (has === undefined) return [`may no longer ask ${key}`];
    const given = [...has].filter((field) => ![...had].some((name) => covers(name, field)));
    const taken = [...had].filter((field) => ![...has].some((name) => covers(name, field)));
    const kept = [...has].filter((field) => taken.some((name) => field !== name && covers(name, field)));
    return [
      ...(given.length > 0 ? [`asking ${key}, may now also see ${given.join(', ')}`] : []),
      ...(taken.length > 0
        ? [
            `asking ${key}, may no longer see ${taken.join(', ')}${kept.length > 0 ? ` (but still ${kept.join(', ')})` : ''}`,
          ]
        : []),
    ];
  });
}
