import { Command, InvalidArgumentError, Option } from 'commander';
import type { Clock } from '../../clock.js';
import { generateDevelopmentKeys } from '../../signing/development-keys.js';
import type { KeyType } from '../../signing/key-making.js';
import { generateKey, KeyNotGenerated, type KeyUse } from './generate-key.js';
import { keyTable, listKeys } from './list-keys.js';

export interface KeysCommandParts {
  /** Takes one line without its end. */
  readonly print: (line: string) => void;
  readonly clock: Clock;
  /** Where keys are, unless `--folder` says otherwise. */
  readonly defaultFolder: string;
}

interface GenerateOptions {
  readonly name?: string;
  readonly type: KeyType;
  readonly use: KeyUse;
  readonly folder: string;
  readonly days: number;
  readonly dev: boolean;
}

/** `ura keys generate` and `ura keys list`. */
export function keysCommand(parts: KeysCommandParts): Command {
  return new Command('keys')
    .description('make and list the keys that messages are signed with')
    .addCommand(generateCommand(parts))
    .addCommand(listCommand(parts));
}

function generateCommand({ print, clock, defaultFolder }: KeysCommandParts): Command {
  const command = new Command('generate')
    .description('make a key pair, or with --dev and no --name the whole development set; overwrites nothing')
    .option('--name <name>', 'name of the files and of the key')
    .addOption(new Option('--type <type>', 'type of key').choices(['rsa', 'ec', 'ed25519']).default('ec'))
    .addOption(
      new Option('--use <use>', 'wss: certificate for SOAP; http: JWK for HTTP signatures')
        .choices(['wss', 'http'])
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
      const { created, kept } = await generateDevelopmentKeys(folder, { clock, days });
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

function listCommand({ print, clock, defaultFolder }: KeysCommandParts): Command {
  const command = new Command('list')
    .description('list the certificates and public keys of a folder')
    .option('--folder <path>', 'where to look', defaultFolder)
    .addHelpText(
      'after',
      `
Examples:
  $ ura keys list
  $ ura keys list --folder config/trust`,
    );
  return command.action(async ({ folder }: { folder: string }) => {
    try {
      const keys = await listKeys(folder);
      if (keys.length === 0) print(`No keys in ${folder}. Make some: ura keys generate --help`);
      else for (const line of keyTable(keys, clock.now())) print(line);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      command.error(`error: there is no folder ${folder}; make keys with: ura keys generate --help`);
    }
  });
}

function wholeNumber(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('Give a whole number of days.');
  return Number(text);
}
