import { type Command, CommanderError } from 'commander';
import type { CommandParts } from '../../src/cli/command-parts.js';
import { systemClock } from '../../src/clock.js';

/** How a command ended that ran inside this process. */
export interface Ran {
  readonly printed: string;
  /** What a shell would see as the reason of exit code 1; empty when the command succeeded. */
  readonly error: string;
  readonly exitCode: number;
}

/** Runs one command as `src/main.ts` does, without the second that a new process takes. */
export async function runCommand(
  make: (parts: CommandParts) => Command,
  args: readonly string[],
  variables: CommandParts['variables'],
): Promise<Ran> {
  const lines: string[] = [];
  let written = '';
  const command = make({
    print: (line) => lines.push(line),
    warn: (line) => lines.push(line),
    variables,
    clock: systemClock,
    asked: new Promise(() => {}),
    mayTakeLonger: () => {},
  });
  const keep = (text: string): void => {
    written += text;
  };
  const quiet = (each: Command): void => {
    each.exitOverride().configureOutput({ writeOut: keep, writeErr: keep });
    each.commands.forEach(quiet);
  };
  quiet(command);
  let error = '';
  let exitCode = 0;
  try {
    await command.parseAsync([...args], { from: 'user' });
  } catch (thrown) {
    exitCode = thrown instanceof CommanderError ? thrown.exitCode : 1;
    if (!(thrown instanceof CommanderError)) error = (thrown as Error).message;
    else if (thrown.exitCode !== 0) error = written;
  }
  return { printed: [...lines, written].join('\n'), error, exitCode };
}
