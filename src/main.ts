#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { adapterCommand } from './cli/adapter/command.js';
import { afterRestoreCommand } from './cli/after-restore.js';
import { caseCommand } from './cli/case.js';
import { catalogueCommand } from './cli/catalogue/command.js';
import { configCommand } from './cli/config/command.js';
import { deadLetterCommand } from './cli/dead-letter.js';
import { demoCommand } from './cli/demo/command.js';
import { evidenceCommand } from './cli/evidence.js';
import { keysCommand } from './cli/keys/command.js';
import { listenCommand } from './cli/listen.js';
import { monthsCommand } from './cli/months.js';
import { operatorCommand } from './cli/operator/command.js';
import { serveCommand } from './cli/serve.js';
import { simulateCommand } from './cli/simulate.js';
import { submitCommand } from './cli/submit.js';
import { systemClock } from './clock.js';
import { dataFolderOf } from './environment.js';
import { findPackageRoot } from './package-root.js';

/** A stop that takes longer than this is cut short, milliseconds: whoever supervises us will not wait longer. */
const STOP_LIMIT_MS = 9_500;
/** The demo stops three processes, each within the limit above, and then its own parts. */
const DEMO_STOP_LIMIT_MS = 45_000;

const variables = process.env;
const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const warn = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
let longerMs = 0;
const asked = new Promise<void>((resolve) => {
  const stop = (): void => {
    const limitMs = process.argv[2] === 'demo' ? DEMO_STOP_LIMIT_MS : STOP_LIMIT_MS;
    // Not process.exit: it waits for native threads, and a Kafka client whose broker is gone may never end its own.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), limitMs + longerMs).unref();
    resolve();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
  // Started with a channel, we belong to whoever holds its other end, and end when that one is gone.
  process.once('disconnect', stop);
  process.channel?.unref();
});
const parts = {
  print,
  warn,
  variables,
  asked,
  mayTakeLonger(byMs: number): void {
    longerMs = byMs;
  },
  clock: systemClock,
};
const { version } = JSON.parse(readFileSync(join(findPackageRoot(), 'package.json'), 'utf8')) as {
  version: string;
};

const program = new Command('ura')
  .description('integration gateway between municipal one-stop shops and government registries')
  .version(version)
  .addCommand(serveCommand(parts))
  .addCommand(simulateCommand(parts))
  .addCommand(submitCommand(parts))
  .addCommand(caseCommand({ ...parts, terminal: process.stdout }))
  .addCommand(listenCommand(parts))
  .addCommand(keysCommand({ ...parts, defaultFolder: join(dataFolderOf(variables), 'keys') }))
  .addCommand(configCommand(parts))
  .addCommand(catalogueCommand(parts))
  .addCommand(adapterCommand(parts))
  .addCommand(evidenceCommand(parts))
  .addCommand(operatorCommand(parts))
  .addCommand(deadLetterCommand(parts))
  .addCommand(monthsCommand(parts))
  .addCommand(afterRestoreCommand(parts))
  .addCommand(demoCommand({ ...parts, terminal: process.stdout }))
  .addHelpText(
    'after',
    `
To see everything at work:
  $ ura demo
To build against it:
  $ ura simulate civil &
  $ ura serve`,
  );

try {
  await program.parseAsync();
} catch (error) {
  // The message says what to do; the stack is for those who ask for it.
  process.stderr.write(`ura: ${(error as Error).message}\n`);
  if (variables.URA_LOG === 'debug') process.stderr.write(`${(error as Error).stack}\n`);
  process.exitCode = 1;
}
