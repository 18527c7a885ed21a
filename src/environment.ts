import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { registryKeys } from '../adapters/index.js';
import type { Clock } from './clock.js';
import { startEmbeddedBroker } from './kafka/embedded-broker.js';
import { findPackageRoot } from './package-root.js';
import { parseRoles, type Role } from './roles.js';
import { generateDevelopmentKeys } from './signing/development-keys.js';
import { startEmbeddedPostgres } from './store/embedded-postgres.js';

/** What the process is told from outside; see `docs/operations.md` for the list. */
export interface Environment {
  readonly configFolder: string;
  /** Folder of the embedded defaults and of development keys. */
  readonly dataFolder: string;
  readonly databaseUrl: string;
  readonly kafkaBrokers: string;
  readonly port: number;
  readonly host: string;
  readonly production: boolean;
  readonly logLevel: string;
  /** What this process does; default all. */
  readonly roles: ReadonlySet<Role>;
  /** For `${NAME}` in the configuration. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Which parts were started here because none was named; for one log line. */
  readonly embedded: readonly string[];
  /** Stops the embedded parts, the broker first. */
  stopEmbedded(): Promise<void>;
}

/** The environment cannot be used; each sentence says what to set. */
export class EnvironmentRefused extends Error {
  override readonly name = 'EnvironmentRefused';

  constructor(readonly sentences: readonly string[]) {
    super(sentences.join('\n'));
  }
}

type Variables = Readonly<Record<string, string | undefined>>;

/** `URA_DATA`, or `.ura` in the working folder. */
export function dataFolderOf(variables: Variables): string {
  return resolve(variables.URA_DATA ?? '.ura');
}

/** `URA_CONFIG`, or the configuration that comes with the package. */
export function configFolderOf(variables: Variables): string {
  return resolve(variables.URA_CONFIG ?? join(findPackageRoot(), 'config'));
}

export function isProduction(variables: Variables): boolean {
  return variables.URA_ENV === 'production';
}

/**
 * Makes the data folder with the development keys in it, unless they are there already.
 *
 * @returns the folder of the keys.
 */
export async function prepareDevelopmentKeys(variables: Variables, clock: Clock): Promise<string> {
  const dataFolder = dataFolderOf(variables);
  // Made first and open to be entered: the embedded PostgreSQL runs under another user.
  await mkdir(dataFolder, { recursive: true, mode: 0o755 });
  const folder = join(dataFolder, 'keys');
  await generateDevelopmentKeys(folder, { clock, registryKeys });
  return folder;
}

/**
 * Reads the environment and starts an embedded PostgreSQL or Kafka broker where none is named, with
 * development keys. In production nothing is made or started.
 *
 * @throws {EnvironmentRefused} when a variable is malformed, or in production when one is missing.
 */
export async function prepareEnvironment(variables: Variables, clock: Clock): Promise<Environment> {
  const production = isProduction(variables);
  const sentences = [
    ...(/^\d{1,5}$/.test(variables.PORT ?? '8080')
      ? []
      : ['PORT is not a number: set it to a free TCP port, for example 8080.']),
    ...(production && !variables.DATABASE_URL
      ? ['Production needs a PostgreSQL server: set DATABASE_URL, for example postgres://ura@db.example/ura.']
      : []),
    ...(production && !variables.KAFKA_BROKERS
      ? [
          'Production needs a Kafka cluster: set KAFKA_BROKERS, for example kafka-1.example:9093,kafka-2.example:9093.',
        ]
      : []),
    ...(production && !variables.URA_CONFIG
      ? ['Production needs a configuration of its own: set URA_CONFIG to its folder.']
      : []),
  ];
  let roles: ReadonlySet<Role> = new Set();
  try {
    roles = parseRoles(variables.URA_ROLES);
  } catch (error) {
    sentences.push(`URA_ROLES: ${(error as Error).message}.`);
  }
  if (sentences.length > 0) throw new EnvironmentRefused(sentences);

  const dataFolder = dataFolderOf(variables);
  if (!production) await prepareDevelopmentKeys(variables, clock);
  const postgres = variables.DATABASE_URL ? undefined : await startEmbeddedPostgres(dataFolder);
  const broker = variables.KAFKA_BROKERS ? undefined : await startEmbeddedBroker();
  return {
    configFolder: configFolderOf(variables),
    dataFolder,
    databaseUrl: variables.DATABASE_URL ?? (postgres?.url as string),
    kafkaBrokers: variables.KAFKA_BROKERS ?? (broker?.brokers as string),
    port: Number(variables.PORT ?? 8080),
    host: variables.HOST ?? (production ? '0.0.0.0' : '127.0.0.1'),
    production,
    logLevel: variables.URA_LOG ?? 'info',
    roles,
    variables: { ...variables, URA_DATA: dataFolder },
    embedded: [...(postgres ? ['PostgreSQL'] : []), ...(broker ? ['Kafka broker'] : [])],
    async stopEmbedded() {
      await broker?.close();
      await postgres?.stop();
    },
  };
}
