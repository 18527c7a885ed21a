import { randomUUID } from 'node:crypto';
import type { Adapter, Exchange } from '../../../adapters/adapter.js';
import { generatePopulation } from '../../../adapters/civil/simulator/population.js';
import { propertyDefinition } from '../../../adapters/property/definition.js';
import { type PropertySamples, samples } from '../../../adapters/property/simulator/samples.js';
import {
  type PropertySimulator,
  type PropertySimulatorSettings,
  startPropertySimulator,
} from '../../../adapters/property/simulator/start.js';
import { createSoapAdapter } from '../../../adapters/soap/soap-adapter.js';
import { createEvidenceValidator } from '../../../contracts/canonical/validate.js';
import { systemClock } from '../../../src/clock.js';
import type { Partners } from '../partners.js';

const people = 300;
export const callbackUrl = 'https://gateway.example/v1/callbacks/property';

/** The simulated cadastre over 300 people, that signs with the partners' registry key and knows the gateway's. */
export function startRegistry(
  partners: Partners,
  changes: Partial<PropertySimulatorSettings> = {},
): Promise<PropertySimulator> {
  return startPropertySimulator({
    port: 0,
    people,
    privateKeyPem: partners.registry.privateKeyPem,
    certificatePem: partners.registry.certificatePem,
    gatewayCertificatesPem: [partners.gateway.certificatePem],
    ...changes,
  });
}

export function samplesOf(registry: PropertySimulator): PropertySamples {
  return samples(generatePopulation(2026, people), registry.cadastre);
}

/** The real adapter, over real HTTP. */
export function connect(
  registry: Pick<PropertySimulator, 'soapUrl'>,
  partners: Partners,
  changes: {
    readonly callTimeoutMs?: number;
    readonly callbackUrl?: string;
    /** Without an address that callbacks are sent to. */
    readonly deaf?: true;
  } = {},
): Promise<Adapter> {
  const { deaf, ...settings } = changes;
  return createSoapAdapter(
    propertyDefinition(),
    {
      endpoint: registry.soapUrl,
      to: registry.soapUrl,
      ...(deaf ? {} : { callbackUrl }),
      connectTimeoutMs: 2_000,
      callTimeoutMs: 10_000,
      maxSockets: 8,
      ...settings,
    },
    { profile: partners.profile, clock: systemClock, validateEvidence: createEvidenceValidator() },
  );
}

/** A new question with a message id of its own. */
export function question(
  operation: string,
  subject: Exchange['subject'],
  changes: Partial<Exchange> = {},
): Exchange {
  return {
    messageId: randomUUID(),
    operation,
    subject,
    parameters: {},
    purpose: 'social-housing',
    legalBasis: 'Ligji 22/2018, neni 13',
    requester: { organisation: 'Bashkia Divjakë', officer: 'officer-117', unit: 'Zyra me një ndalesë' },
    caseId: '20-2026-000117',
    deadlineAt: Date.now() + 60_000,
    ...changes,
  };
}

export function card(notation: string): Exchange['subject'] {
  return { scheme: 'PROPERTY', notation };
}

/** A signal that nobody aborts. One for each call: listeners add up on a shared one. */
export function unstopped(): AbortSignal {
  return new AbortController().signal;
}
