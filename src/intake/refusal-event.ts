import type { UraError } from '../errors.js';
import type { OutgoingEvent } from '../requests/request.js';
import { createEventSealing, type EventParts } from '../results/seal-event.js';
import type { OpenedSubmission } from './open-submission.js';

/** A submission that is turned away. */
export interface SubmissionRefusal {
  readonly submission: Pick<OpenedSubmission, 'id' | 'caseId' | 'municipality'>;
  readonly traceparent: string;
  /** The event's id: the same for every attempt at the same submission. */
  readonly eventId: string;
  readonly error: UraError;
  /** Names the attempt in the log. */
  readonly logId: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** As the contract of a problem document has it. */
const mostErrors = 100;

/** @returns the event as it is sent. */
export type MakeRefusalEvent = (refusal: SubmissionRefusal) => Promise<OutgoingEvent>;

/**
 * Makes the event that tells a municipality why its submission was not taken: value by
 * `contracts/events/submission-refused.v1.schema.json`, key = case id, on the topic of its results. It says what the
 * HTTP API would have said in its problem document, and repeats no value of the submission.
 */
export function createRefusalEventMaker(parts: EventParts): MakeRefusalEvent {
  const seal = createEventSealing(parts);
  return async ({ submission, traceparent, eventId, error, logId, at }) => {
    const { id, caseId, municipality } = submission;
    const { event } = await seal({
      id: eventId,
      type: 'ura.submission.refused.v1',
      subject: id,
      schema: 'submission-refused.v1.schema.json',
      municipality,
      caseId,
      at,
      traceparent,
      value: {
        submissionId: id,
        caseId,
        municipality,
        problem: {
          type: `urn:ura:problem:${error.code}`,
          title: error.title,
          status: error.status,
          detail: error.detail,
          code: error.code,
          requestId: logId,
          ...(error.errors.length > 0 ? { errors: error.errors.slice(0, mostErrors) } : {}),
        },
        refusedAt: new Date(at).toISOString(),
      },
    });
    return event;
  };
}
