import { randomBytes } from 'node:crypto';
import { startEmbeddedBroker } from '../../../src/kafka/embedded-broker.js';

/** A broker that a group of tests runs on. */
export interface BrokerUnderTest {
  readonly name: string;
  open(): Promise<{ readonly brokers: string; close(): Promise<void> }>;
}

/**
 * The real broker that this run was asked to use. Read while the test files are loaded: later the set-up of the
 * whole run may put the address of its own embedded broker into the same variable.
 */
export const realBroker: string | undefined = process.env.KAFKA_BROKERS || undefined;

/** The embedded broker, and the real one when `KAFKA_BROKERS` names it. */
export function brokersUnderTest(): readonly BrokerUnderTest[] {
  const embedded: BrokerUnderTest = { name: 'the embedded broker', open: startEmbeddedBroker };
  if (!realBroker) return [embedded];
  const brokers = realBroker;
  const real: BrokerUnderTest = {
    name: `the real broker at ${brokers}`,
    open: async () => ({ brokers, close: async () => {} }),
  };
  return [embedded, real];
}

/** A name that no earlier run on the same broker has used. */
export function freshName(prefix: string): string {
  return `${prefix}.${randomBytes(6).toString('hex')}`;
}
