import { Command } from 'commander';
import { checkMeaning } from '../config/check-meaning.js';
import { loadKeyring } from '../config/keyring.js';
import { ConfigInvalid, readConfig } from '../config/read-config.js';
import { refuseDevelopment } from '../config/refuse-development.js';
import { configFolderOf, dataFolderOf } from '../environment.js';
import { KeyFileUnusable } from '../signing/key-files.js';
import type { CommandParts } from './command-parts.js';

/** `ura config check` */
export function configCommand(parts: CommandParts): Command {
  return new Command('config').description('look after the configuration').addCommand(checkCommand(parts));
}

function checkCommand({ print, variables, clock }: CommandParts): Command {
  return new Command('check')
    .description('check a configuration folder as a whole, without starting anything')
    .argument('[folder]', 'default: URA_CONFIG, or the one that comes with Ura')
    .option('--production', 'also refuse what URA_ENV=production refuses', false)
    .addHelpText(
      'after',
      `
Checks schemas, unknown fields, references between files, operations and fields against the contracts, and
every key file. Exit code 1 and one line a problem when something is wrong.

Examples:
  $ ura config check
  $ ura config check /etc/ura --production`,
    )
    .action(async (folder: string | undefined, options: { production: boolean }, command: Command) => {
      const path = folder ?? configFolderOf(variables);
      const problems: string[] = [];
      try {
        const config = await readConfig(path, { ...variables, URA_DATA: dataFolderOf(variables) });
        problems.push(...checkMeaning(config).problems);
        const keyring = await loadKeyring(config, clock);
        for (const warning of keyring.warnings) print(`warning: ${warning}`);
        if (options.production) problems.push(...refuseDevelopment(config, keyring));
        if (problems.length === 0) {
          print(
            `${path}: ${config.queries.length} queries, ${config.services.length} services, ${config.adapters.length} adapters, ${config.clients.length} clients, ${config.policies.flatMap(({ grants }) => grants).length} grants: all in order`,
          );
        }
      } catch (error) {
        if (error instanceof ConfigInvalid) problems.push(...error.problems);
        else if (error instanceof KeyFileUnusable) problems.push(error.message);
        else throw error;
      }
      for (const problem of problems) print(problem);
      if (problems.length > 0) command.error(`${problems.length} problem(s) in ${path}`, { exitCode: 1 });
    });
}
