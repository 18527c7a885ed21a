import { dirname } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { registryKeys } from '../../../adapters/index.js';
import type { Clock } from '../../clock.js';
import { ConfigInvalid, readConfig } from '../../config/read-config.js';
import { generateDevelopmentKeys } from '../../signing/development-keys.js';
import { KeyFileUnusable } from '../../signing/key-files.js';
import type { KeyType } from '../../signing/key-making.js';
import { generateKey, KeyNotGenerated, type KeyUse } from './generate-key.js';
import { endingSoon, keyTable, type ListedKey, listConfiguredKeys, listKeys } from './list-keys.js';
import { rotateKey, rotationSteps } from './rotate-key.js';

export interface KeysCommandParts {
  /** Takes one line without its end. */
  readonly print: (line: string) => void;
  readonly clock: Clock;
  /** Where keys are, unless `--folder` says otherwise. */
  readonly defaultFolder: string;
  /** For `${NAME}` in a configuration. Default: none. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
}

interface GenerateOptions {
  readonly name?: string;
  readonly type: KeyType;
  readonly use: KeyUse;
  readonly folder: string;
  readonly days: number;
  readonly dev: boolean;
}

/** `ura keys generate`, `rotate`, `list` and `expire-soon`. */
export function keysCommand(parts: KeysCommandParts): Command {
  return new Command('keys')
    .description('make, exchange and list the keys that messages are signed with')
    .addCommand(generateCommand(parts))
    .addCommand(rotateCommand(parts))
    .addCommand(listCommand(parts))
    .addCommand(expireSoonCommand(parts));
}

function generateCommand({ print, clock, defaultFolder }: KeysCommandParts): Command {
  const command = new Command('generate')
    .description('make a key pair, or with --dev and no --name the whole development set; overwrites nothing')
    .option('--name <name>', 'name of the files and of the key')
    .addOption(new Option('--type <type>', 'type of key').choices(['rsa', 'ec', 'ed25519']).default('ec'))
    .addOption(
      new Option(
        '--use <use>',
        'wss: certificate for SOAP; http: JWK for HTTP signatures; events: JWK to encrypt events to',
      )
        .choices(['wss', 'http', 'events'])
        .default('http'),
    )
    .option('--folder <path>', 'where to write', defaultFolder)
    .option('--days <days>', 'validity of a certificate', wholeNumber, 730)
    .option('--dev', 'mark as development material, which production refuses', false)
    .addHelpText(
      'after',
      `
Examples:
  $ ura keys generate --dev
      everything that the demo needs: gateway, civil registry, two clients
  $ ura keys generate --name oss-divjake-2026 --folder /etc/ura/keys
      a client's key: send oss-divjake-2026.public.jwk.json to the gateway's operator
  $ ura keys generate --name gateway-wss-2026 --use wss --type rsa --days 365 --folder /etc/ura/keys
      the gateway's certificate for SOAP registries: send gateway-wss-2026.cert.pem to each registry`,
    );
  return command.action(async (options: GenerateOptions) => {
    const { name, dev, folder, days } = options;
    if (name === undefined) {
      if (!dev) command.error('error: --name is needed, or --dev for the whole development set');
      const { created, kept } = await generateDevelopmentKeys(folder, { clock, days, registryKeys });
      for (const file of created) print(`made ${file}`);
      print(`${created.length} files made, ${kept.length} kept, in ${folder}. Never use them in production.`);
      return;
    }
    try {
      const { privateFile, publicFile } = await generateKey({ ...options, name, development: dev, clock });
      print(`private: ${privateFile} (keep it; nobody else needs it)`);
      print(`public:  ${publicFile} (give it to the partner)`);
    } catch (error) {
      if (error instanceof KeyNotGenerated) command.error(`error: ${error.message}`);
      throw error;
    }
  });
}

function rotateCommand({ print, clock, defaultFolder, variables = {} }: KeysCommandParts): Command {
  const command = new Command('rotate')
    .description('make the successor of a key beside it, and say what to do; touches nothing that is in use')
    .requiredOption('--name <name>', 'name of the key in use, as `ura keys list` shows it')
    .option('--folder <path>', 'where it is', defaultFolder)
    .option('--days <days>', 'validity of a new certificate', wholeNumber, 730)
    .option(
      '--config <path>',
      'configuration of the gateway whose key it may be (default: URA_CONFIG, if set)',
    )
    .addHelpText(
      'after',
      `
The public half of a gateway's own key is put into trust/gateway/ of its configuration, where audits find it.

Examples:
  $ ura keys rotate --name gateway-wss --folder /etc/ura/keys --config /etc/ura
      makes gateway-wss-<yyyymmdd>.key.pem and .cert.pem, and lists the steps of the exchange
  $ ura keys rotate --name oss-divjake-20260302 --folder /etc/oss/keys
      the next one after a successor: the date in the name is replaced`,
    );
  return command.action(async (options: { name: string; folder: string; days: number; config?: string }) => {
    const { name, folder, days, config: path = variables.URA_CONFIG } = options;
    try {
      const gateway = path && {
        folder: path,
        config: await readConfig(path, { URA_DATA: dirname(defaultFolder), ...variables }),
      };
      const order = { name, folder, days, clock, ...(gateway ? { gateway } : {}) };
      for (const line of rotationSteps(await rotateKey(order))) print(line);
    } catch (error) {
      if (
        error instanceof KeyNotGenerated ||
        error instanceof KeyFileUnusable ||
        error instanceof ConfigInvalid
      )
        command.error(`error: ${error.message}`);
      throw error;
    }
  });
}

interface WhereOptions {
  readonly folder: string;
  readonly config?: string;
}

/** Keys of the folder, or with `--config` those that the configuration works with. */
async function findKeys(
  command: Command,
  { variables = {}, defaultFolder }: KeysCommandParts,
  { folder, config }: WhereOptions,
): Promise<ListedKey[]> {
  try {
    if (config === undefined) return await listKeys(folder);
    // The folder of the keys lies in that of the data, which settings may refer to.
    return await listConfiguredKeys(config, { URA_DATA: dirname(defaultFolder), ...variables });
  } catch (error) {
    if (error instanceof ConfigInvalid || error instanceof KeyFileUnusable)
      command.error(`error: ${error.message}`);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return command.error(`error: there is no folder ${folder}; make keys with: ura keys generate --help`);
  }
}

function listCommand(parts: KeysCommandParts): Command {
  const { print, clock, defaultFolder } = parts;
  const command = new Command('list')
    .description('list the certificates and public keys of a folder, or of a configuration')
    .option('--folder <path>', 'where to look', defaultFolder)
    .option('--config <path>', 'list what this configuration works with: own certificate, pinned keys')
    .addHelpText(
      'after',
      `
Examples:
  $ ura keys list
  $ ura keys list --folder config/trust/civil
  $ ura keys list --config /etc/ura
      also the pinned keys of each partner`,
    );
  return command.action(async (options: WhereOptions) => {
    const keys = await findKeys(command, parts, options);
    if (keys.length === 0) print(`No keys in ${options.folder}. Make some: ura keys generate --help`);
    else for (const line of keyTable(keys, clock.now())) print(line);
  });
}

function expireSoonCommand(parts: KeysCommandParts): Command {
  const { print, clock, defaultFolder } = parts;
  const command = new Command('expire-soon')
    .description('list what ends soon; exit code 1 when there is any, so that a timer can watch it')
    .option('--days <days>', 'how soon', wholeNumber, 30)
    .option('--folder <path>', 'where to look', defaultFolder)
    .option('--config <path>', 'look at what this configuration works with, pinned keys included')
    .addHelpText(
      'after',
      `
Keys without an end (JWK) never show. Files that cannot be used do.

Examples:
  $ ura keys expire-soon
  $ ura keys expire-soon --days 60 --config /etc/ura || mail -s 'keys end soon' operator@ura.example
      once a day`,
    );
  return command.action(async (options: WhereOptions & { days: number }) => {
    const ending = endingSoon(await findKeys(command, parts, options), clock.now(), options.days);
    if (ending.length === 0) {
      print(`Nothing ends within ${options.days} days.`);
      return;
    }
    for (const line of keyTable(ending, clock.now())) print(line);
    command.error(`${ending.length} to look after within ${options.days} days`, { exitCode: 1 });
  });
}

function wholeNumber(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('Give a whole number of days.');
  return Number(text);
}
