import { Command } from 'commander';
import { loadKeyring } from '../../config/keyring.js';
import { ConfigInvalid } from '../../config/read-config.js';
import { readWholeConfig } from '../../config/read-whole.js';
import { refuseDevelopment } from '../../config/refuse-development.js';
import { configFolderOf, dataFolderOf } from '../../environment.js';
import { KeyFileUnusable } from '../../signing/key-files.js';
import type { CommandParts } from '../command-parts.js';
import { diffCommand } from './diff.js';

/** `ura config check` and `ura config diff`. */
export function configCommand(parts: CommandParts): Command {
  return new Command('config')
    .description('look after the configuration')
    .addCommand(checkCommand(parts))
    .addCommand(diffCommand(parts));
}

function checkCommand({ print, variables, clock }: CommandParts): Command {
  return new Command('check')
    .description('check a configuration folder as a whole, without starting anything')
    .argument('[folder]', 'default: URA_CONFIG, or the one that comes with Ura')
    .option('--production', 'also refuse what URA_ENV=production refuses', false)
    .addHelpText(
      'after',
      `
Checks schemas, unknown fields, references between files, operations and fields against the contracts, forms,
the steps of procedures in every municipality, and every key file. Exit code 1 and one line a problem when something
is wrong. Warns, without failing, of clients whose grants do not cover the evidence of their procedures.

Examples:
  $ ura config check
  $ ura config check /etc/ura --production`,
    )
    .action(async (folder: string | undefined, options: { production: boolean }, command: Command) => {
      const path = folder ?? configFolderOf(variables);
      const problems: string[] = [];
      try {
        const environment = { ...variables, URA_DATA: dataFolderOf(variables) };
        const { config, warnings } = await readWholeConfig(path, environment);
        const keyring = await loadKeyring(config, clock);
        for (const warning of [...warnings, ...keyring.warnings]) print(`warning: ${warning}`);
        if (options.production) problems.push(...refuseDevelopment(config, keyring));
        if (problems.length === 0) {
          print(
            `${path}: ${config.queries.length} queries, ${config.services.length} services, ${config.municipalities.length} municipalities with differences, ${config.adapters.length} adapters, ${config.clients.length} clients, ${config.operators.length} operators, ${config.policies.flatMap(({ grants }) => grants).length} grants: all in order`,
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
