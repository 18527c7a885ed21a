import { generateKeyPairSync, type KeyObject, randomBytes, sign, verify } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../src/clock.js';
import { createProducer } from '../src/kafka/producer.js';
import { ensureTopics } from '../src/kafka/topics.js';
import { openDatabase } from '../src/store/database.js';
import { type BenchRow, row } from './bench-row.js';

/** Sizes of one real exchange about a family of six, bytes. */
const SIZES = { submission: 450, soapRequest: 4_400, soapAnswer: 9_000, event: 3_500 };
const ROUNDS = 400;
const TOPIC = 'ura.bench.v1';

/**
 * What one exchange costs at least, whoever writes the gateway: its signature operations, one HTTP round trip as
 * server and one as client, its two transactions, and one record produced. CPU milliseconds of this process.
 */
export async function measureFloor(servers: {
  readonly databaseUrl: string;
  readonly kafkaBrokers: string;
}): Promise<{ totalMs: number; rows: BenchRow[] }> {
  const measured: [string, number][] = [
    [
      'bare signatures (P-256: verify 1, sign 2; RSA-2048: sign 1, verify 1)',
      await cpuPerRound(bareSignatures()),
    ],
    ['bare HTTP round trips (one as server, one as client)', await bareHttp()],
    ['bare inserts (two transactions with the same bytes)', await bareInserts(servers.databaseUrl)],
    ['bare produce (one record, acks=all)', await bareProduce(servers.kafkaBrokers)],
  ];
  const totalMs = measured.reduce((sum, [, ms]) => sum + ms, 0);
  return {
    totalMs,
    rows: [...measured, ['floor: sum of the above', totalMs] as const].map(([name, ms]) =>
      row('exchange-floor', name, ms, 'ms'),
    ),
  };
}

/** CPU of the process, all threads, per round; some rounds at a time, as under load. */
async function cpuPerRound(work: () => Promise<void> | void, rounds = ROUNDS, together = 8): Promise<number> {
  for (let warm = 0; warm < 50; warm += 1) await work();
  const before = process.cpuUsage();
  for (let done = 0; done < rounds; done += together) {
    await Promise.all(Array.from({ length: together }, work));
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / rounds;
}

function bareSignatures(): () => void {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const base = randomBytes(500);
  const info = randomBytes(2_500);
  const ecValue = sign('sha256', base, { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });
  const rsaValue = sign('sha256', info, rsa.privateKey);
  const ecVerify = (key: KeyObject): void => {
    verify('sha256', base, { key, dsaEncoding: 'ieee-p1363' }, ecValue);
  };
  return () => {
    ecVerify(ec.publicKey);
    sign('sha256', base, { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });
    sign('sha256', base, { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });
    sign('sha256', info, rsa.privateKey);
    verify('sha256', info, rsa.publicKey, rsaValue);
  };
}

/** Server and client stand in this one process, so one round trip here holds one half of each. */
async function bareHttp(): Promise<number> {
  const answer = randomBytes(SIZES.soapAnswer);
  const server = createServer((incoming, response) => {
    incoming.on('data', () => {});
    incoming.on('end', () => response.end(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const body = randomBytes(SIZES.soapRequest);
  const roundTrip = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const outgoing = request({ port, host: '127.0.0.1', method: 'POST', agent }, (incoming) => {
        incoming.on('data', () => {});
        incoming.on('end', resolve);
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  const measured = await cpuPerRound(roundTrip);
  agent.destroy();
  server.close();
  return measured;
}

async function bareInserts(url: string): Promise<number> {
  const database = openDatabase({ url });
  await database.query(
    'create table if not exists bench_floor (id bigint generated always as identity, a bytea, b bytea)',
  );
  const small = randomBytes(SIZES.submission);
  const large = randomBytes(SIZES.soapRequest + SIZES.soapAnswer + SIZES.event);
  const text = 'insert into bench_floor (a, b) values ($1, $2)';
  const measured = await cpuPerRound(async () => {
    await database.query({ name: 'floor', text, values: [small, null] });
    await database.query({ name: 'floor', text, values: [null, large] });
  });
  await database.query('drop table bench_floor');
  await database.end();
  return measured;
}

async function bareProduce(brokers: string): Promise<number> {
  await ensureTopics({ brokers, topics: [{ name: TOPIC, partitions: 1, replicationFactor: 1 }] });
  const producer = createProducer({ brokers, clock: systemClock });
  const value = randomBytes(SIZES.event);
  const measured = await cpuPerRound(async () => {
    const [result] = await producer.produce([{ topic: TOPIC, key: 'bench', value, headers: [] }]);
    if (!result?.delivered) throw new Error(`not delivered: ${result?.code}`);
  });
  await producer.close();
  return measured;
}
