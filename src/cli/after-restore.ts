import { Command } from 'commander';
import { beginNextEpoch, readStoreState } from '../store/epoch-store.js';
import { migrate } from '../store/migrate.js';
import type { CommandParts } from './command-parts.js';
import { openOwnDatabase } from './own-database.js';

/** `ura after-restore` */
export function afterRestoreCommand({ print, variables }: CommandParts): Command {
  return new Command('after-restore')
    .description('once, after the database was restored or promoted, and before a gateway starts on it')
    .option(
      '--nothing-lost',
      'all that was ever committed is here (a planned move, or WAL that was streamed synchronously)',
    )
    .option('--again', 'also when the server is the noted one: its tables were restored in place')
    .addHelpText(
      'after',
      `
Works on the database itself (DATABASE_URL, or the embedded PostgreSQL of URA_DATA). Stop all gateways first: those that
run end themselves as soon as they meet the database.

What is open in it may have been sent between the restored moment and the loss. From now on each such request counts as
perhaps executed: it is asked again under the same message id where that is safe, asked for its status where the
registry knows one, and held for an operator otherwise. With --nothing-lost, requests that were not sent stay so.
Run a second time it changes nothing.

Examples:
  $ ura after-restore
      the last commits may be missing
  $ ura after-restore --nothing-lost
      the last commit is there`,
    )
    .action(async ({ nothingLost = false, again = false }: { nothingLost?: boolean; again?: boolean }) => {
      const source = await openOwnDatabase(variables);
      try {
        await migrate(source.database);
        const state = await readStoreState(source.database);
        if (state.server === state.notedServer && !again) {
          print(`epoch ${state.epoch} began on this very server: nothing to do`);
          return;
        }
        const { epoch, requestsInDoubt, awaitingAnswer } = await beginNextEpoch(source.database, nothingLost);
        print(`epoch ${epoch} has begun: gateways of an earlier one end themselves`);
        print(
          nothingLost
            ? 'open requests stay as they are; leases of before run out'
            : `${requestsInDoubt} open requests count as perhaps sent`,
        );
        if (awaitingAnswer > 0) {
          print(
            `${awaitingAnswer} wait for a late answer: one that came after the restored moment has to be asked for`,
          );
        }
        print('start the gateways');
      } finally {
        await source.close();
      }
    });
}
