import { Command, Option } from 'commander';
import { addAdapter } from '../../../adapters/scaffold/new-adapter.js';
import { ContractUnusable } from '../../../adapters/scaffold/plan.js';
import { findPackageRoot } from '../../package-root.js';
import type { CommandParts } from '../command-parts.js';

interface NewOptions {
  readonly protocol: 'soap' | 'rest';
  readonly from?: string;
  readonly root?: string;
}

/** `ura adapter new` */
export function newCommand({ print }: Pick<CommandParts, 'print'>): Command {
  const command = new Command('new');
  return command
    .description('write a whole new adapter with its simulator, contract, settings and golden messages')
    .argument('<name>', 'lower-case letters and hyphens, for example forest-register')
    .addOption(
      new Option('--protocol <protocol>', 'what the registry speaks')
        .choices(['soap', 'rest'])
        .makeOptionMandatory(),
    )
    .option('--from <file>', 'its OpenAPI document or WSDL; operations are taken from it')
    .option(
      '--root <folder>',
      'the checkout that it is added to; default: the one that this program runs from',
    )
    .addHelpText(
      'after',
      `
Nothing under src/ is touched and nothing is overwritten. What is written compiles and holds the conformance suite;
then put the registry's own words into mapping.ts and simulator/register.ts.

Examples:
  $ ura adapter new forest-register --protocol rest
  $ ura adapter new forest-register --protocol rest --from forest.yaml
  $ ura adapter new cattle-register --protocol soap --from cattle.wsdl`,
    )
    .action(async (name: string, { protocol, from, root = findPackageRoot() }: NewOptions) => {
      try {
        const added = await addAdapter({ name, protocol, root, ...(from === undefined ? {} : { from }) });
        for (const file of added.files) print(file);
        print(`operations: ${added.operations.join(', ')}`);
        for (const { operation, why } of added.leftOut) print(`left out: ${operation}. ${why}`);
        print('');
        print('Then:');
        print('  node scripts/generate-types.mjs && npm run format && npm run build');
        print(`  ura adapter check ${name}`);
        print(`  ura simulate ${name}    listens on port ${added.port}, with development keys of its own`);
        print(`and grant it to a client in config/policies/.`);
      } catch (error) {
        if (error instanceof ContractUnusable) command.error(`error: ${error.message}`);
        throw error;
      }
    });
}
