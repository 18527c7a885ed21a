import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPackageRoot } from '../../../src/package-root.js';

/** A real broker that a test may stop and start again on the same address, with what it stored. */
export interface OwnBroker {
  readonly brokers: string;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops it, and removes what it stored. */
  remove(): Promise<void>;
}

export async function startOwnBroker(): Promise<OwnBroker> {
  const folder = await mkdtemp(join(tmpdir(), 'ura-kafka-'));
  const brokers = await kafkaServer('start', folder);
  return {
    brokers,
    stop: async () => {
      await kafkaServer('stop', folder);
    },
    start: async () => {
      await kafkaServer('start', folder, brokers.split(':')[1] as string);
    },
    remove: async () => {
      await kafkaServer('stop', folder);
      await rm(folder, { recursive: true });
    },
  };
}

async function kafkaServer(...words: readonly string[]): Promise<string> {
  const script = join(findPackageRoot(), 'tests/support/kafka-server.sh');
  return (await promisify(execFile)(script, words)).stdout.trim().replace('KAFKA_BROKERS=', '');
}
