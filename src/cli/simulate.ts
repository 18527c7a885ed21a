import { Argument, Command, InvalidArgumentError } from 'commander';
import { adapterKinds } from '../../adapters/index.js';
import { type Simulator, standardBehaviours } from '../../adapters/simulator-kind.js';
import { readConfig } from '../config/read-config.js';
import { configFolderOf, dataFolderOf, prepareDevelopmentKeys } from '../environment.js';
import type { CommandParts } from './command-parts.js';

interface SimulateOptions {
  readonly port?: number;
  readonly seed: number;
  readonly people: number;
  readonly journal?: string;
}

/** `ura simulate <registry...>` */
export function simulateCommand({ print, variables, clock, asked }: CommandParts): Command {
  return new Command('simulate')
    .description('run simulated registries that sign and verify for real')
    .addArgument(new Argument('<registry...>', 'which ones').choices(Object.keys(adapterKinds)))
    .option('--port <port>', 'where to listen on 127.0.0.1; each registry has its own default', wholeNumber)
    .option('--seed <seed>', 'the same seed gives the same people, in every registry', wholeNumber, 2026)
    .option('--people <count>', 'size of the population', wholeNumber, 2000)
    .option(
      '--journal <file>',
      'write one JSON line for each execution and each repetition to this file: time, registry, operation, messageId, event',
    )
    .addHelpText(
      'after',
      `
Behaviours, on command while it runs (${standardBehaviours.join(', ')}; some
registries have more, and GET /control lists them all):
  $ curl -d '{"behaviour":"slow","delayMs":3000}' http://127.0.0.1:9301/control
  $ curl -d '{"behaviour":"down","count":5}' http://127.0.0.1:9301/control
  $ curl -d '{"behaviour":"drop-after-execution","every":2}' http://127.0.0.1:9301/control
  $ curl -d '{"behaviour":"normal"}' http://127.0.0.1:9301/control
  $ curl http://127.0.0.1:9301/control
      the present behaviour and counters; /journal lists what was executed

Examples:
  $ ura simulate civil
  $ ura simulate tax
  $ ura simulate civil property tax business municipal-tax adisa
      all of them in one process, each at the port where the configuration looks for it
  $ ura simulate civil --port 9400 --people 5000 --journal civil.jsonl`,
    )
    .action(async (registries: readonly string[], options: SimulateOptions, command: Command) => {
      if (registries.length > 1 && options.port !== undefined)
        command.error('error: --port is for one registry alone');
      const data = dataFolderOf(variables);
      const keysFolder = await prepareDevelopmentKeys(variables, clock);
      const config = await readConfig(configFolderOf(variables), { ...variables, URA_DATA: data });
      const population = { seed: options.seed, people: options.people };
      const running: Simulator[] = [];
      try {
        for (const registry of new Set(registries)) {
          const settings = config.adapters.find(({ name }) => name === registry);
          const kind = await adapterKinds[registry]?.simulator();
          if (!kind) throw new Error(`there is no simulated registry ${registry}`);
          const configured = registries.length > 1 ? portOf(settings?.endpoint) : undefined;
          const simulator = await kind.start({
            ...population,
            port: options.port ?? configured ?? kind.defaultPort,
            keysFolder,
            clock,
            callbackUrl: `${config.gateway.publicOrigins[0]}/v1/callbacks/${registry}`,
            ...(settings ? { publicUrl: settings.to } : {}),
            ...(options.journal === undefined ? {} : { journalFile: options.journal }),
          });
          running.push(simulator);
          print(`${registry} registry: ${simulator.endpoint}`);
          print(`control: ${simulator.url}/control`);
          print('to ask for, for example:');
          for (const { situation, operation, subject, parameters, about } of kind.samples(population)) {
            const given = Object.keys(parameters).length === 0 ? '' : ` ${JSON.stringify(parameters)}`;
            print(
              `  ${situation.padEnd(8)} ${operation} ${subject.scheme} ${subject.notation}${given}: ${about}`,
            );
          }
        }
        await asked;
      } finally {
        await Promise.all(running.map((simulator) => simulator.close()));
      }
    });
}

/** Of an address on this machine; a registry cannot be simulated at another one. */
function portOf(endpoint: string | undefined): number | undefined {
  if (endpoint === undefined) return undefined;
  const { hostname, port } = new URL(endpoint);
  return ['127.0.0.1', 'localhost'].includes(hostname) && port !== '' ? Number(port) : undefined;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}
