import { isFromPaper } from '../../../adapters/business/simulator/business-register.js';
import { generateCompanies } from '../../../adapters/business/simulator/companies.js';
import { generatePopulation } from '../../../adapters/civil/simulator/population.js';
import type { CaseDraft, RequestDraft } from '../../../src/client/index.js';
import type { RegistryName } from './configuration.js';

/** Size of the simulated population; every registry of a campaign is started with it. */
export const people = 400;

/**
 * What asking does at the registry: nothing; an act that is done, and paid, each time that it is asked for; or work by
 * hand, so that the answer comes later.
 */
export type Nature = 'question' | 'act' | 'late';

/** One thing that a municipality may ask for. */
export interface Question {
  readonly municipality: '20' | '21';
  readonly registry: RegistryName;
  draft(caseId: string): RequestDraft;
}

/** Questions about ever other people and businesses, by registry, all of them granted. */
export interface Questions {
  next(registries: readonly RegistryName[], natures: readonly Nature[]): Question;
  nextCase(caseId: string): CaseDraft;
}

interface Kind {
  readonly nature: Nature;
  readonly municipality: '20' | '21';
  readonly service: string;
  readonly purpose: string;
}

const kinds: Readonly<Record<RegistryName, readonly Kind[]>> = {
  civil: [
    { nature: 'question', municipality: '20', service: 'AL012031', purpose: 'social-housing' },
    { nature: 'question', municipality: '20', service: 'AL012003', purpose: 'social-housing' },
    { nature: 'question', municipality: '21', service: 'AL012001', purpose: 'residence-proof' },
  ],
  tax: [
    { nature: 'question', municipality: '20', service: 'AL014001', purpose: 'social-housing' },
    { nature: 'act', municipality: '20', service: 'AL014002', purpose: 'local-tax' },
  ],
  business: [
    { nature: 'question', municipality: '20', service: 'AL015002', purpose: 'social-housing' },
    { nature: 'late', municipality: '20', service: 'AL015001', purpose: 'local-tax' },
  ],
};

export function questions(): Questions {
  const population = generatePopulation(2026, people);
  const heads = [...new Set([...population.familyOf.values()].map(({ headNid }) => headNid))];
  const onPaper = [...generateCompanies(population).values()].filter(isFromPaper);
  let asked = 0;
  const head = (): string => heads[asked % heads.length] as string;
  const about = ({ nature }: Kind): Pick<RequestDraft, 'subject' | 'parameters'> =>
    nature === 'late'
      ? {
          subject: { scheme: 'NUIS', notation: onPaper[asked % onPaper.length]?.nuis as string },
          parameters: { historic: true },
        }
      : { subject: { scheme: 'NID', notation: head() } };
  return {
    next(registries, natures) {
      asked += 1;
      const registry = registries[asked % registries.length] as RegistryName;
      const ofRegistry = kinds[registry].filter(({ nature }) => natures.includes(nature));
      const kind = ofRegistry[Math.floor(asked / registries.length) % ofRegistry.length] as Kind;
      const asking = about(kind);
      return {
        municipality: kind.municipality,
        registry,
        draft: (caseId) => ({
          service: kind.service,
          ...asking,
          purpose: kind.purpose,
          legalBasis: 'Ligji 22/2018 për strehimin social, neni 26',
          requester: requesterOf(kind.municipality),
          caseId,
        }),
      };
    },
    nextCase(caseId) {
      asked += 1;
      return {
        applicant: { scheme: 'NID', notation: head() },
        form: { householdSize: 4 },
        requester: requesterOf('20'),
        caseId,
      };
    },
  };
}

function requesterOf(municipality: '20' | '21'): RequestDraft['requester'] {
  const organisation = municipality === '20' ? 'Bashkia Divjakë' : 'Bashkia Fier';
  return { organisation, officer: 'e.hoxha', unit: 'Zyra me një ndalesë' };
}
