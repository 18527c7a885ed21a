import { hash } from 'node:crypto';
import type { Companies } from '../../business/simulator/companies.js';
import { addDays, ageOn } from '../../civil/simulator/calendar.js';
import type { Population } from '../../civil/simulator/register.js';
import { samples } from '../../civil/simulator/samples.js';
import { drawFor } from '../../rest/simulator/draw.js';
import { refusal } from '../../rest/simulator/execute.js';
import type { Question, Reply, SimulatedRegistry } from '../../rest/simulator/registry.js';
import { taxDefinition } from '../definition.js';
import type {
  Certificate,
  CertificateQuestion,
  Clearance,
  ClearanceQuestion,
  Debt,
  Taxpayer,
} from '../messages.js';

const indebted = { people: 0.12, companies: 0.2 };
const validDays = 30;
const feeLek = 200;

/** The simulated tax office: it knows everybody of the population and every business of theirs. */
export function taxOffice(population: Population, companies: Companies): SimulatedRegistry {
  const known = samples(population);
  const homeOfSix = population.familyOf.get(known.headOfSix);
  /** So that each kind of answer can be shown, whatever the seed. */
  const clear = new Set([
    ...Object.values(known).filter((nid) => nid !== known.divorced),
    ...(homeOfSix?.members ?? []).map(({ nid }) => nid),
  ]);

  /** By the well-known people, who decide for their businesses too. */
  const isIndebted = ({ kind, number }: Taxpayer): boolean => {
    const owner = kind === 'PERSON' ? number : companies.get(number)?.administrators[0]?.nid;
    if (owner === known.divorced) return true;
    if (owner !== undefined && clear.has(owner)) return false;
    const person = kind === 'PERSON' ? population.people.get(number) : undefined;
    if (person !== undefined) {
      const isChild = ageOn(population.until, person.dateOfBirth) < 18;
      if (isChild || person.death !== undefined) return false;
    }
    const share = kind === 'PERSON' ? indebted.people : indebted.companies;
    return drawFor(population.seed, `indebted ${number}`).chance(share);
  };

  const debtsOf = (taxpayer: Taxpayer): Debt[] => {
    if (!isIndebted(taxpayer)) return [];
    const draw = drawFor(population.seed, `debts ${taxpayer.number}`);
    return Array.from({ length: draw.whole(1, 3) }, () => {
      const dueOn = addDays(population.until, -draw.whole(30, 900));
      return {
        tax: draw.pick(
          taxpayer.kind === 'PERSON'
            ? (['INCOME_TAX', 'SOCIAL_INSURANCE'] as const)
            : (['VAT', 'PROFIT_TAX', 'SOCIAL_INSURANCE'] as const),
        ),
        period: dueOn.slice(0, 7),
        amountLek: draw.whole(20, 4_000) * 100,
        dueOn,
      };
    });
  };

  const countyOf = ({ kind, number }: Taxpayer): string | undefined =>
    kind === 'BUSINESS'
      ? companies.get(number)?.seat.county
      : (population.familyOf.get(number)?.municipality.countySq ??
        population.people.get(number)?.birth?.municipality.countySq);

  const isKnown = ({ kind, number }: Taxpayer) =>
    kind === 'PERSON' ? population.people.has(number) : companies.has(number);

  function clearance(taxpayer: Taxpayer, includeDebts: boolean, asOf: string): Reply {
    if (!isKnown(taxpayer)) return refusal('TAXPAYER_NOT_FOUND', 'No taxpayer has this number.');
    const debts = debtsOf(taxpayer);
    const content: Clearance = {
      taxpayer,
      taxOffice: `Drejtoria Rajonale Tatimore ${countyOf(taxpayer) ?? 'Tiranë'}`,
      status: debts.length > 0 ? 'DEBT' : 'CLEAR',
      ...(includeDebts ? { debts } : {}),
      validThrough: addDays(asOf.slice(0, 10), validDays),
      issuedAt: asOf,
    };
    return { kind: 'answer', content };
  }

  function certificate(taxpayer: Taxpayer, messageId: string, asOf: string): Reply {
    const reply = clearance(taxpayer, false, asOf);
    if (reply.kind !== 'answer') return reply;
    const certificateNumber = `V-${hash('sha256', messageId, 'hex').slice(0, 10).toUpperCase()}`;
    const content: Certificate = { ...(reply.content as Clearance), certificateNumber, feeLek };
    return { kind: 'answer', content };
  }

  function reply({ operationId, body }: Question, taxpayer: Taxpayer, asOf: string): Reply {
    const { messageId, includeDebts = false } = body as unknown as ClearanceQuestion & typeof body;
    return operationId === 'issueCertificate'
      ? certificate(taxpayer, messageId, asOf)
      : clearance(taxpayer, includeDebts, asOf);
  }

  const taxpayerIn = ({ body }: Question) => (body as unknown as CertificateQuestion).taxpayer;

  return {
    name: 'tax',
    openapiPath: taxDefinition().openapiPath,
    refusals: { BUSY: 503, BAD_REQUEST: 400, TAXPAYER_NOT_FOUND: 404, NOT_EXECUTED: 404 },
    acts: ['issueCertificate'],
    answer: (question, asOf) => reply(question, taxpayerIn(question), asOf),
    answerToAnother(question, asOf) {
      const taxpayer = taxpayerIn(question);
      const numbers = taxpayer.kind === 'PERSON' ? population.people.keys() : companies.keys();
      const [number = ''] = [...numbers].filter((each) => each !== taxpayer.number);
      return reply(question, { ...taxpayer, number }, asOf);
    },
  };
}
