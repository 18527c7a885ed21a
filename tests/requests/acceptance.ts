import { createHash, randomUUID } from 'node:crypto';
import { systemClock } from '../../src/clock.js';
import { uuidV7 } from '../../src/ids.js';
import type { Acceptance } from '../../src/requests/accept-store.js';
import type { Envelope, StoredRequest } from '../../src/requests/request.js';

const ids = uuidV7(systemClock);

export const envelope: Envelope = {
  service: 'AL012031',
  subject: { scheme: 'NID', notation: 'J00101999W' },
  purpose: 'social-housing',
  legalBasis: 'Ligji 22/2018, neni 26',
  requester: { organisation: 'Bashkia Divjakë', officer: 'a.hoxha', unit: 'Zyra me një ndalesë' },
  caseId: 'DIV-1',
  parameters: {},
};

/** What accepting one request hands to the store: a new request under a new key, unless told otherwise. */
export function acceptance(
  changes: Omit<Partial<Acceptance>, 'request'> & {
    readonly request?: Partial<Acceptance['request']>;
    readonly body?: string;
  } = {},
): Acceptance {
  const { request, body = '{}', ...more } = changes;
  const bytes = Buffer.from(body);
  const acceptedAt = Date.now();
  return {
    request: {
      id: ids.next(),
      clientId: 'oss-divjake',
      municipality: '20',
      service: envelope.service,
      adapter: 'civil',
      operation: 'family-composition',
      caseId: envelope.caseId,
      envelope,
      decision: { grant: 'divjake-family-composition', fields: ['head'], reasons: ['a reason'] },
      warnings: [],
      priority: 'interactive',
      deadlineAt: acceptedAt + 3_600_000,
      acceptedAt,
      ...request,
    },
    idempotencyKey: randomUUID(),
    bodySha256: createHash('sha256').update(bytes).digest(),
    evidence: [
      { kind: 'client-request', bytes, mediaType: 'application/json', signedBy: 'dev-oss-divjake' },
      { kind: 'decision', bytes: Buffer.from('{"grant":"x"}'), mediaType: 'application/json' },
    ],
    ...more,
  };
}

/** The request as it stands after it was accepted by this acceptance. */
export function accepted(of: Acceptance): StoredRequest {
  const { lease, request } = of;
  return {
    ...request,
    state: lease ? 'dispatching' : 'accepted',
    attempts: lease ? 1 : 0,
    updatedAt: request.acceptedAt,
  };
}
