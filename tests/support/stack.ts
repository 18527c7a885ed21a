import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Samples, samples } from '../../adapters/civil/simulator/samples.js';
import { type CivilSimulator, startCivilSimulator } from '../../adapters/civil/simulator/start.js';
import { openOwnClient } from '../../src/cli/own-client.js';
import { UraClient } from '../../src/client/index.js';
import type { Clock } from '../../src/clock.js';
import { type Gateway, startGateway } from '../../src/compose.js';
import { prepareEnvironment } from '../../src/environment.js';
import { createLogger } from '../../src/observe/logger.js';
import { findPackageRoot } from '../../src/package-root.js';
import type { Database } from '../../src/store/database.js';
import { openDatabase } from '../../src/store/database.js';
import { freePort } from './free-port.js';
import { emptyDatabase } from './fresh-database.js';

/** Everything of the main path, for real: database, broker, civil registry and gateway. */
export interface Stack {
  readonly gateway: Gateway;
  readonly registry: CivilSimulator;
  readonly people: Samples;
  /** The gateway's own database, for looking behind the scenes. */
  readonly database: Database;
  /** Environment that another process of the same gateway would get. */
  readonly variables: Readonly<Record<string, string>>;
  /** Log lines of the gateway, parsed. */
  readonly log: readonly Record<string, unknown>[];
  /** Speaks as Divjakë (20) or Fier (21). */
  client(municipality?: '20' | '21'): Promise<UraClient>;
  stop(): Promise<void>;
}

export interface StackOptions {
  /** Another configuration folder than the one that comes with Ura. */
  readonly config?: string;
  readonly people?: number;
  /** Further environment of the gateway, for example where other registries listen. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Without it, only database and registry are started; the test starts gateways itself. */
  readonly withGateway?: boolean;
  /** The gateway's. Default: the real time. */
  readonly clock?: Clock;
}

export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const data = process.env.URA_DATA as string;
  const { url: databaseUrl, drop } = await emptyDatabase();
  const registry = await startRegistry(join(data, 'keys'), options.people ?? 400);
  const port = await freePort();
  const variables = {
    URA_DATA: data,
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: process.env.KAFKA_BROKERS as string,
    PORT: String(port),
    URA_CIVIL_URL: registry.soapUrl,
    ...(options.config ? { URA_CONFIG: options.config } : {}),
    ...options.variables,
  };
  const log: Record<string, unknown>[] = [];
  const logger = createLogger('debug', {
    write: (line) => log.push(JSON.parse(line) as Record<string, unknown>),
  });
  const environment = await prepareEnvironment(variables, { now: Date.now });
  const gateway =
    options.withGateway === false
      ? undefined
      : await startGateway(environment, logger, options.clock ?? { now: Date.now }).catch(
          async (error: unknown) => {
            await registry.close();
            await drop();
            throw error;
          },
        );
  const database = openDatabase({ url: databaseUrl, maxConnections: 2 });
  return {
    get gateway() {
      if (!gateway) throw new Error('this stack was started without a gateway');
      return gateway;
    },
    registry,
    people: samples(registry.population),
    database,
    variables,
    log,
    async client(municipality = '20') {
      const own = await openOwnClient(variables, { municipality });
      return new UraClient({ gateway: `http://127.0.0.1:${port}`, ...own });
    },
    async stop() {
      await gateway?.stop();
      await registry.close();
      await database.end();
      await drop();
    },
  };
}

async function startRegistry(keys: string, people: number): Promise<CivilSimulator> {
  const read = (file: string): Promise<string> => readFile(join(keys, file), 'utf8');
  const adapter = JSON.parse(
    await readFile(join(findPackageRoot(), 'config', 'adapters', 'civil.json'), 'utf8'),
  ) as { to: string };
  return startCivilSimulator({
    port: 0,
    people,
    publicUrl: adapter.to,
    privateKeyPem: await read('civil-wss.key.pem'),
    certificatePem: await read('civil-wss.cert.pem'),
    gatewayCertificatesPem: [await read('gateway-wss.cert.pem')],
  });
}

/** A request that Divjakë is granted. */
export function familyRequest(nid: string, caseId = `T-${randomUUID().slice(0, 8)}`) {
  return {
    service: 'AL012031',
    subject: { scheme: 'NID' as const, notation: nid },
    purpose: 'social-housing',
    legalBasis: 'Ligji 22/2018 për strehimin social, neni 26',
    requester: { organisation: 'Bashkia Divjakë', officer: 'e.hoxha', unit: 'Zyra me një ndalesë' },
    caseId,
  };
}
