import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Adapter, Exchange } from '../../../adapters/adapter.js';
import type { RestKind } from '../../../adapters/adapter-kind.js';
import { adapterKinds } from '../../../adapters/index.js';
import type { Simulator, SimulatorSettings } from '../../../adapters/simulator-kind.js';
import { createEvidenceValidator } from '../../../contracts/canonical/validate.js';
import { type Clock, systemClock } from '../../../src/clock.js';
import { uuidV7 } from '../../../src/ids.js';
import { fileSigner } from '../../../src/signing/file-signer.js';
import { readPrivateKeyFile, readTrustedKeyFile } from '../../../src/signing/key-files.js';
import { type RestProfile, restPartner } from '../../../src/signing/profiles/index.js';
import { Seen } from '../../signing/profiles/seen.js';

/** Where the tests' development keys are; made before all tests. */
export const keysFolder = () => join(process.env.URA_DATA as string, 'keys');

export async function startRegistry(
  kind: RestKind,
  changes: Partial<SimulatorSettings> = {},
): Promise<Simulator> {
  return (await kind.simulator()).start({ port: 0, people: 300, keysFolder: keysFolder(), ...changes });
}

/** The gateway's side, with the registry's development key pinned. */
export async function profileOf(registry: string, clock: Clock = systemClock): Promise<RestProfile> {
  const { gateway } = await kindOf(registry).simulator();
  const own = await readPrivateKeyFile(join(keysFolder(), 'gateway-http.private.jwk.json'));
  const pinned = await readTrustedKeyFile(join(keysFolder(), `${registry}.public.jwk.json`), {
    partner: registry,
  });
  return restPartner(gateway.profile, {
    signer: fileSigner(own),
    trusted: [pinned],
    replaySet: new Seen(),
    clock,
  });
}

function kindOf(registry: string): RestKind {
  const kind = adapterKinds[registry];
  if (kind?.protocol !== 'rest') throw new Error(`no REST registry ${registry}`);
  return kind;
}

/** The real adapter, over real HTTP. */
export async function connect(
  kind: RestKind,
  endpoint: string,
  changes: { readonly callTimeoutMs?: number; readonly to?: string; readonly maxSockets?: number } = {},
): Promise<Adapter> {
  return kind.create(
    {
      endpoint,
      to: endpoint,
      callbackUrl: 'http://127.0.0.1:1/v1/callbacks/x',
      connectTimeoutMs: 2_000,
      callTimeoutMs: 10_000,
      maxSockets: 8,
      options: (await kind.simulator()).gateway.options?.({ endpoint, to: changes.to ?? endpoint }) ?? {},
      ...changes,
    },
    {
      profile: await profileOf(kind.name),
      clock: systemClock,
      validateEvidence: createEvidenceValidator(),
      nextId: () => uuidV7(systemClock).next(),
    },
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

/** A signal that nobody aborts. One for each call: listeners add up on a shared one. */
export function unstopped(): AbortSignal {
  return new AbortController().signal;
}

export function textOf(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('utf8');
}
