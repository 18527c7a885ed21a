import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SoapChoice } from '../../../src/signing/profiles/index.js';
import type { Sample, SimulatorKind } from '../../simulator-kind.js';
import { parseControl } from './faults.js';
import { generatePopulation } from './population.js';
import { samples } from './samples.js';
import { startCivilSimulator } from './start.js';

const defaultSeed = 2026;
const defaultPeople = 2000;

/** The simulated civil status registry behind the interface that all simulators share. */
export const civilSimulator: SimulatorKind<SoapChoice> = {
  gateway: { profile: { profile: 'wss-x509-integrity' } },
  defaultPort: 9301,
  async start({ keysFolder, ...settings }) {
    const read = (file: string): Promise<string> => readFile(join(keysFolder, file), 'utf8');
    const simulator = await startCivilSimulator({
      ...settings,
      privateKeyPem: await read('civil-wss.key.pem'),
      certificatePem: await read('civil-wss.cert.pem'),
      gatewayCertificatesPem: [await read('gateway-wss.cert.pem')],
    });
    return {
      url: simulator.url,
      endpoint: simulator.soapUrl,
      port: simulator.port,
      control(control) {
        const parsed = parseControl(JSON.stringify(control));
        if (!parsed.ok) throw new TypeError(parsed.reason);
        simulator.control(parsed.control);
      },
      journal: () => ({ executed: simulator.journal.executed, repeated: simulator.journal.repeated }),
      close: () => simulator.close(),
    };
  },
  samples({ seed = defaultSeed, people = defaultPeople }) {
    const known = samples(generatePopulation(seed, people));
    const ask = (
      situation: string,
      operation: string,
      notation: string,
      about: string,
      parameters: Sample['parameters'] = {},
    ): Sample => ({ situation, operation, subject: { scheme: 'NID', notation }, parameters, about });
    return [
      ask('success', 'family-composition', known.headOfSix, 'head of a family of six'),
      ask('success', 'person', known.married, 'a married person'),
      ask('success', 'civil-fact', known.childOfSix, 'birth of a child', { factKind: 'BIRTH' }),
      ask('success', 'residence', known.single, 'where a person is registered'),
      ask('empty', 'family-composition', known.widow, 'a widow who lives alone: no other members'),
      ask('refusal', 'family-composition', known.unknown, 'a number that nobody has'),
      ask('manual', 'civil-fact', known.onPaper, 'a birth that stands in a paper book only', {
        factKind: 'BIRTH',
      }),
    ];
  },
};
