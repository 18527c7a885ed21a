import { refusal } from '../../rest/simulator/execute.js';
import type { Question, Reply, SimulatedRegistry } from '../../rest/simulator/registry.js';
import { businessDefinition } from '../definition.js';
import type {
  Business,
  CompaniesOfPersonAnswer,
  Extract,
  ExtractQuestion,
  PersonQuestion,
} from '../messages.js';
import type { Companies, Company } from './companies.js';

/** Before this date the register was kept on paper: a historic extract is put together by hand, and comes late. */
const electronicSince = '2005-01-01';
const byHandMs = 1_500;

/** The simulated business register. */
export function businessRegister(companies: Companies): SimulatedRegistry {
  const extractOf = (question: Question) => question.body as unknown as ExtractQuestion;

  function extract(nuis: string, historic: boolean, issuedAt: string): Reply {
    const company = companies.get(nuis);
    if (company === undefined) return refusal('BUSINESS_NOT_FOUND', 'No business has this number.');
    const { administrators, owners, entries } = company;
    const content: Extract = {
      business: businessOf(company),
      administrators,
      owners,
      ...(historic ? { entries } : {}),
      issuedAt,
    };
    return { kind: 'answer', content };
  }

  function companiesOfPerson(nid: string, issuedAt: string): Reply {
    const roles = [...companies.values()].flatMap((company) => {
      const business = businessOf(company);
      return [
        ...(company.administrators.some((each) => each.nid === nid)
          ? [{ business, role: 'ADMINISTRATOR' as const }]
          : []),
        ...(company.owners.some((each) => each.kind === 'PERSON' && each.number === nid)
          ? [{ business, role: 'SHAREHOLDER' as const }]
          : []),
      ];
    });
    const content: CompaniesOfPersonAnswer = { nid, roles, issuedAt };
    return { kind: 'answer', content };
  }

  return {
    name: 'business',
    openapiPath: businessDefinition().openapiPath,
    refusals: { BUSY: 503, BAD_REQUEST: 400, BUSINESS_NOT_FOUND: 404, TICKET_UNKNOWN: 404 },
    answer(question, asOf) {
      if (question.operationId === 'companiesOfPerson') {
        return companiesOfPerson((question.body as unknown as PersonQuestion).nid, asOf);
      }
      const { nuis, historic } = extractOf(question);
      return extract(nuis, historic, asOf);
    },
    answerToAnother(question, asOf) {
      const { nuis, nid, historic } = question.body as unknown as Partial<ExtractQuestion & PersonQuestion>;
      const others = [...companies.values()].filter(
        (company) => company.nuis !== nuis && !company.administrators.some((each) => each.nid === nid),
      );
      const other = others[0];
      return question.operationId === 'companiesOfPerson'
        ? companiesOfPerson(other?.administrators[0]?.nid ?? '', asOf)
        : extract(other?.nuis ?? '', historic === true, asOf);
    },
    lateByMs(question) {
      if (question.operationId !== 'extract') return undefined;
      const { nuis, historic } = extractOf(question);
      return historic && isFromPaper(companies.get(nuis)) ? byHandMs : undefined;
    },
  };
}

/** Whether a historic extract of the business comes late. */
export function isFromPaper(company: Company | undefined): boolean {
  return company !== undefined && company.registeredOn < electronicSince;
}

function businessOf({ nuis, name, legalForm, status, registeredOn, seat }: Company): Business {
  return { nuis, name, legalForm, status, registeredOn, seat };
}
