import { resolve } from 'node:path';
import { Command } from 'commander';
import type { Change } from '../../config/compare/change.js';
import { compareConfigs, type Place } from '../../config/compare/compare-configs.js';
import { ConfigInvalid } from '../../config/read-config.js';
import { readWholeConfig } from '../../config/read-whole.js';
import { dataFolderOf } from '../../environment.js';
import type { CommandParts } from '../command-parts.js';

/** `ura config diff` */
export function diffCommand({ print, variables }: CommandParts): Command {
  return new Command('diff')
    .description('say in words what changes for whom when one configuration takes the place of another')
    .argument('<old>', 'folder of the configuration in use')
    .argument('<new>', 'folder of the one that is to take its place')
    .option('--json', 'print a list of {who, what}', false)
    .addHelpText(
      'after',
      `
Compares effective cards per municipality (fees, times, offices, forms, evidence), grants per client, queries,
adapters, settings of the gateway, and the keys that would be accepted. Exit code 0 when nothing changes, 1 when
something does, 2 when one of the two cannot be used.

Examples:
  $ ura config diff /etc/ura /etc/ura.next
  $ git worktree add /tmp/before HEAD~1 && ura config diff /tmp/before/config config`,
    )
    .action(async (before: string, after: string, { json }: { json: boolean }, command: Command) => {
      const [old, now] = [await read(before), await read(after)];
      const changes = await compareConfigs(old, now);
      if (json) print(JSON.stringify(changes, undefined, 2));
      else if (changes.length === 0) print('nothing changes');
      else for (const line of grouped(changes)) print(line);
      if (changes.length > 0) command.error(`${changes.length} change(s)`, { exitCode: 1 });

      async function read(folder: string): Promise<Place> {
        const path = resolve(folder);
        try {
          const { config } = await readWholeConfig(path, { ...variables, URA_DATA: dataFolderOf(variables) });
          return { folder: path, config };
        } catch (error) {
          if (!(error instanceof ConfigInvalid)) throw error;
          for (const problem of error.problems) print(problem);
          return command.error(`${error.problems.length} problem(s) in ${folder}`, { exitCode: 2 });
        }
      }
    });
}

/** Whom it concerns, and below it what is different for them, in the order of first mention. */
function grouped(changes: readonly Change[]): string[] {
  const concerned = [...new Set(changes.map(({ who }) => who))];
  return concerned.flatMap((who) => [
    who,
    ...changes.filter((each) => each.who === who).map(({ what }) => `  ${what}`),
  ]);
}
