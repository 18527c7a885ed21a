import { addDays } from '../../civil/simulator/calendar.js';
import type { Population } from '../../civil/simulator/register.js';
import { samples } from '../../civil/simulator/samples.js';
import { drawFor } from '../../rest/simulator/draw.js';
import { refusal } from '../../rest/simulator/execute.js';
import type { Question, Reply, SimulatedRegistry } from '../../rest/simulator/registry.js';
import { municipalTaxDefinition } from '../definition.js';
import type { Clearance, ClearanceQuestion, Taxpayer } from '../messages.js';

const municipality = '21';
const indebtedShare = 0.15;
const validDays = 30;

/** The simulated dues office of Fier. */
export function duesOffice(population: Population): SimulatedRegistry {
  const known = samples(population);
  const { divorced, ...clear } = known;

  const owes = ({ number }: Taxpayer): boolean => {
    if (number === divorced) return true;
    if (Object.values(clear).includes(number)) return false;
    return drawFor(population.seed, `dues ${number}`).chance(indebtedShare);
  };

  function clearance({ taxpayer, municipality: asked }: ClearanceQuestion, asOf: string): Reply {
    if (asked !== municipality) return refusal('BAD_REQUEST', 'These are the dues of another municipality.');
    if (taxpayer.kind === 'PERSON' && !population.people.has(taxpayer.number)) {
      return refusal('TAXPAYER_NOT_FOUND', 'No taxpayer has this number.');
    }
    const content: Clearance = {
      taxpayer,
      municipality,
      office: 'Drejtoria e Taksave Vendore, Bashkia Fier',
      status: owes(taxpayer) ? 'DEBT' : 'CLEAR',
      validThrough: addDays(asOf.slice(0, 10), validDays),
      issuedAt: asOf,
    };
    return { kind: 'answer', content };
  }

  const questionOf = ({ body }: Question) => body as unknown as ClearanceQuestion;

  return {
    name: 'municipal-tax',
    openapiPath: municipalTaxDefinition().openapiPath,
    refusals: { BUSY: 503, BAD_REQUEST: 400, TAXPAYER_NOT_FOUND: 404 },
    answer: (question, asOf) => clearance(questionOf(question), asOf),
    answerToAnother(question, asOf) {
      const asked = questionOf(question);
      const [number = ''] = [...population.people.keys()].filter((each) => each !== asked.taxpayer.number);
      return clearance({ ...asked, taxpayer: { kind: 'PERSON', number } }, asOf);
    },
  };
}
