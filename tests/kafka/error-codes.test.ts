import assert from 'node:assert/strict';
import { toKafkaError } from '../../src/kafka/rdkafka.js';

describe('codes of Kafka errors', () => {
  /** As the binding hands over the error of a delivery report: the number is lost, the text is in two parts. */
  const ofReport = (origin: string, message: string) =>
    Object.assign(new Error(message), { origin, code: -1 });

  for (const [origin, message, code] of [
    ['broker', 'message size too large', 'msg-size-too-large'],
    ['broker', 'topic authorization failed', 'topic-authorization-failed'],
    ['broker', 'unknown topic or partition', 'unknown-topic-or-part'],
    ['local', 'unknown topic', 'unknown-topic'],
    ['local', 'purged in queue', 'purge-queue'],
    ['broker', 'something that nobody has heard of', 'unknown'],
  ] as const) {
    it(`are found for a delivery report that says "${message}"`, () => {
      assert.equal(toKafkaError(ofReport(origin, message)).code, code);
    });
  }

  it('are taken as they are where the number is there', () => {
    assert.equal(toKafkaError(Object.assign(new Error('x'), { code: -188 })).code, 'unknown-topic');
    assert.equal(toKafkaError(new Error('x')).code, 'unknown');
  });
});
