import { Command } from 'commander';
import type { CommandParts } from '../command-parts.js';
import { answerCommand, cancelCommand, discloseCommand } from './act.js';
import { releaseCommand, rerunCommand } from './act-on-many.js';
import { listCommand, showCommand, summaryCommand } from './look.js';

/** `ura operator …`: looks after requests that stand still, through the gateway's own API. */
export function operatorCommand(parts: CommandParts): Command {
  return new Command('operator')
    .description('look after requests that stand still: list, release, rerun, cancel, answer by hand')
    .addCommand(summaryCommand(parts))
    .addCommand(listCommand(parts))
    .addCommand(showCommand(parts))
    .addCommand(releaseCommand(parts))
    .addCommand(rerunCommand(parts))
    .addCommand(cancelCommand(parts))
    .addCommand(discloseCommand(parts))
    .addCommand(answerCommand(parts));
}
