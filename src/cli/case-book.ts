import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResultValue } from '../client/index.js';

/** One citizen matter, as a municipal workflow would keep it. */
export interface MunicipalCase {
  readonly caseId: string;
  /** How many results have come for it. */
  readonly step: number;
  /** `progressing` while every result is an answer, `needs-officer` once one is not. */
  readonly state: 'progressing' | 'needs-officer';
  readonly results: readonly {
    readonly requestId: string;
    readonly service: string;
    readonly state: string;
  }[];
}

/** The cases of the reference workflow, kept in one file. */
export interface CaseBook {
  /** Advances the case of a result. Repeating the same request's result changes nothing. */
  advance(value: Pick<ResultValue, 'caseId' | 'requestId' | 'service' | 'state'>): Promise<MunicipalCase>;
}

export async function openCaseBook(folder: string): Promise<CaseBook> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'cases.json');
  const cases = new Map<string, MunicipalCase>(
    Object.entries(
      JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Record<string, MunicipalCase>,
    ),
  );
  return {
    async advance({ caseId, requestId, service, state }) {
      const known = cases.get(caseId) ?? { caseId, step: 0, state: 'progressing', results: [] };
      if (known.results.some((result) => result.requestId === requestId)) return known;
      const advanced: MunicipalCase = {
        caseId,
        step: known.step + 1,
        state: state === 'answered' ? known.state : 'needs-officer',
        results: [...known.results, { requestId, service, state }],
      };
      cases.set(caseId, advanced);
      // Written beside and renamed over, so that a crash leaves the old file or the new one, never half.
      await writeFile(`${file}.new`, JSON.stringify(Object.fromEntries(cases)));
      await rename(`${file}.new`, file);
      return advanced;
    },
  };
}
