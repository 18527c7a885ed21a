import { effectiveSteps } from '../catalogue/effective-card.js';
import type { Config } from './config.js';

/**
 * Evidence that a client's procedures would ask for and that its grants do not cover: cases of the client would
 * lack it. One sentence for each client, query and purpose, naming the services. Passed over is who submits no cases:
 * a client without any grant, one that asks by SOAP, one of an institution that is no municipality.
 */
export function findGrantGaps({ clients, policies, services, municipalities }: Config): string[] {
  const gaps: string[] = [];
  for (const { id, municipality, soap } of clients) {
    const grants = policies.find(({ client }) => client === id)?.grants ?? [];
    if (grants.length === 0 || soap === true || !/^\d{2}$/.test(municipality)) continue;
    const settings = municipalities.find((each) => each.municipality === municipality);
    const needed = new Map<string, { query: string; purpose: string; codes: Set<string> }>();
    for (const { code, procedure } of services) {
      if (settings?.notOffered?.includes(code)) continue;
      const { purpose } = procedure;
      for (const { service: query } of effectiveSteps(procedure.evidence, settings, code)) {
        const isGranted = grants.some((grant) => grant.service === query && grant.purposes.includes(purpose));
        if (isGranted) continue;
        const key = `${query} ${purpose}`;
        const entry = needed.get(key) ?? { query, purpose, codes: new Set() };
        needed.set(key, { ...entry, codes: entry.codes.add(code) });
      }
    }
    for (const { query, purpose, codes } of needed.values()) {
      gaps.push(
        `client ${id} has no grant of ${query} for ${purpose}, which it would need for ${[...codes].join(', ')}`,
      );
    }
  }
  return gaps;
}
