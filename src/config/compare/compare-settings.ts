import type { AdapterSettings, Config } from '../config.js';
import { type Change, differences, inWords } from './change.js';

/** Settings that count from the next start only. */
const later = ' (from the next start)';

/** What is different in the gateway itself and towards registries. */
export function compareSettings(before: Config, after: Config): Change[] {
  const names = [...new Set([...before.adapters, ...after.adapters].map(({ name }) => name))].sort();
  const adapters = names.flatMap((name) => {
    const [old, now] = [before, after].map(({ adapters }) => adapters.find((each) => each.name === name));
    return compareAdapter(old, now).map((what) => ({ who: `adapter ${name}`, what }));
  });
  const gateway = differences(before.gateway, after.gateway).map((each) => ({
    who: 'gateway',
    what: inWords(each) + (each.path.startsWith('keys.') ? '' : later),
  }));
  return [...adapters, ...gateway];
}

function compareAdapter(before: AdapterSettings | undefined, after: AdapterSettings | undefined): string[] {
  if (before === undefined) return [`new: its registry is at ${after?.endpoint}${later}`];
  if (after === undefined) return [`removed: its registry is not asked any more${later}`];
  return differences(before, after).map(
    (each) => inWords(each) + (/^(trust|crl)\b/.test(each.path) ? '' : later),
  );
}
