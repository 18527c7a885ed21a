import { type CivilPerson, civilStatusOf } from '../../../adapters/civil/simulator/register.js';
import type { CivilStatusRecord } from '../../../contracts/canonical/types.js';
import type { ManualAnswer, OfficerTask, UraClient } from '../../client/index.js';
import { onePagePdf } from './paper.js';
import { waitFor } from './wait-for.js';

/**
 * The officer who keeps the books: waits for the question to appear on the list of tasks, looks the act up, and
 * answers with what stands there and the scanned page.
 *
 * @param taskOf id of the request that waits; undefined while there is none yet.
 */
export async function answerFromBook(
  ura: UraClient,
  taskOf: () => Promise<string | undefined>,
  person: CivilPerson,
  { organisation, limitMs, signal }: { organisation: string; limitMs: number; signal: AbortSignal },
): Promise<void> {
  let task: OfficerTask | undefined;
  await waitFor('the task of the officer', limitMs, signal, async () => {
    const id = await taskOf();
    task = id === undefined ? undefined : await findTask(ura, id);
    return task !== undefined;
  });
  if (task === undefined) return;
  await ura.answerByHand(task.id, answerTo(task, person, organisation));
}

/** Others may wait as well, of an earlier run in the same database. */
async function findTask(ura: UraClient, id: string): Promise<OfficerTask | undefined> {
  for (let after: string | undefined; ; ) {
    const page = await ura.officerTasks({ limit: 100, ...(after === undefined ? {} : { after }) });
    const found = page.items.find((task) => task.id === id);
    if (found !== undefined || page.next === undefined) return found;
    after = page.next;
  }
}

function answerTo(task: OfficerTask, person: CivilPerson, organisation: string): ManualAnswer {
  const { birth, father, mother } = person;
  if (birth === undefined) throw new Error('nobody entered this birth');
  const named = ({ givenName, familyName }: CivilPerson['father']) => ({ givenName, familyName });
  const evidence: CivilStatusRecord = {
    person: {
      identifier: { scheme: 'NID', notation: person.nid },
      givenName: person.givenName,
      familyName: person.familyName,
      patronymicName: person.patronymicName,
      sex: person.sex,
      dateOfBirth: person.dateOfBirth,
      placeOfBirth: person.placeOfBirth,
      citizenship: person.citizenship,
    },
    civilStatus: civilStatusOf(person),
    maritalEvents: [],
    fact: {
      kind: 'BIRTH',
      date: birth.date,
      place: person.placeOfBirth,
      mother: named(mother),
      father: named(father),
    },
    registerReference: birth.reference,
    municipalityCode: birth.municipality.code,
    asOf: task.acceptedAt,
    source: 'book',
  };
  const page = onePagePdf([
    'AKT LINDJEJE',
    `Nr. ${birth.reference}`,
    `${person.givenName} ${person.familyName}`,
    birth.date,
  ]);
  return {
    officer: { organisation, officer: 'l.marku', unit: 'Zyra e gjendjes civile' },
    reason: `Libri i lindjeve ${birth.date.slice(0, 4)}`,
    evidence,
    document: { name: 'akt-lindjeje.pdf', mediaType: 'application/pdf', content: page.toString('base64') },
  };
}
