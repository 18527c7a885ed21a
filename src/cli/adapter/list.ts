import { Command } from 'commander';
import { adapterKinds } from '../../../adapters/index.js';
import type { CommandParts } from '../command-parts.js';

/** `ura adapter list` */
export function listCommand({ print }: Pick<CommandParts, 'print'>): Command {
  return new Command('list')
    .description('list the adapters of this program with their operations')
    .option('--json', 'print a list of objects', false)
    .addHelpText(
      'after',
      `
Examples:
  $ ura adapter list
  $ ura adapter list --json`,
    )
    .action(async ({ json }: { readonly json: boolean }) => {
      const listed = await Promise.all(
        Object.values(adapterKinds).map(async (kind) => {
          const { defaultPort, gateway } = await kind.simulator();
          return {
            name: kind.name,
            protocol: kind.protocol,
            profile: gateway.profile.profile,
            simulatorPort: defaultPort,
            operations: kind.operations().map(({ name, evidenceType }) => ({ name, evidenceType })),
          };
        }),
      );
      if (json) {
        print(JSON.stringify(listed, undefined, 2));
        return;
      }
      const width = Math.max(...listed.map(({ name }) => name.length));
      for (const { name, protocol, profile, operations } of listed) {
        const promised = operations.map((operation) => operation.name).join(', ');
        print(`${name.padEnd(width)}  ${protocol}  ${profile.padEnd(18)}  ${promised}`);
      }
    });
}
