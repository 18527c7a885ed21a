import { checkLetter } from '../../../contracts/identifiers/check-letter.js';
import type { Population } from '../../civil/simulator/register.js';
import { samples } from '../../civil/simulator/samples.js';
import { restSimulatorKind } from '../../rest/simulator/kind.js';
import type { Sample } from '../../simulator-kind.js';
import { businessRegister, isFromPaper } from './business-register.js';
import { type Companies, generateCompanies } from './companies.js';

/** The simulated business register: `modi-rest` both ways, businesses of the people of the civil register. */
export const businessSimulator = restSimulatorKind({
  defaultPort: 9304,
  profile: { profile: 'modi-rest', issuer: 'business' },
  registry: (population) => businessRegister(generateCompanies(population)),
  samples: businessSamples,
});

function businessSamples(population: Population): Sample[] {
  const known = samples(population);
  const companies = generateCompanies(population);
  const all = [...companies.values()];
  const ofFamily = all.find(({ administrators }) => administrators[0]?.nid === known.headOfSix)?.nuis ?? '';
  const recent = all.find((company) => !isFromPaper(company))?.nuis ?? '';
  const old = all.find(isFromPaper)?.nuis ?? '';
  const extract = (situation: string, notation: string, about: string, historic = false): Sample => ({
    situation,
    operation: 'extract',
    subject: { scheme: 'NUIS', notation },
    parameters: historic ? { historic } : {},
    about,
  });
  const person = (situation: string, notation: string, about: string): Sample => ({
    situation,
    operation: 'companies-of-person',
    subject: { scheme: 'NID', notation },
    parameters: {},
    about,
  });
  return [
    extract('success', ofFamily, 'the company of a family'),
    extract('success', recent, 'a historic extract', true),
    person('success', known.headOfSix, 'somebody who runs a company and owns most of it'),
    person('empty', known.widow, 'somebody without a business'),
    extract('refusal', unknownNuis(companies), 'a number that no business has'),
    extract('late', old, 'a historic extract out of the paper register: promised, and there soon', true),
  ];
}

function unknownNuis(companies: Companies): string {
  for (let serial = 999; ; serial -= 1) {
    const firstNine = `J00101${String(serial).padStart(3, '0')}`;
    const nuis = firstNine + checkLetter(firstNine);
    if (!companies.has(nuis)) return nuis;
  }
}
