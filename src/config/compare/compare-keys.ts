import { createHash, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type PinnedKeys, readPinnedKeys } from '../../trust/pinned-keys.js';
import type { Config } from '../config.js';
import type { Change } from './change.js';

/**
 * Which keys are accepted from now on, and which no longer: what the files hold, whatever they are called. Key files
 * that cannot be read are no difference of the configuration, and one line says so.
 */
export async function compareKeys(before: Config, after: Config): Promise<Change[]> {
  let read: [PinnedKeys, PinnedKeys];
  try {
    read = await Promise.all([readPinnedKeys(before), readPinnedKeys(after)]);
  } catch (error) {
    return [{ who: 'keys', what: `could not be compared: ${(error as Error).message}` }];
  }
  const [old, now] = read.map(byPartner) as [Accepted, Accepted];
  const partners = [...new Set([...old.keys(), ...now.keys()])].sort();
  const pinned = partners.flatMap((who) => {
    const [had, has] = [old.get(who) ?? new Map<string, string>(), now.get(who) ?? new Map<string, string>()];
    return [...new Set([...had.keys(), ...has.keys()])].flatMap((keyId): Change[] => {
      if (!had.has(keyId)) return [{ who, what: `key ${keyId} is accepted from now on` }];
      if (!has.has(keyId)) return [{ who, what: `key ${keyId} is no longer accepted` }];
      return had.get(keyId) === has.get(keyId) ? [] : [{ who, what: `key ${keyId} is now another key` }];
    });
  });
  return [...pinned, ...(await compareOwnKeys(before, after))];
}

/** By partner, the fingerprint of each accepted key by key id. */
type Accepted = ReadonlyMap<string, ReadonlyMap<string, string>>;

function byPartner({ keys }: PinnedKeys): Accepted {
  const partners = new Map<string, Map<string, string>>();
  for (const { kind, key } of keys) {
    const who = `${kind === 'registry' ? 'adapter' : kind} ${key.partner}`;
    const accepted = partners.get(who) ?? new Map<string, string>();
    partners.set(who, accepted.set(key.keyId, fingerprint(key.publicKey)));
  }
  return partners;
}

/** The gateway's own keys by the bytes of their files; private ones are often not readable by who compares. */
async function compareOwnKeys(before: Config, after: Config): Promise<Change[]> {
  const files = ({ gateway: { keys } }: Config): [string, string][] => [
    ['HTTP answers, receipts and events', keys.http],
    ['messages to registries', keys.messages.privateKey],
  ];
  const changed = await Promise.all(
    files(before).map(async ([what, file], index): Promise<Change[]> => {
      const other = files(after)[index]?.[1] as string;
      const [old, now] = await Promise.all(
        [file, other].map((path) => readFile(path).catch(() => undefined)),
      );
      return old === undefined || now === undefined || old.equals(now)
        ? []
        : [{ who: 'gateway', what: `${what} are signed with another key` }];
    }),
  );
  return changed.flat();
}

function fingerprint(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}
