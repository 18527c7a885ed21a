import { Command } from 'commander';
import type { CommandParts } from '../command-parts.js';

/** `ura adapter new` */
export function newCommand(_: CommandParts): Command {
  return new Command('new');
}
