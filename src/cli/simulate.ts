import { Argument, Command, InvalidArgumentError } from 'commander';
import { adapterKinds } from '../../adapters/index.js';
import { standardBehaviours } from '../../adapters/simulator-kind.js';
import { readConfig } from '../config/read-config.js';
import { configFolderOf, dataFolderOf, prepareDevelopmentKeys } from '../environment.js';
import type { CommandParts } from './command-parts.js';

interface SimulateOptions {
  readonly port?: number;
  readonly seed: number;
  readonly people: number;
  readonly journal?: string;
}

/** `ura simulate <registry>` */
export function simulateCommand({ print, variables, clock, asked }: CommandParts): Command {
  return new Command('simulate')
    .description('run a simulated registry that signs and verifies for real')
    .addArgument(new Argument('<registry>', 'which one').choices(Object.keys(adapterKinds)))
    .option('--port <port>', 'where to listen on 127.0.0.1; each registry has its own default', wholeNumber)
    .option('--seed <seed>', 'the same seed gives the same people, in every registry', wholeNumber, 2026)
    .option('--people <count>', 'size of the population', wholeNumber, 2000)
    .option('--journal <file>', 'write every executed message id to this file')
    .addHelpText(
      'after',
      `
Behaviours, on command while it runs (${standardBehaviours.join(', ')}; some
registries have more, and GET /control lists them all):
  $ curl -d '{"behaviour":"slow","delayMs":3000}' http://127.0.0.1:9301/control
  $ curl -d '{"behaviour":"down","count":5}' http://127.0.0.1:9301/control
  $ curl -d '{"behaviour":"normal"}' http://127.0.0.1:9301/control
  $ curl http://127.0.0.1:9301/control
      the present behaviour and counters; /journal lists what was executed

Examples:
  $ ura simulate civil
  $ ura simulate tax
  $ ura simulate civil --port 9400 --people 5000 --journal civil.jsonl`,
    )
    .action(async (registry: string, options: SimulateOptions) => {
      const data = dataFolderOf(variables);
      const keysFolder = await prepareDevelopmentKeys(variables, clock);
      const config = await readConfig(configFolderOf(variables), { ...variables, URA_DATA: data });
      const settings = config.adapters.find(({ name }) => name === registry);
      const kind = await adapterKinds[registry]?.simulator();
      if (!kind) throw new Error(`there is no simulated registry ${registry}`);
      const population = { seed: options.seed, people: options.people };
      const simulator = await kind.start({
        ...population,
        port: options.port ?? kind.defaultPort,
        keysFolder,
        clock,
        callbackUrl: `${config.gateway.publicOrigins[0]}/v1/callbacks/${registry}`,
        ...(settings ? { publicUrl: settings.to } : {}),
        ...(options.journal === undefined ? {} : { journalFile: options.journal }),
      });
      print(`${registry} registry: ${simulator.endpoint}`);
      print(`control: ${simulator.url}/control`);
      print('to ask for, for example:');
      for (const { situation, operation, subject, parameters, about } of kind.samples(population)) {
        const given = Object.keys(parameters).length === 0 ? '' : ` ${JSON.stringify(parameters)}`;
        print(
          `  ${situation.padEnd(8)} ${operation} ${subject.scheme} ${subject.notation}${given}: ${about}`,
        );
      }
      await asked;
      await simulator.close();
    });
}

function wholeNumber(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}
