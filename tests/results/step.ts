import { randomUUID } from 'node:crypto';
import type { EvidenceItem, OutgoingEvent } from '../../src/requests/request.js';
import type { Step } from '../../src/results/result-store.js';

export const answerEvidence: EvidenceItem = {
  kind: 'registry-answer',
  bytes: Buffer.from('<answer/>'),
  mediaType: 'text/xml',
  meta: { outcome: 'answered' },
};

export function event(key = 'DIV-1', id = randomUUID()): OutgoingEvent {
  return {
    id,
    topic: 'oss.20.results.v1',
    key,
    headers: { ce_id: id },
    value: Buffer.from('{"state":"answered"}'),
  };
}

/** A step to `answered` by the holder of the lease, unless told otherwise. */
export function step(requestId: string, changes: Partial<Step> = {}): Step {
  return {
    requestId,
    leaseOwner: 'me',
    to: 'answered',
    result: { kind: 'answered', evidenceType: 'family-composition', evidence: { head: 1 } },
    evidence: [answerEvidence],
    event: event(),
    at: Date.now(),
    ...changes,
  };
}

/** The same to a state that is not final, so without an event. */
export function openStep(requestId: string, changes: Partial<Step> = {}): Step {
  const { event: _, result: __, ...rest } = step(requestId, { to: 'retry-wait', delayMs: 0 });
  return { ...rest, reason: { code: 'connect-refused', detail: 'a reason' }, ...changes };
}
