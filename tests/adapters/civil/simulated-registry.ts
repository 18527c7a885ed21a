import { randomUUID } from 'node:crypto';
import type { Adapter, Exchange } from '../../../adapters/adapter.js';
import { civilDefinition } from '../../../adapters/civil/definition.js';
import { type CivilSimulator, startCivilSimulator } from '../../../adapters/civil/simulator/start.js';
import { createSoapAdapter } from '../../../adapters/soap/soap-adapter.js';
import { createEvidenceValidator } from '../../../contracts/canonical/validate.js';
import { systemClock } from '../../../src/clock.js';
import type { Issued } from '../../support/certificates.js';
import type { Partners } from '../partners.js';

/** The simulator with 300 people, that signs with this key and knows the gateway's. */
export function startRegistry(partners: Partners, key: Issued = partners.registry): Promise<CivilSimulator> {
  return startCivilSimulator({
    port: 0,
    people: 300,
    privateKeyPem: key.privateKeyPem,
    certificatePem: key.certificatePem,
    gatewayCertificatesPem: [partners.gateway.certificatePem],
  });
}

/** The real adapter, over real HTTP. */
export function connect(
  registry: CivilSimulator,
  partners: Partners,
  changes: { readonly callTimeoutMs?: number; readonly to?: string } = {},
): Promise<Adapter> {
  return createSoapAdapter(
    civilDefinition(),
    {
      endpoint: registry.soapUrl,
      to: registry.soapUrl,
      connectTimeoutMs: 2_000,
      callTimeoutMs: 10_000,
      maxSockets: 8,
      ...changes,
    },
    { profile: partners.profile, clock: systemClock, validateEvidence: createEvidenceValidator() },
  );
}

/** A new question with a message id of its own. */
export function question(operation: string, notation: string, changes: Partial<Exchange> = {}): Exchange {
  return {
    messageId: randomUUID(),
    operation,
    subject: { scheme: 'NID', notation },
    parameters: {},
    purpose: 'social-housing',
    legalBasis: 'Ligji 22/2018, neni 13',
    requester: { organisation: 'Bashkia Divjakë', officer: 'officer-117', unit: 'Zyra me një ndalesë' },
    caseId: '20-2026-000117',
    deadlineAt: Date.now() + 60_000,
    ...changes,
  };
}

/** A signal that nobody aborts. One for each call: listeners add up on a shared one. */
export function unstopped(): AbortSignal {
  return new AbortController().signal;
}

export function textOf(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('utf8');
}
