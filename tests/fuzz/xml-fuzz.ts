import fc from 'fast-check';
import { randomDocument } from '../signing/xml/random-documents.js';
import { compareCanonical, compareParsers, type Difference } from './compare-documents.js';
import { verifierComparison } from './compare-verifiers.js';
import { edits, mutate } from './mutate.js';

export interface FuzzOptions {
  readonly comparisons: number;
  /** The same seed and number give the same documents. Messages differ by their keys and times. */
  readonly seed: number;
  /** Called after each batch. */
  readonly onProgress?: (done: number, differences: number) => void;
}

export interface FuzzFinding {
  readonly document: string;
  readonly difference: string;
}

const batchSize = 2_000;
/** Verifying with xml-crypto costs as much as a hundred of the other comparisons. */
const oneMessageIn = 200;

/**
 * Compares our canonicalisation with libxml2's, our parse with saxes' and libxml2's, and our verdicts about signed
 * and mutated messages with xml-crypto's.
 *
 * @returns every difference that is not explained where the two are compared.
 */
export async function fuzz({ comparisons, seed, onProgress }: FuzzOptions): Promise<FuzzFinding[]> {
  const findings: FuzzFinding[] = [];
  const verifiers = await verifierComparison();
  const note = (document: string, difference: Difference) => {
    if (difference !== undefined) findings.push({ document, difference });
  };
  const cases = fc.tuple(randomDocument, edits);
  for (let done = 0; done < comparisons; ) {
    const numRuns = Math.min(batchSize, comparisons - done);
    for (const [index, [document, changes]] of fc.sample(cases, { seed: seed + done, numRuns }).entries()) {
      const turn = done + index;
      if (turn % oneMessageIn === 0) {
        const signed = verifiers.messages[(turn / oneMessageIn) % verifiers.messages.length] as string;
        const message = (turn / oneMessageIn) % 50 === 0 ? signed : mutate(signed, changes);
        note(message, verifiers.compare(message));
      } else if (turn % 2 === 0) {
        note(document.xml, compareCanonical(document));
      } else {
        const text = mutate(document.xml, changes);
        note(text, compareParsers(text));
      }
    }
    done += numRuns;
    onProgress?.(done, findings.length);
  }
  return findings;
}
