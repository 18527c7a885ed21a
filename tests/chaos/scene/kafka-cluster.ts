import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPackageRoot } from '../../../src/package-root.js';
import { freePort } from '../../support/free-port.js';
import { waitFor } from '../../support/wait-for.js';
import { type Child, startChild } from './child.js';

const run = promisify(execFile);
const readyLimitMs = 120_000;

/** Real Apache Kafka, one process a broker, each also a controller (KRaft). */
export interface KafkaCluster {
  readonly brokers: string;
  readonly nodes: readonly KafkaNode[];
  stop(): Promise<void>;
}

export interface KafkaNode {
  /** As partitions name their leader. */
  readonly id: number;
  start(): Promise<void>;
  /** SIGTERM, as an administrator would. */
  end(): Promise<void>;
  kill(): Promise<void>;
  /** Stands still, with all its connections. */
  pause(): void;
  resume(): void;
}

/** Why there can be no cluster on this machine; undefined when there can. */
export async function lackingForKafka(): Promise<string | undefined> {
  const hasJava = await run('java', ['-version']).then(
    () => true,
    () => false,
  );
  if (!hasJava) return 'Java 17 or later is lacking';
  return existsSync(jarsFolder())
    ? undefined
    : 'the jars of Kafka are lacking: tests/support/kafka-server.sh fetch';
}

/** Starts so many brokers and waits until all serve. */
export async function startKafkaCluster(folder: string, count: number): Promise<KafkaCluster> {
  const members: { id: number; port: number; controllerPort: number }[] = [];
  for (let id = 1; id <= count; id += 1) {
    members.push({ id, port: await freePort(), controllerPort: await freePort() });
  }
  const voters = members.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join(',');
  const clusterId = Buffer.from(crypto.getRandomValues(new Uint8Array(16)))
    .toString('base64url')
    .replace(/^-/, 'A');
  const nodes = await Promise.all(
    members.map(async (member) => {
      const own = join(folder, `broker-${member.id}`);
      await mkdir(own, { recursive: true });
      await writeFile(join(own, 'server.properties'), settingsOf({ ...member, voters, count, folder: own }));
      await writeFile(join(own, 'log4j2.properties'), loggingOf(own));
      await run('java', [
        ...javaOf(own),
        'kafka.tools.StorageTool',
        'format',
        '-t',
        clusterId,
        '-c',
        join(own, 'server.properties'),
      ]);
      return kafkaNode(member.id, own);
    }),
  );
  await Promise.all(nodes.map((node) => node.start()));
  return {
    brokers: members.map(({ port }) => `127.0.0.1:${port}`).join(','),
    nodes,
    async stop() {
      await Promise.all(nodes.map((node) => node.kill()));
    },
  };
}

function kafkaNode(id: number, folder: string): KafkaNode {
  let child: Child | undefined;
  const log = join(folder, 'server.log');
  return {
    id,
    async start() {
      await writeFile(log, '');
      const started = startChild({
        command: 'java',
        args: [...javaOf(folder), 'kafka.Kafka', join(folder, 'server.properties')],
        environment: {},
        logFile: join(folder, 'stdout.log'),
      });
      child = started;
      await waitFor(
        async () => {
          if (!started.alive) throw new Error(`broker ${id} ended by itself:\n${started.tail()}`);
          return (await readFile(log, 'utf8')).includes('Kafka Server started') || undefined;
        },
        `broker ${id}`,
        readyLimitMs,
      );
    },
    async end() {
      await child?.end(20_000);
    },
    async kill() {
      await child?.kill();
    },
    pause: () => child?.signal('SIGSTOP'),
    resume: () => child?.signal('SIGCONT'),
  };
}

function jarsFolder(): string {
  return join(findPackageRoot(), '.kafka', 'jars-4.1.0');
}

function javaOf(folder: string): string[] {
  const logging = `-Dlog4j2.configurationFile=${join(folder, 'log4j2.properties')}`;
  return ['-Xms128m', '-Xmx512m', logging, '-cp', join(jarsFolder(), '*')];
}

function settingsOf(of: {
  readonly id: number;
  readonly port: number;
  readonly controllerPort: number;
  readonly voters: string;
  readonly count: number;
  readonly folder: string;
}): string {
  const factor = Math.min(of.count, 3);
  return [
    'process.roles=broker,controller',
    `node.id=${of.id}`,
    `controller.quorum.voters=${of.voters}`,
    'controller.listener.names=CONTROLLER',
    `listeners=PLAINTEXT://127.0.0.1:${of.port},CONTROLLER://127.0.0.1:${of.controllerPort}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${of.port}`,
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name=PLAINTEXT',
    `log.dirs=${join(of.folder, 'data')}`,
    'auto.create.topics.enable=false',
    'group.initial.rebalance.delay.ms=0',
    `default.replication.factor=${factor}`,
    `min.insync.replicas=${of.count >= 3 ? 2 : 1}`,
    `offsets.topic.replication.factor=${factor}`,
    'offsets.topic.num.partitions=4',
    `transaction.state.log.replication.factor=${factor}`,
    'transaction.state.log.min.isr=1',
    'transaction.state.log.num.partitions=1',
    `share.coordinator.state.topic.replication.factor=${factor}`,
    'share.coordinator.state.topic.min.isr=1',
    'broker.session.timeout.ms=3000',
    'broker.heartbeat.interval.ms=500',
    'replica.lag.time.max.ms=5000',
    'log.cleaner.dedupe.buffer.size=8388608',
    '',
  ].join('\n');
}

function loggingOf(folder: string): string {
  return [
    'status=error',
    'appender.file.type=File',
    'appender.file.name=file',
    `appender.file.fileName=${join(folder, 'server.log')}`,
    'appender.file.layout.type=PatternLayout',
    'appender.file.layout.pattern=%d %p %c{1} %m%n',
    'rootLogger.level=warn',
    'rootLogger.appenderRef.file.ref=file',
    'logger.start.name=kafka.server.KafkaRaftServer',
    'logger.start.level=info',
    '',
  ].join('\n');
}
