import { type Content, type Element, element, writeXml } from '../../soap/simulator/write-xml.js';
import { isOfBookYears } from './books.js';
import { addYears, earliest } from './calendar.js';
import { civilNamespace, type FactKind, type FaultCode, type OperationName } from './protocol.js';
import {
  type Act,
  type CivilPerson,
  civilStatusOf,
  type Family,
  type Marriage,
  type NamedPerson,
  type Population,
} from './register.js';

/** A question whose signature and schema are already checked. */
export interface Question {
  readonly operation: OperationName;
  readonly nid: string;
  /** Of GetCivilFact. */
  readonly factKind?: FactKind;
}

export type Answer =
  | {
      readonly kind: 'answer';
      /** The one child of Body, in canonical form. */
      readonly xml: string;
    }
  | {
      readonly kind: 'fault';
      readonly code: FaultCode;
      readonly message: string;
      /** Of IN_PAPER_BOOK: the municipality that keeps the book. */
      readonly municipalityCode?: string;
    };

/**
 * Answers a question from the population. The same question as of the same moment has the same answer, to the
 * byte; nothing is remembered.
 *
 * @param asOf milliseconds since the epoch; goes into the answer.
 */
export function answerFrom(population: Population, question: Question, asOf: number): Answer {
  const person = population.people.get(question.nid);
  if (person === undefined) return fault('PERSON_NOT_FOUND', 'No person has this number.');
  // Milliseconds are left out: xs:dateTime allows fractions, but registries rarely write them.
  const moment = `${new Date(asOf).toISOString().slice(0, 19)}Z`;
  switch (question.operation) {
    case 'GetPerson':
      return answer('GetPersonResponse', [
        ['Person', personXml(population, person)],
        ['CivilStatus', civilStatusOf(person)],
        ['AsOf', moment],
        ['Source', 'REGISTER'],
      ]);
    case 'GetFamilyComposition':
      return familyOf(population, person, moment);
    case 'GetCivilFact':
      return factOf(population, person, question.factKind, moment);
    case 'GetResidence':
      return residenceOf(population, person, moment);
  }
}

function familyOf(population: Population, person: CivilPerson, moment: string): Answer {
  const family = population.familyOf.get(person.nid);
  const head = family && population.people.get(family.headNid);
  if (family === undefined || head === undefined) {
    return fault('PERSON_NOT_FOUND', 'The person with this number is dead and belongs to no family.');
  }
  const members = family.members.flatMap(({ nid, relationToHead }): Element[] => {
    const member = population.people.get(nid);
    if (member === undefined) return [];
    return [
      [
        'Member',
        [
          ['Person', personXml(population, member)],
          ['RelationToHead', relationToHead],
        ],
      ],
    ];
  });
  return answer('GetFamilyCompositionResponse', [
    ['Head', personXml(population, head)],
    ['Members', members],
    ['Address', addressXml(family)],
    ['AsOf', moment],
  ]);
}

function residenceOf(population: Population, person: CivilPerson, moment: string): Answer {
  const family = population.familyOf.get(person.nid);
  if (family === undefined) {
    return fault('PERSON_NOT_FOUND', 'The person with this number is dead and lives nowhere.');
  }
  return answer('GetResidenceResponse', [
    ['Nid', person.nid],
    ['Address', addressXml(family)],
    ['Since', residentSince(person, family, population.until)],
    ['AsOf', moment],
  ]);
}

/** Children from their birth, others from the day of their wedding or of the divorce, or since they are of age. */
function residentSince(person: CivilPerson, { members }: Family, until: string): string {
  const relation = members.find(({ nid }) => nid === person.nid)?.relationToHead;
  if (relation === 'SON' || relation === 'DAUGHTER') return person.dateOfBirth;
  const marriage = person.marriages.at(-1);
  if (marriage?.ended?.kind === 'DIVORCE') return marriage.ended.date;
  return marriage?.act.date ?? earliest(addYears(person.dateOfBirth, 18), until);
}

