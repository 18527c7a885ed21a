import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Argument, Command, InvalidArgumentError } from 'commander';
import { behaviours } from '../../adapters/civil/simulator/faults.js';
import { samples } from '../../adapters/civil/simulator/samples.js';
import { startCivilSimulator } from '../../adapters/civil/simulator/start.js';
import { readConfig } from '../config/read-config.js';
import { configFolderOf, dataFolderOf, prepareDevelopmentKeys } from '../environment.js';
import type { CommandParts } from './command-parts.js';

interface SimulateOptions {
  readonly port: number;
  readonly seed: number;
  readonly people: number;
  readonly journal?: string;
}

/** `ura simulate <registry>` */
export function simulateCommand({ print, variables, clock, asked }: CommandParts): Command {
  return new Command('simulate')
    .description('run a simulated registry that signs and verifies for real')
    .addArgument(new Argument('<registry>', 'which one').choices(['civil']))
    .option('--port <port>', 'where to listen on 127.0.0.1', wholeNumber, 9301)
    .option('--seed <seed>', 'the same seed gives the same people', wholeNumber, 2026)
    .option('--people <count>', 'size of the population', wholeNumber, 2000)
    .option('--journal <file>', 'write every executed message id to this file')
    .addHelpText(
      'after',
      `
Behaviours, on command while it runs (${Object.keys(behaviours).join(', ')}):
  $ curl -d '{"behaviour":"slow","delayMs":3000}' http://127.0.0.1:9301/control
  $ curl -d '{"behaviour":"down","count":5}' http://127.0.0.1:9301/control
  $ curl -d '{"behaviour":"normal"}' http://127.0.0.1:9301/control
  $ curl http://127.0.0.1:9301/control
      the present behaviour and counters; /journal lists what was executed

Examples:
  $ ura simulate civil
  $ ura simulate civil --port 9400 --people 5000 --journal civil.jsonl`,
    )
    .action(async (_registry: 'civil', options: SimulateOptions) => {
      const data = dataFolderOf(variables);
      const keys = await prepareDevelopmentKeys(variables, clock);
      const config = await readConfig(configFolderOf(variables), { ...variables, URA_DATA: data });
      const settings = config.adapters.find(({ name }) => name === 'civil');
      const read = (file: string): Promise<string> => readFile(join(keys, file), 'utf8');
      const simulator = await startCivilSimulator({
        port: options.port,
        seed: options.seed,
        people: options.people,
        privateKeyPem: await read('civil-wss.key.pem'),
        certificatePem: await read('civil-wss.cert.pem'),
        gatewayCertificatesPem: [await read('gateway-wss.cert.pem')],
        clock,
        ...(settings ? { publicUrl: settings.to } : {}),
        ...(options.journal === undefined ? {} : { journalFile: options.journal }),
      });
      const known = samples(simulator.population);
      print(`civil registry: ${simulator.soapUrl}`);
      print(`control:        ${simulator.url}/control`);
      print(`people:         ${simulator.population.people.size}, for example`);
      for (const [who, nid] of Object.entries(known)) print(`  ${who.padEnd(12)} ${nid}`);
      await asked;
      await simulator.close();
    });
}

function wholeNumber(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}
