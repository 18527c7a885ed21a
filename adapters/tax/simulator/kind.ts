import { generateCompanies } from '../../business/simulator/companies.js';
import type { Population } from '../../civil/simulator/register.js';
import { samples } from '../../civil/simulator/samples.js';
import { restSimulatorKind } from '../../rest/simulator/kind.js';
import type { Sample } from '../../simulator-kind.js';
import { taxOffice } from './tax-office.js';

/** The simulated tax registry: `http-sig` both ways, the people of the civil register and their businesses. */
export const taxSimulator = restSimulatorKind({
  defaultPort: 9303,
  profile: { profile: 'http-sig' },
  registry: (population) => taxOffice(population, generateCompanies(population)),
  samples: taxSamples,
});

function taxSamples(population: Population): Sample[] {
  const known = samples(population);
  const companies = [...generateCompanies(population).values()];
  const companyOf = (nid: string) =>
    companies.find(({ administrators }) => administrators[0]?.nid === nid)?.nuis ?? '';
  const ask = (
    situation: string,
    scheme: 'NID' | 'NUIS',
    notation: string,
    about: string,
    parameters: Sample['parameters'] = {},
  ): Sample => ({ situation, operation: 'clearance', subject: { scheme, notation }, parameters, about });
  return [
    ask('success', 'NID', known.headOfSix, 'a person without debts'),
    ask('success', 'NUIS', companyOf(known.headOfSix), 'a business without debts'),
    ask('debt', 'NID', known.divorced, 'a person in debt; the status alone'),
    ask('debt', 'NUIS', companyOf(known.divorced), 'a business in debt, with the debts', {
      includeDebts: true,
    }),
    ask('empty', 'NID', known.headOfSix, 'debts asked for, and there are none', { includeDebts: true }),
    ask('refusal', 'NID', known.unknown, 'a number that nobody has'),
    {
      ...ask(
        'success',
        'NID',
        known.headOfSix,
        'a certificate, issued and paid each time that it is asked for',
      ),
      operation: 'certificate',
    },
  ];
}
