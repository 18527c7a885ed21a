import { addDays } from '../../civil/simulator/calendar.js';
import type { Population } from '../../civil/simulator/register.js';
import { samples } from '../../civil/simulator/samples.js';
import { drawFor } from '../../rest/simulator/draw.js';
import { refusal } from '../../rest/simulator/execute.js';
import type { Question, Reply, SimulatedRegistry } from '../../rest/simulator/registry.js';
import { adisaDefinition } from '../definition.js';
import type { CounterAnswer, CounterQuestion } from '../messages.js';

const share = 0.4;
const names = {
  APPOINTMENT: 'Takim për pajisje me kartë identiteti',
  APPLICATION_RECEIPT: 'Vërtetim aplikimi për certifikatë pronësie',
  ISSUED_DOCUMENT: 'Vërtetim i gjendjes gjyqësore',
} as const;

/** The simulated counters: documents for a share of the people, and for those whom one can ask to see something. */
export function counters(population: Population): SimulatedRegistry {
  const { unknown: _, ...known } = samples(population);

  function document({ nid, documentKind }: CounterQuestion, asOf: string): Reply {
    const draw = drawFor(population.seed, `${documentKind} ${nid}`);
    const has = Object.values(known).includes(nid) || draw.chance(share);
    if (!population.people.has(nid) || !has) {
      return refusal('DOCUMENT_NOT_FOUND', 'No counter has such a document for this person.');
    }
    const day = addDays(population.until, -draw.whole(1, 90));
    const office = 'ADISA, qendra e integruar Divjakë';
    const content: CounterAnswer = {
      nid,
      documentKind,
      number: `AD-${day.slice(0, 4)}-${String(draw.whole(1, 999_999)).padStart(6, '0')}`,
      name: names[documentKind],
      office,
      ...(documentKind === 'ISSUED_DOCUMENT' ? { validFrom: day, validThrough: addDays(day, 90) } : {}),
      ...(documentKind === 'APPOINTMENT'
        ? {
            appointment: {
              office: `${office}, sporteli ${draw.whole(1, 8)}`,
              at: `${addDays(asOf.slice(0, 10), draw.whole(1, 14))}T09:30:00Z`,
            },
          }
        : {}),
      issuedAt: asOf,
    };
    return { kind: 'answer', content };
  }

  const questionOf = ({ body }: Question) => body as unknown as CounterQuestion;

  return {
    name: 'adisa',
    openapiPath: adisaDefinition().openapiPath,
    refusals: { BUSY: 503, BAD_REQUEST: 400, DOCUMENT_NOT_FOUND: 404 },
    answer: (question, asOf) => document(questionOf(question), asOf),
    answerToAnother(question, asOf) {
      const asked = questionOf(question);
      const nid = asked.nid === known.headOfSix ? known.widow : known.headOfSix;
      return document({ ...asked, nid }, asOf);
    },
  };
}
