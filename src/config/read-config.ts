import { readdir, readFile } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { type CompileForm, createFormCompiler } from '../catalogue/form.js';
import { Expressions } from '../procedures/expression.js';
import type {
  GroupSettings,
  MunicipalitySettings,
  QuerySettings,
  ServiceSettings,
} from './catalogue-settings.js';
import type {
  AdapterSettings,
  ClientSettings,
  Config,
  CrlSettings,
  GatewaySettings,
  OperatorSettings,
  PolicySettings,
} from './config.js';
import { expand } from './expand.js';
import { findCatalogueContradictions } from './find-catalogue-contradictions.js';
import { findContradictions } from './find-contradictions.js';
import { type CheckFile, type FileKind, loadSchemas } from './schemas.js';

/** The configuration cannot be used; every problem found is listed, not only the first. */
export class ConfigInvalid extends Error {
  override readonly name = 'ConfigInvalid';

  constructor(readonly problems: readonly string[]) {
    super(
      `the configuration has ${problems.length} problem(s):\n${problems.map((it) => `- ${it}`).join('\n')}`,
    );
  }
}

/** One file of `config/catalogue/`. */
interface CatalogueFile extends GroupSettings {
  readonly services: readonly Omit<ServiceSettings, 'group'>[];
}

/** What reading needs and takes time to make; kept by whoever reads again and again. */
export interface ReadingTools {
  readonly check: CheckFile;
  readonly compileForm: CompileForm;
  readonly expressions: Expressions;
}

export async function createReadingTools(): Promise<ReadingTools> {
  return { check: await loadSchemas(), compileForm: createFormCompiler(), expressions: new Expressions() };
}

/**
 * Reads and checks a whole configuration folder.
 *
 * @param folder as in `config/`.
 * @param environment for `${NAME}` in values; `URA_DATA` has to be there.
 * @throws {ConfigInvalid} with all problems: unreadable files, schema violations, contradictions between files.
 */
export async function readConfig(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
  tools?: ReadingTools,
): Promise<Config> {
  const problems: string[] = [];
  const { check, compileForm, expressions } = tools ?? (await createReadingTools());

  const readOne = async (kind: FileKind, path: string): Promise<unknown> => {
    const label = relative(folder, path);
    try {
      const value = expand(JSON.parse(await readFile(path, 'utf8')), environment);
      const wrong = check(kind, value);
      problems.push(...wrong.map((it) => `${label}: ${it}`));
      return wrong.length === 0 ? value : undefined;
    } catch (error) {
      problems.push(`${label}: ${(error as Error).message}`);
      return undefined;
    }
  };
  const readFolder = async (kind: FileKind, name: string, mayBeMissing = false): Promise<unknown[]> => {
    const files = await readdir(join(folder, name)).catch((error: NodeJS.ErrnoException) =>
      mayBeMissing && error.code === 'ENOENT' ? [] : undefined,
    );
    if (!files) {
      problems.push(`${name}/: the folder is missing`);
      return [];
    }
    const paths = files.filter((file) => file.endsWith('.json')).sort();
    const values = await Promise.all(paths.map((file) => readOne(kind, join(folder, name, file))));
    return values.filter((value) => value !== undefined);
  };

  const gateway = (await readOne('gateway', join(folder, 'gateway.json'))) as GatewaySettings | undefined;
  const clients = (await readFolder('client', 'clients')) as ClientSettings[];
  const operators = (await readFolder('operator', 'operators', true)) as OperatorSettings[];
  const policies = (await readFolder('policy', 'policies')) as PolicySettings[];
  const adapters = (await readFolder('adapter', 'adapters')) as AdapterSettings[];
  const queries = (await readFolder('query', 'queries')) as { services: QuerySettings[] }[];
  const groups = (await readFolder('catalogue', 'catalogue', true)) as CatalogueFile[];
  const municipalities = (await readFolder('municipality', 'municipalities', true)) as MunicipalitySettings[];
  if (!gateway || problems.length > 0) throw new ConfigInvalid(problems);

  const config = resolvePaths(
    {
      gateway,
      clients,
      operators,
      policies,
      adapters,
      queries: queries.flatMap(({ services }) => services),
      services: groups.flatMap(({ group, services }) => services.map((each) => ({ ...each, group }))),
      groups: groups.map(({ group, name }) => ({ group, name })),
      municipalities,
    },
    folder,
  );
  const contradictions = [
    ...findContradictions(config),
    ...findCatalogueContradictions(config, compileForm, expressions),
  ];
  if (contradictions.length > 0) throw new ConfigInvalid(contradictions);
  return config;
}

/** File names in the configuration are relative to its folder. */
function resolvePaths(config: Config, folder: string): Config {
  const at = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
  const { gateway } = config;
  const { messages } = gateway.keys;
  const { tls, ...http } = gateway.http;
  const crlOf = ({ crl }: { readonly crl?: CrlSettings }) =>
    crl && {
      crl: {
        ...crl,
        issuer: at(crl.issuer),
        sources: crl.sources.map((source) => (/^https?:\/\//i.test(source) ? source : at(source))),
      },
    };
  return {
    ...config,
    gateway: {
      ...gateway,
      http: tls
        ? { ...http, tls: { certificate: at(tls.certificate), privateKey: at(tls.privateKey) } }
        : http,
      keys: {
        http: at(gateway.keys.http),
        messages: { privateKey: at(messages.privateKey), certificate: at(messages.certificate) },
      },
    },
    clients: config.clients.map((client) => ({
      ...client,
      keys: client.keys.map(at),
      ...(client.events ? { events: { encryptionKey: at(client.events.encryptionKey) } } : {}),
      ...(client.mtls ? { mtls: { certificates: client.mtls.certificates.map(at) } } : {}),
      ...crlOf(client),
    })),
    operators: config.operators.map((operator) => ({
      ...operator,
      keys: operator.keys.map(at),
      ...crlOf(operator),
    })),
    adapters: config.adapters.map((adapter) => ({
      ...adapter,
      trust: adapter.trust.map(at),
      ...(adapter.tls ? { tls: pathsOf(adapter.tls, at) } : {}),
      ...crlOf(adapter),
    })),
  };
}

function pathsOf<Files extends object>(files: Files, at: (path: string) => string): Files {
  return Object.fromEntries(Object.entries(files).map(([name, path]) => [name, at(path as string)])) as Files;
}
