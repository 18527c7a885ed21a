import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SoapChoice } from '../../../src/signing/profiles/index.js';
import { parseControlOf } from '../../civil/simulator/faults.js';
import { generatePopulation } from '../../civil/simulator/population.js';
import type { SimulatorKind } from '../../simulator-kind.js';
import { deriveCadastre } from './cadastre.js';
import { behaviours } from './faults.js';
import { faultCodes } from './protocol.js';
import { samples } from './samples.js';
import { startPropertySimulator } from './start.js';

const defaultSeed = 2026;
const defaultPeople = 2000;

/** The simulated cadastre behind the interface that all simulators share. */
export const propertySimulator: SimulatorKind<SoapChoice> = {
  gateway: { profile: { profile: 'wss-x509-integrity' } },
  defaultPort: 9302,
  async start({ keysFolder, ...settings }) {
    const read = (file: string): Promise<string> => readFile(join(keysFolder, file), 'utf8');
    const simulator = await startPropertySimulator({
      ...settings,
      privateKeyPem: await read('property-wss.key.pem'),
      certificatePem: await read('property-wss.cert.pem'),
      gatewayCertificatesPem: [await read('gateway-wss.cert.pem')],
    });
    return {
      url: simulator.url,
      endpoint: simulator.soapUrl,
      port: simulator.port,
      control(control) {
        const parsed = parseControlOf(JSON.stringify(control), behaviours, faultCodes);
        if (!parsed.ok) throw new TypeError(parsed.reason);
        simulator.control(parsed.control);
      },
      journal: () => ({ executed: simulator.journal.executed, repeated: simulator.journal.repeated }),
      close: () => simulator.close(),
    };
  },
  samples({ seed = defaultSeed, people = defaultPeople }) {
    const population = generatePopulation(seed, people);
    const known = samples(population, deriveCadastre(population));
    const card = (situation: string, notation: string, about: string) => ({
      situation,
      operation: 'property-card',
      subject: { scheme: 'PROPERTY' as const, notation },
      parameters: {},
      about,
    });
    const ownership = (situation: string, subject: (typeof known)['owner'], about: string) => ({
      situation,
      operation: 'ownership',
      subject,
      parameters: {},
      about,
    });
    return [
      ownership('success', known.owner, 'a person who owns half of a flat in Tirana'),
      ownership('success', known.business, 'a business with premises'),
      card('success', known.property, 'the card of that flat'),
      ownership('empty', known.without, 'a person who owns nothing: the negative certificate'),
      card('refusal', known.unknownProperty, 'a number that no property has'),
      {
        ...card(
          'success',
          known.property,
          'a prohibition on that flat, entered each time that it is asked for',
        ),
        operation: 'register-prohibition',
        parameters: { grounds: 'Ligji 111/2018, neni 45' },
      },
    ];
  },
};
