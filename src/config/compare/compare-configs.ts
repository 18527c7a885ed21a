import { join, sep } from 'node:path';
import type { Config } from '../config.js';
import type { Change } from './change.js';
import { compareCatalogue, compareQueries } from './compare-catalogue.js';
import { compareClients } from './compare-clients.js';
import { compareKeys } from './compare-keys.js';
import { compareOperators } from './compare-operators.js';
import { compareSettings } from './compare-settings.js';

/** A configuration and the folder that it was read from. */
export interface Place {
  readonly folder: string;
  readonly config: Config;
}

/** What changes for whom when one configuration takes the place of another; empty when nothing does. */
export async function compareConfigs(before: Place, after: Place): Promise<Change[]> {
  const [old, now] = [withinFolder(before), withinFolder(after)];
  return [
    ...compareCatalogue(old, now),
    ...compareClients(old, now),
    ...compareOperators(old, now),
    ...compareQueries(old, now),
    ...compareSettings(old, now),
    // With the real names of the files, which are read.
    ...(await compareKeys(before.config, after.config)),
  ];
}

/** File names below the folder were made absolute when it was read; that it is another folder is no difference. */
function withinFolder({ folder, config }: Place): Config {
  const above = join(folder, sep);
  const shorten = (value: unknown): unknown => {
    if (typeof value === 'string') return value.startsWith(above) ? value.slice(above.length) : value;
    if (Array.isArray(value)) return value.map(shorten);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shorten(item)]));
  };
  return shorten(config) as Config;
}
