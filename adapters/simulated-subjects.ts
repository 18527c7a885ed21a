import { checkLetter } from '../contracts/identifiers/check-letter.js';
import { generateCompanies } from './business/simulator/companies.js';
import type { Population } from './civil/simulator/register.js';
import { samples } from './civil/simulator/samples.js';
import { deriveCadastre } from './property/simulator/cadastre.js';
import type { Sample } from './simulator-kind.js';

/** Those whom a simulated registry can know: the same people, businesses and properties in every registry. */
export interface SimulatedSubjects {
  /** Notations, at least two. */
  readonly known: readonly string[];
  /** A right number that nobody has. */
  readonly unknown: string;
}

/** All subjects of one scheme in a population; those whom one can ask to see something come first. */
export function subjectsOf(population: Population, scheme: 'NID' | 'NUIS' | 'PROPERTY'): SimulatedSubjects {
  switch (scheme) {
    case 'NID': {
      const { unknown, ...wellKnown } = samples(population);
      const first = [wellKnown.headOfSix, wellKnown.widow];
      return { known: [...new Set([...first, ...population.people.keys()])], unknown };
    }
    case 'NUIS': {
      const known = [...generateCompanies(population).keys()];
      return { known, unknown: unusedNuis(known) };
    }
    case 'PROPERTY': {
      const known = [...deriveCadastre(population).properties.keys()];
      return { known, unknown: '0001/0/0' };
    }
  }
}

/**
 * Questions of one operation: about one whom the register knows, and about one whom nobody knows.
 *
 * @param refuses whether it refuses the second. Default true.
 */
export function samplesOf(
  population: Population,
  operation: string,
  scheme: 'NID' | 'NUIS' | 'PROPERTY',
  parameters: Sample['parameters'],
  refuses = true,
): Sample[] {
  const { known, unknown } = subjectsOf(population, scheme);
  const about = (situation: string, notation: string, words: string): Sample => ({
    situation,
    operation,
    subject: { scheme, notation },
    parameters,
    about: words,
  });
  return [
    about('success', known[0] ?? '', 'one whom the register knows'),
    ...(refuses ? [about('refusal', unknown, 'a number that nobody has')] : []),
  ];
}

function unusedNuis(known: readonly string[]): string {
  for (let serial = 999; ; serial -= 1) {
    const firstNine = `J00101${String(serial).padStart(3, '0')}`;
    const nuis = firstNine + checkLetter(firstNine);
    if (!known.includes(nuis)) return nuis;
  }
}
