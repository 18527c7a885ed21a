import type { Population } from '../../civil/simulator/register.js';
import { samples } from '../../civil/simulator/samples.js';
import { restSimulatorKind } from '../../rest/simulator/kind.js';
import type { Sample } from '../../simulator-kind.js';
import { duesOffice } from './dues-office.js';

/** The simulated local-dues system of Fier (21): `http-sig` both ways, the people of the civil register. */
export const municipalTaxSimulator = restSimulatorKind({
  defaultPort: 9305,
  profile: { profile: 'http-sig' },
  options: (address) => ({ systems: { '21': { ...address, keyIds: ['dev-municipal-tax'] } } }),
  registry: (population) => duesOffice(population),
  samples: duesSamples,
});

function duesSamples(population: Population): Sample[] {
  const known = samples(population);
  const ask = (situation: string, notation: string, about: string, municipality = '21'): Sample => ({
    situation,
    operation: 'clearance',
    subject: { scheme: 'NID', notation },
    parameters: { municipality },
    about,
  });
  return [
    ask('success', known.headOfSix, 'somebody who owes Fier nothing'),
    ask('debt', known.divorced, 'somebody who owes Fier local dues'),
    ask('refusal', known.unknown, 'a number that nobody has'),
    ask('manual', known.married, 'dues of Lushnjë, which has no system: its officers answer', '22'),
  ];
}
