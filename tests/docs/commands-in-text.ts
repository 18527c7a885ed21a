import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './documents.js';

/** One call of the command line, as a document shows it. */
export interface ShownCommand {
  /** Command and subcommand: `['keys', 'generate']`. */
  readonly words: readonly string[];
  /** Long options, without their values. */
  readonly options: readonly string[];
}

const withSubcommands = new Set([
  'adapter',
  'keys',
  'config',
  'catalogue',
  'evidence',
  'operator',
  'dead-letter',
]);

/** Reads the words after the program's name. */
export function toShownCommand(tokens: readonly string[]): ShownCommand {
  const count = withSubcommands.has(tokens[0] ?? '') && /^[a-z][a-z-]*$/.test(tokens[1] ?? '') ? 2 : 1;
  const words = tokens[0]?.startsWith('-') ? [] : tokens.slice(0, count);
  const options = tokens.filter((token) => token.startsWith('--')).map((token) => token.split('=')[0] ?? '');
  return { words, options };
}

/** Calls of `ura …` or `node dist/src/main.js …` in fenced code and in code marks. */
export function commandsIn(text: string): ShownCommand[] {
  const code = [
    ...[...text.matchAll(/^```(?:sh)?\n([\s\S]*?)^```$/gm)].flatMap(([, block]) => (block ?? '').split('\n')),
    ...[...text.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span ?? ''),
    ...text.split('\n').filter((line) => line.startsWith('#   ')),
  ];
  return code.flatMap((line) => {
    const call = /(?:^|\s)(?:ura|node dist\/src\/main\.js) ([a-z-][^#|&]*)/.exec(line);
    return call ? [toShownCommand((call[1] ?? '').trim().split(/\s+/))] : [];
  });
}

const helps = new Map<string, string>();

/** What `ura <words> --help` prints; run once for each command. */
function helpOf(words: readonly string[]): string {
  const name = words.join(' ');
  let help = helps.get(name);
  if (help === undefined) {
    const main = join(root, 'dist', 'src', 'main.js');
    help = spawnSync(process.execPath, [main, ...words, '--help'], { encoding: 'utf8' }).stdout;
    helps.set(name, help);
  }
  return help;
}

/** What is wrong with a call, undefined when the program would understand it. */
export function mistakeIn({ words, options }: ShownCommand): string | undefined {
  const help = helpOf(words);
  const shown = ['ura', ...words].join(' ');
  if (!help.startsWith(`Usage: ${shown} `)) return `there is no command ${shown}`;
  const known = new Set([...help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, option]) => option));
  const unknown = options.filter((option) => !known.has(option));
  return unknown.length > 0 ? `${shown} has no option ${unknown.join(', ')}` : undefined;
}
