import type { Population } from '../../civil/simulator/register.js';
import { samples } from '../../civil/simulator/samples.js';
import { restSimulatorKind } from '../../rest/simulator/kind.js';
import type { Sample } from '../../simulator-kind.js';
import { counters } from './counters.js';

/** The simulated counters of ADISA: `http-sig` both ways, the people of the civil register. */
export const adisaSimulator = restSimulatorKind({
  defaultPort: 9306,
  profile: { profile: 'http-sig' },
  registry: (population) => counters(population),
  samples: counterSamples,
});

function counterSamples(population: Population): Sample[] {
  const known = samples(population);
  const ask = (situation: string, documentKind: string, notation: string, about: string): Sample => ({
    situation,
    operation: 'counter-document',
    subject: { scheme: 'NID', notation },
    parameters: { documentKind },
    about,
  });
  return [
    ask('success', 'APPOINTMENT', known.headOfSix, 'an appointment at a counter'),
    ask('success', 'APPLICATION_RECEIPT', known.married, 'the receipt of an application'),
    ask('success', 'ISSUED_DOCUMENT', known.widow, 'a document that a counter issued'),
    ask('refusal', 'APPOINTMENT', known.unknown, 'a number that nobody has'),
  ];
}
