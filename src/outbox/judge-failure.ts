/**
 * Whose fault it is that an event was not delivered:
 * - `event`: the broker, or the client on its behalf, has looked at this event and will not take it;
 * - `topic`: the whole topic cannot be written; others can;
 * - `broker`: nothing can be sent just now, whatever the topic;
 * - `order`: an earlier event of its key stands before it;
 * - `unclear`: none of these. It is tried again for ever: what is not known to be final is never given up.
 */
export type Blame = 'event' | 'topic' | 'broker' | 'order' | 'unclear';

/** Codes of librdkafka and of `src/kafka/`, each with what an operator is told of it. */
const known: Readonly<Record<string, readonly [Exclude<Blame, 'unclear'>, string]>> = {
  'msg-size-too-large': ['event', 'It is larger than the topic or the client takes.'],
  'record-list-too-large': ['event', 'It is larger than a segment of the topic.'],
  'invalid-msg': ['event', 'The broker could not read it.'],
  'invalid-msg-size': ['event', 'The broker could not read it.'],
  'invalid-record': ['event', 'A rule of the topic refuses it.'],
  'invalid-timestamp': ['event', 'The topic does not take its time.'],
  'invalid-arg': ['event', 'The client refuses its form.'],
  'unsupported-for-message-format': ['event', 'The message format of the topic is too old.'],

  'unknown-topic': ['topic', 'The topic does not exist.'],
  'unknown-topic-or-part': ['topic', 'The topic does not exist.'],
  'unknown-partition': ['topic', 'The topic has no such partition.'],
  'topic-exception': ['topic', 'The broker takes no topic of this name.'],
  'topic-authorization-failed': ['topic', 'The gateway may not write the topic.'],

  'all-brokers-down': ['broker', 'No broker answers.'],
  authentication: ['broker', 'The broker refused the account.'],
  'sasl-authentication-failed': ['broker', 'The broker refused the account.'],
  'cluster-authorization-failed': ['broker', 'The account may not produce.'],
  'delivery-timed-out': ['broker', 'The broker did not confirm in time.'],
  destroy: ['broker', 'The client was closed.'],
  fatal: ['broker', 'The client met an error that it cannot recover from.'],
  'msg-timed-out': ['broker', 'The broker did not confirm in time.'],
  'not-connected': ['broker', 'No broker answers.'],
  'producer-closed': ['broker', 'The client was closed.'],
  'producer-fatal': ['broker', 'The client met an error that it cannot recover from.'],
  'purge-inflight': ['broker', 'The client was closed.'],
  'purge-queue': ['broker', 'The client was closed.'],
  'queue-full': ['broker', 'Too many events are under way.'],
  resolve: ['broker', 'The name of the broker is unknown.'],
  ssl: ['broker', 'TLS with the broker failed.'],
  state: ['broker', 'The client was closed.'],
  'timed-out': ['broker', 'The broker did not answer in time.'],
  'timed-out-queue': ['broker', 'The broker did not answer in time.'],
  transport: ['broker', 'The connection to the broker broke.'],

  'held-for-order': ['order', 'An earlier event of its case was not sent.'],
};

export function judgeFailure(code: string): Blame {
  return Object.hasOwn(known, code) ? (known[code]?.[0] ?? 'unclear') : 'unclear';
}

/** One sentence for an operator. */
export function explainFailure(code: string): string {
  return (Object.hasOwn(known, code) ? known[code]?.[1] : undefined) ?? 'The broker did not take it.';
}
