import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generatePopulation } from '../../adapters/civil/simulator/population.js';
import { type PropertySamples, samples } from '../../adapters/property/simulator/samples.js';
import {
  type PropertySimulator,
  type PropertySimulatorSettings,
  startPropertySimulator,
} from '../../adapters/property/simulator/start.js';
import { findPackageRoot } from '../../src/package-root.js';

/** As many people as a stack has by default, so that both registries know the same ones. */
const people = 400;

/** The cadastre of the shipped configuration, simulated. */
export async function startPropertyRegistry(
  changes: Partial<PropertySimulatorSettings> = {},
): Promise<PropertySimulator> {
  const keys = join(process.env.URA_DATA as string, 'keys');
  const read = (file: string): Promise<string> => readFile(join(keys, file), 'utf8');
  const settings = await readFile(join(findPackageRoot(), 'config', 'adapters', 'property.json'), 'utf8');
  return startPropertySimulator({
    port: 0,
    people,
    publicUrl: (JSON.parse(settings) as { to: string }).to,
    privateKeyPem: await read('property-wss.key.pem'),
    certificatePem: await read('property-wss.cert.pem'),
    gatewayCertificatesPem: [await read('gateway-wss.cert.pem')],
    ...changes,
  });
}

export function propertySamples(registry: PropertySimulator): PropertySamples {
  return samples(generatePopulation(2026, people), registry.cadastre);
}

/** A request that Divjakë is granted. */
export function ownershipRequest(subject: PropertySamples['owner'], caseId: string) {
  return {
    service: 'AL013001',
    subject,
    purpose: 'social-housing',
    legalBasis: 'Ligji 22/2018 për strehimin social, neni 26',
    requester: { organisation: 'Bashkia Divjakë', officer: 'e.hoxha', unit: 'Zyra me një ndalesë' },
    caseId,
  };
}
