import { isDeepStrictEqual } from 'node:util';
import type { Config } from './config.js';

/**
 * Settings that a running process cannot take over and that differ from those it runs with, for example
 * `gateway.json: dispatch` and `adapters: civil endpoint`. Keys, trust and revocation lists are not among them.
 */
export function needsRestart(running: Config, wanted: Config): string[] {
  const gateway = differing(withoutKeys(running.gateway), withoutKeys(wanted.gateway));
  const names = new Set([...running.adapters, ...wanted.adapters].map(({ name }) => name));
  const adapters = [...names].flatMap((name) => {
    const [before, after] = [running, wanted].map(({ adapters }) =>
      adapters.find((adapter) => adapter.name === name),
    );
    if (before === undefined) return [`${name} (new)`];
    if (after === undefined) return [`${name} (removed)`];
    return differing(withoutTrust(before), withoutTrust(after)).map((setting) => `${name} ${setting}`);
  });
  return [
    ...gateway.map((setting) => `gateway.json: ${setting}`),
    ...adapters.map((setting) => `adapters: ${setting}`),
  ];
}

/** Adapters that queries need and this process did not start with. */
export function adaptersLacking(running: Config, wanted: Config): string[] {
  const started = new Set(running.adapters.map(({ name }) => name));
  return [...new Set(wanted.queries.map(({ adapter }) => adapter))].filter((name) => !started.has(name));
}

function withoutKeys({ keys: _, ...others }: Config['gateway']): object {
  return others;
}

function withoutTrust({ trust: _, crl: __, ...others }: Config['adapters'][number]): object {
  return others;
}

function differing(before: object, after: object): string[] {
  const [left, right] = [before, after] as Record<string, unknown>[];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !isDeepStrictEqual(left?.[name], right?.[name]));
}
