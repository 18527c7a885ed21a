import { Command } from 'commander';
import { type CheckResult, checks, runConformance } from '../../../adapters/conformance/run.js';
import { adapterKinds } from '../../../adapters/index.js';
import type { CommandParts } from '../command-parts.js';

interface CheckOptions {
  readonly all: boolean;
  readonly only?: readonly string[];
  readonly json: boolean;
}

const words = { ok: 'ok', failed: 'FAILED', 'not-applicable': 'not applicable' } as const;

/** `ura adapter check` */
export function checkCommand({ print, clock }: Pick<CommandParts, 'print' | 'clock'>): Command {
  const command = new Command('check');
  return command
    .description(
      'drive an adapter against its simulated registry and say what holds; ends with 1 when something does not',
    )
    .argument('[name]', 'which adapter; see ura adapter list')
    .option('--all', 'every adapter', false)
    .option('--only <checks...>', 'only these checks, by their ids')
    .option('--json', 'print an object of results by adapter', false)
    .addHelpText(
      'after',
      `
Keys are made for the run and removed after it; nothing else must be running.

Examples:
  $ ura adapter check civil
  $ ura adapter check --all --json
  $ ura adapter check tax --only unsigned wrong-signer`,
    )
    .action(async (name: string | undefined, { all, only, json }: CheckOptions) => {
      if ((name === undefined) !== all) command.error('error: name one adapter, or give --all');
      const kinds = name === undefined ? Object.values(adapterKinds) : [kindNamed(name)];
      const unknown = only?.find((id) => !checks.some((check) => check.id === id));
      if (unknown !== undefined) {
        command.error(`error: no check ${unknown}; there are ${checks.map(({ id }) => id).join(', ')}`);
      }
      const results: Record<string, CheckResult[]> = {};
      for (const kind of kinds) {
        const of = await runConformance(kind, { clock, ...(only === undefined ? {} : { only }) });
        results[kind.name] = of;
        if (!json) printTable(kind.name, of, print);
      }
      if (json) print(JSON.stringify(results, undefined, 2));
      const failed = Object.values(results)
        .flat()
        .filter(({ verdict }) => verdict === 'failed');
      if (failed.length > 0) throw new Error(`${failed.length} of the checks failed`);
    });

  function kindNamed(name: string) {
    const kind = Object.hasOwn(adapterKinds, name) ? adapterKinds[name] : undefined;
    return (
      kind ?? command.error(`error: no adapter ${name}; there are ${Object.keys(adapterKinds).join(', ')}`)
    );
  }
}

function printTable(name: string, results: readonly CheckResult[], print: CommandParts['print']): void {
  print(`${name}:`);
  const width = Math.max(...results.map(({ id }) => id.length));
  for (const { id, mustHold, verdict, why } of results) {
    print(`  ${id.padEnd(width)}  ${words[verdict].padEnd(14)}  ${why ?? mustHold}`);
    if (verdict === 'failed') print(`  ${' '.repeat(width)}  ${' '.repeat(14)}  must hold: ${mustHold}`);
  }
  const count = (verdict: CheckResult['verdict']) =>
    results.filter((each) => each.verdict === verdict).length;
  print(`  ${count('ok')} ok, ${count('failed')} failed, ${count('not-applicable')} not applicable`);
}
