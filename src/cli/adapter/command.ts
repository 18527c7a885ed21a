import { Command } from 'commander';
import type { CommandParts } from '../command-parts.js';
import { checkCommand } from './check.js';
import { listCommand } from './list.js';
import { newCommand } from './new.js';

/** `ura adapter list`, `ura adapter check` and `ura adapter new`. */
export function adapterCommand(parts: CommandParts): Command {
  return new Command('adapter')
    .description('look at the adapters, hold them against what must hold of all, and begin a new one')
    .addCommand(listCommand(parts))
    .addCommand(checkCommand(parts))
    .addCommand(newCommand(parts));
}
