import { readMunicipalities } from '../../../contracts/municipalities.js';
import { differingFields, effectiveSteps } from '../../catalogue/effective-card.js';
import type { ServiceSettings } from '../catalogue-settings.js';
import type { Config } from '../config.js';
import { type Change, differences, inWords } from './change.js';
import { compareService, type OfferedService } from './compare-service.js';

/** What is different in each municipality. The same change in many of them is one change. */
export function compareCatalogue(before: Config, after: Config): Change[] {
  const codes = [...new Set([...before.services, ...after.services].map(({ code }) => code))].sort();
  const [old, now] = [before, after].map(byMunicipality);
  const municipalities = readMunicipalities().map(({ code }) => code);
  return codes.flatMap((code) => {
    const concerned = new Map<string, string[]>();
    for (const municipality of municipalities) {
      for (const what of compareService(old?.(municipality, code), now?.(municipality, code))) {
        concerned.set(what, [...(concerned.get(what) ?? []), municipality]);
      }
    }
    const { name } = [...after.services, ...before.services].find(
      (each) => each.code === code,
    ) as ServiceSettings;
    return [...concerned].map(([what, where]) => ({
      who: inMunicipalities(where),
      what: `${code} ${name.en}: ${what}`,
    }));
  });
}

/** Queries and names of groups are the same for everybody. */
export function compareQueries(before: Config, after: Config): Change[] {
  const codes = [...new Set([...before.queries, ...after.queries].map(({ code }) => code))].sort();
  const who = 'everybody';
  const queries = codes.flatMap((code): Change[] => {
    const [old, now] = [before, after].map(({ queries }) => queries.find((query) => query.code === code));
    if (old === undefined) return [{ who, what: `query ${code} ${now?.name.en} can be granted from now on` }];
    if (now === undefined) return [{ who, what: `query ${code} ${old.name.en} is no longer there` }];
    return differences(old, now).map((each) => ({
      who,
      what: `query ${code} ${now.name.en}: ${inWords(each)}`,
    }));
  });
  const names = ({ groups }: Config) => Object.fromEntries(groups.map(({ group, name }) => [group, name]));
  return [
    ...queries,
    ...differences(names(before), names(after), '').map((each) => ({ who, what: `group ${inWords(each)}` })),
  ];
}

function byMunicipality({ services, municipalities }: Config) {
  const national = new Map(services.map((service) => [service.code, service]));
  const differing = new Map(municipalities.map((settings) => [settings.municipality, settings]));
  return (municipality: string, code: string): OfferedService | undefined => {
    const service = national.get(code);
    const settings = differing.get(municipality);
    if (service === undefined || settings?.notOffered?.includes(code)) return undefined;
    const { name, group, card, procedure } = service;
    return {
      name,
      group,
      card: { ...card, ...differingFields(settings, code) },
      procedure: { ...procedure, evidence: effectiveSteps(procedure.evidence, settings, code) },
    };
  };
}

/** `all municipalities`, `all municipalities but 20 (Divjakë)`, `municipality 20 (Divjakë)`, … */
function inMunicipalities(codes: readonly string[]): string {
  const all = readMunicipalities();
  const named = (wanted: readonly { code: string; nameSq: string }[]): string =>
    wanted.map(({ code, nameSq }) => `${code} (${nameSq})`).join(', ');
  const others = all.filter(({ code }) => !codes.includes(code));
  if (others.length === 0) return 'all municipalities';
  if (others.length < codes.length) return `all municipalities but ${named(others)}`;
  return `${codes.length === 1 ? 'municipality' : 'municipalities'} ${named(all.filter(({ code }) => codes.includes(code)))}`;
}
