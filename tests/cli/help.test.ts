import assert from 'node:assert/strict';
import { adapterCommand } from '../../src/cli/adapter/command.js';
import { afterRestoreCommand } from '../../src/cli/after-restore.js';
import { caseCommand } from '../../src/cli/case.js';
import { catalogueCommand } from '../../src/cli/catalogue/command.js';
import { configCommand } from '../../src/cli/config/command.js';
import { deadLetterCommand } from '../../src/cli/dead-letter.js';
import { demoCommand } from '../../src/cli/demo/command.js';
import { evidenceCommand } from '../../src/cli/evidence.js';
import { keysCommand } from '../../src/cli/keys/command.js';
import { listenCommand } from '../../src/cli/listen.js';
import { monthsCommand } from '../../src/cli/months.js';
import { operatorCommand } from '../../src/cli/operator/command.js';
import { serveCommand } from '../../src/cli/serve.js';
import { simulateCommand } from '../../src/cli/simulate.js';
import { submitCommand } from '../../src/cli/submit.js';
import { runCommand } from './run-command.js';
import { runUra } from './ura-process.js';

type Make = Parameters<typeof runCommand>[0];

const commands: readonly (readonly [make: Make, path: readonly string[]])[] = [
  [serveCommand, ['serve']],
  [simulateCommand, ['simulate']],
  [submitCommand, ['submit']],
  [caseCommand, ['case', 'submit']],
  [caseCommand, ['case', 'show']],
  [caseCommand, ['case', 'cancel']],
  [caseCommand, ['case', 'retry']],
  [listenCommand, ['listen']],
  [(parts) => keysCommand({ ...parts, defaultFolder: '.ura/keys' }), ['keys', 'generate']],
  [(parts) => keysCommand({ ...parts, defaultFolder: '.ura/keys' }), ['keys', 'list']],
  [configCommand, ['config', 'check']],
  [configCommand, ['config', 'diff']],
  [catalogueCommand, ['catalogue', 'list']],
  [catalogueCommand, ['catalogue', 'show']],
  [adapterCommand, ['adapter', 'list']],
  [adapterCommand, ['adapter', 'check']],
  [adapterCommand, ['adapter', 'new']],
  [evidenceCommand, ['evidence', 'verify']],
  ...['summary', 'list', 'show', 'release', 'rerun', 'cancel', 'disclose', 'answer'].map(
    (name): [Make, string[]] => [operatorCommand, ['operator', name]],
  ),
  [deadLetterCommand, ['dead-letter', 'list']],
  [deadLetterCommand, ['dead-letter', 'show']],
  [deadLetterCommand, ['dead-letter', 'requeue']],
  [deadLetterCommand, ['dead-letter', 'discard']],
  [afterRestoreCommand, ['after-restore']],
  [monthsCommand, ['months', 'list']],
  [monthsCommand, ['months', 'detach']],
  [monthsCommand, ['months', 'attach']],
  [(parts) => demoCommand({ ...parts, terminal: process.stdout }), ['demo']],
];

describe('ura --help', function () {
  this.timeout(30_000);

  for (const [make, path] of commands) {
    it(`ura ${path.join(' ')} --help teaches by example`, async () => {
      const { printed, error } = await runCommand(make, [...path.slice(1), '--help'], {});
      assert.equal(error, '');
      const examples = printed.slice(printed.indexOf('\nExamples'));
      assert.match(examples, /^\nExamples.*:\n\s+\$ /);
      assert.ok(examples.includes(`ura ${path.join(' ')}`), examples);
    });
  }

  it('names every command, and the right one beside a wrong one', async () => {
    const [help, wrong] = await Promise.all([runUra(['--help'], {}), runUra(['sreve'], {})]);
    for (const [, [first]] of commands) assert.match(help.stdout, new RegExp(`^\\s+${first}\\b`, 'm'));
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /unknown command 'sreve'\n\(Did you mean serve\?\)/);
  });
});