function factOf(
  population: Population,
  person: CivilPerson,
  kind: FactKind | undefined,
  moment: string,
): Answer {
  const marriage = person.marriages.at(-1);
  const acts: Record<FactKind, Act | undefined> = {
    BIRTH: person.birth,
    MARRIAGE: marriage?.act,
    DEATH: person.death,
  };
  const act = kind && acts[kind];
  if (kind === undefined || act === undefined) {
    return fault('FACT_NOT_FOUND', 'The register holds no such act of this person.');
  }
  if (population.onPaperOnly.has(act.reference)) {
    const message = 'The act stands in a paper book that was not transcribed; its office answers by hand.';
    return { ...fault('IN_PAPER_BOOK', message), municipalityCode: act.municipality.code };
  }
  const parties: Content = [
    ...(kind === 'BIRTH'
      ? [element('Mother', namedXml(person.mother)), element('Father', namedXml(person.father))]
      : []),
    ...(kind === 'MARRIAGE' && marriage ? [element('Spouse', namedXml(otherSpouse(marriage, person)))] : []),
  ];
  return answer('GetCivilFactResponse', [
    ['Person', personXml(population, person)],
    ['CivilStatus', civilStatusOf(person)],
    ['MaritalEvents', person.marriages.flatMap((each) => eventsXml(each, person))],
    ['Fact', [['Kind', kind], ['Date', act.date], ['Place', act.municipality.nameSq], ...parties]],
    ['RegisterReference', act.reference],
    ['MunicipalityCode', act.municipality.code],
    ['AsOf', moment],
    ['Source', isOfBookYears(act) ? 'BOOK' : 'REGISTER'],
  ]);
}

function personXml(population: Population, person: CivilPerson): Content {
  const family = population.familyOf.get(person.nid);
  return [
    ['Nid', person.nid],
    ['GivenName', person.givenName],
    ['FamilyName', person.familyName],
    ['PatronymicName', person.patronymicName],
    ['Sex', person.sex],
    ['DateOfBirth', person.dateOfBirth],
    ['PlaceOfBirth', person.placeOfBirth],
    ...(person.death ? [element('DateOfDeath', person.death.date)] : []),
    ['Citizenship', person.citizenship],
    ...(family ? [element('Domicile', addressXml(family))] : []),
  ];
}

function addressXml({ street, houseNumber, municipality }: Family): Content {
  return [
    ['Thoroughfare', street],
    ['LocatorDesignator', houseNumber],
    ['PostName', municipality.nameSq],
    ['AdministrativeUnitLevel2', municipality.countySq],
    ['MunicipalityCode', municipality.code],
    ['FullAddress', `${street} ${houseNumber}, ${municipality.nameSq}`],
  ];
}

/** As the survivor or the divorced see it: the dead have no event of their own death. */
function eventsXml(marriage: Marriage, person: CivilPerson): Element[] {
  const spouse = element('Spouse', namedXml(otherSpouse(marriage, person)));
  const events: Element[] = [
    [
      'MaritalEvent',
      [
        ['Kind', 'MARRIAGE'],
        ['Date', marriage.act.date],
        ['Place', marriage.act.municipality.nameSq],
        spouse,
      ],
    ],
  ];
  const { ended } = marriage;
  if (ended?.kind === 'DIVORCE')
    events.push(['MaritalEvent', [['Kind', 'DIVORCE'], ['Date', ended.date], spouse]]);
  if (ended?.kind === 'DEATH' && ended.diedNid !== person.nid) {
    events.push(['MaritalEvent', [['Kind', 'SPOUSE_DEATH'], ['Date', ended.date], spouse]]);
  }
  return events;
}

function otherSpouse(marriage: Marriage, person: CivilPerson): NamedPerson {
  return marriage.husband.nid === person.nid ? marriage.wife : marriage.husband;
}

function namedXml({ nid, givenName, familyName }: NamedPerson): Content {
  return [
    ...(nid === undefined ? [] : [element('Nid', nid)]),
    ['GivenName', givenName],
    ['FamilyName', familyName],
  ];
}

function answer(name: string, content: Content): Answer {
  return { kind: 'answer', xml: writeXml(name, civilNamespace, content) };
}

function fault(code: FaultCode, message: string): Extract<Answer, { kind: 'fault' }> {
  return { kind: 'fault', code, message };
}
