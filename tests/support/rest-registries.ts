import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RestKind } from '../../adapters/adapter-kind.js';
import { business } from '../../adapters/business/index.js';
import type { Sample, Simulator } from '../../adapters/simulator-kind.js';
import { tax } from '../../adapters/tax/index.js';
import { findPackageRoot } from '../../src/package-root.js';

/** The REST registries of the shipped configuration, simulated. */
export interface RestRegistries {
  readonly tax: Simulator;
  readonly business: Simulator;
  /** For the gateway's environment. */
  readonly variables: Readonly<Record<string, string>>;
  /** The first sample of a situation. */
  sample(registry: 'tax' | 'business', situation: string, operation?: string): Sample;
  stop(): Promise<void>;
}

/** @param people as many as in the civil registry beside them, so that they know the same ones. */
export async function startRestRegistries(people: number): Promise<RestRegistries> {
  const start = async (kind: RestKind): Promise<Simulator> => {
    const path = join(findPackageRoot(), 'config', 'adapters', `${kind.name}.json`);
    const { to } = JSON.parse(await readFile(path, 'utf8')) as { to: string };
    const keysFolder = join(process.env.URA_DATA as string, 'keys');
    return (await kind.simulator()).start({ port: 0, people, keysFolder, publicUrl: to });
  };
  const registries = { tax: await start(tax), business: await start(business) };
  const samples = {
    tax: (await tax.simulator()).samples({ people }),
    business: (await business.simulator()).samples({ people }),
  };
  return {
    ...registries,
    variables: {
      URA_TAX_URL: registries.tax.endpoint,
      URA_BUSINESS_URL: registries.business.endpoint,
    },
    sample(registry, situation, operation) {
      const found = samples[registry].find(
        (each) => each.situation === situation && (operation ?? each.operation) === each.operation,
      );
      if (!found) throw new Error(`${registry} has no sample of ${situation}`);
      return found;
    },
    async stop() {
      await registries.tax.close();
      await registries.business.close();
    },
  };
}

/** A request that Divjakë is granted, about the subject of a sample. */
export function sampleRequest(service: string, purpose: string, { subject, parameters }: Sample) {
  return {
    service,
    subject,
    parameters,
    purpose,
    legalBasis: 'Ligji 8308/1998 për transportet rrugore',
    requester: { organisation: 'Bashkia Divjakë', officer: 'e.hoxha', unit: 'Zyra me një ndalesë' },
    caseId: 'DIV-REST-1',
  };
}
