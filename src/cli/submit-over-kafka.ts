import { type RequestDraft, RequestProducer, UraNotProduced } from '../client/index.js';
import type { Clock } from '../clock.js';
import { requestsTopic } from '../intake/submission-form.js';
import { createProducer } from '../kafka/producer.js';
import type { OwnClient } from './own-client.js';

/** What the command line tells of a submission that a broker has. */
export interface ProducedSubmission {
  readonly topic: string;
  /** Comes back with the result. */
  readonly submissionId: string;
  readonly caseId: string;
}

/**
 * Produces one signed request.
 *
 * @throws {Error} with a sentence that helps.
 */
export async function submitOverKafka(
  draft: RequestDraft,
  parts: {
    readonly own: OwnClient;
    readonly gateway: string;
    readonly municipality: string;
    readonly brokers: string;
    readonly idempotencyKey: string;
    readonly clock: Clock;
  },
): Promise<ProducedSubmission> {
  const { own, gateway, municipality, brokers, idempotencyKey, clock } = parts;
  if (!own.kafkaIntake) {
    throw new Error(
      `client ${own.id} may not submit over Kafka: set "kafkaIntake": true in its file in config/clients/`,
    );
  }
  const sink = createProducer({ brokers });
  try {
    const producer = new RequestProducer({ gateway, municipality, signer: own.signer, sink, clock });
    await producer.submit(draft, { idempotencyKey });
  } catch (error) {
    if (!(error instanceof UraNotProduced)) throw error;
    throw new Error(
      `Kafka at ${brokers} did not confirm the submission: ${error.message}; repeat it with the same --idempotency-key ${idempotencyKey}`,
    );
  } finally {
    await sink.close();
  }
  return { topic: requestsTopic(municipality), submissionId: idempotencyKey, caseId: draft.caseId };
}
