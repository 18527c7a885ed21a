import { Command } from 'commander';
import type { CommandParts } from '../command-parts.js';
export function demoCommand(_: CommandParts): Command {
  return new Command('demo');
}
