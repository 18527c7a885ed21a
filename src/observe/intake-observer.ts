import { UraError } from '../errors.js';
import type { IntakeObserver } from '../intake/take-submission.js';
import type { RefusedMessage } from '../kafka/decode-message.js';
import type { KafkaError } from '../kafka/rdkafka.js';
import type { Logger } from './logger.js';
import type { Metrics } from './metrics.js';

interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** What the Kafka intake tells besides: records that it cannot read, and what it puts off. */
export interface IntakeTroubles {
  unreadable(message: RefusedMessage): void;
  putOff(error: unknown, message: Place): void;
  problem(problem: KafkaError): void;
}

/** Turns what happens in the Kafka intake into log lines and metrics. Ids, codes and places, never a value. */
export function observeIntake(logger: Logger, metrics: Metrics): IntakeObserver & IntakeTroubles {
  const placeOf = ({ topic, partition, offset }: Place) => ({ topic, partition, offset });
  const ignored = (message: Place, code: string, reason: string): void => {
    metrics.intake.inc({ outcome: 'ignored' });
    metrics.intakeRefused.inc({ code });
    logger.warn(
      { ...placeOf(message), code, reason },
      'a submission over Kafka is ignored: nobody is known to have sent it',
    );
  };
  return {
    accepted(message, { id, clientId, service }, repeated) {
      metrics.intake.inc({ outcome: repeated ? 'repeated' : 'accepted' });
      const fields = { requestId: id, client: clientId, service, repeated, ...placeOf(message) };
      logger.info(fields, 'submission taken from Kafka');
    },
    refused(message, client, logId, { code, logReason, cause }, repeated) {
      metrics.intake.inc({ outcome: 'refused' });
      metrics.intakeRefused.inc({ code });
      const fields = {
        requestId: logId,
        client,
        code,
        repeated,
        ...placeOf(message),
        ...(logReason === undefined ? {} : { reason: logReason }),
      };
      if (code === 'internal') logger.error({ ...fields, error: cause }, 'submission over Kafka given up');
      else logger.info(fields, 'submission over Kafka refused');
    },
    ignored: (message, { code, message: reason }) => ignored(message, code, reason),
    unreadable: (message) => ignored(message, message.refused, message.refused),
    putOff(error, message) {
      const { code, logReason, cause } =
        error instanceof UraError ? error : new UraError('internal', '', { cause: error });
      metrics.intakeRefused.inc({ code });
      const fields = { code, ...placeOf(message), ...(logReason === undefined ? {} : { reason: logReason }) };
      if (code === 'internal')
        logger.error({ ...fields, error: cause }, 'Kafka intake failed; the partition waits');
      else logger.warn(fields, 'Kafka intake pauses a partition');
    },
    problem: ({ code, message }) => logger.warn({ code, reason: message }, 'Kafka intake'),
  };
}
