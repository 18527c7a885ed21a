import assert from 'node:assert/strict';
import { generatePopulation } from '../../../../adapters/civil/simulator/population.js';
import { factKinds } from '../../../../adapters/civil/simulator/protocol.js';
import { answerFrom, type Question } from '../../../../adapters/civil/simulator/registry.js';
import { civilSchema } from '../../../../adapters/civil/simulator/request-schema.js';
import { samples } from '../../../../adapters/civil/simulator/samples.js';
import { elementsOf, parseXml } from '../../../../adapters/soap/simulator/read-xml.js';

const asOf = Date.UTC(2026, 2, 2, 9, 14, 27, 345);

describe('civil simulator: registry', () => {
  const population = generatePopulation(2026, 2000);
  const who = samples(population);
  const xmlOf = (question: Question) => {
    const answer = answerFrom(population, question, asOf);
    assert.equal(answer.kind, 'answer');
    return answer.kind === 'answer' ? answer.xml : '';
  };
  const texts = (xml: string, name: string) =>
    [...elementsOf(parseXml(xml))]
      .filter(({ localName }) => localName === name)
      .map(({ textContent }) => textContent);
  const codeOf = (question: Question) => {
    const answer = answerFrom(population, question, asOf);
    return answer.kind === 'fault' ? answer.code : undefined;
  };

  it('answers every question about everybody validly by civil.xsd, or says why not', function () {
    this.timeout(30_000);
    const isValid = civilSchema();
    const questions = [
      { operation: 'GetPerson' },
      { operation: 'GetFamilyComposition' },
      { operation: 'GetResidence' },
      ...factKinds.map((factKind) => ({ operation: 'GetCivilFact', factKind }) as const),
    ] as const;
    const counts = { answers: 0, faults: 0 };
    for (const nid of population.people.keys()) {
      for (const question of questions) {
        const answer = answerFrom(population, { ...question, nid }, asOf);
        if (answer.kind === 'fault') counts.faults += 1;
        else {
          counts.answers += 1;
          assert.ok(isValid(answer.xml), `not valid: ${answer.xml}`);
        }
      }
    }
    assert.equal(counts.answers + counts.faults, 12_000);
    assert.ok(counts.answers > 7_000 && counts.faults > 1_000, JSON.stringify(counts));
  });

  it('names the family once: five members beside the head, whoever of them is asked about', () => {
    const asked = xmlOf({ operation: 'GetFamilyComposition', nid: who.headOfSix });
    assert.equal(asked, xmlOf({ operation: 'GetFamilyComposition', nid: who.childOfSix }));
    assert.equal(texts(asked, 'Nid')[0], who.headOfSix);
    assert.equal(new Set(texts(asked, 'Nid')).size, 6);
    const relations = texts(asked, 'RelationToHead').map((each) => (each === 'DAUGHTER' ? 'SON' : each));
    assert.deepEqual(relations.toSorted(), ['MOTHER', 'SON', 'SON', 'SON', 'SPOUSE']);
    assert.deepEqual(texts(asked, 'AsOf'), ['2026-03-02T09:14:27Z']);
  });

  it('gives a widow who lives alone a family without members', () => {
    assert.deepEqual(texts(xmlOf({ operation: 'GetFamilyComposition', nid: who.widow }), 'Member'), []);
    assert.deepEqual(texts(xmlOf({ operation: 'GetPerson', nid: who.widow }), 'CivilStatus'), ['WIDOWED']);
  });

  it('tells both parents of a birth, the spouse of a marriage and the day of a death', () => {
    const birth = xmlOf({ operation: 'GetCivilFact', nid: who.childOfSix, factKind: 'BIRTH' });
    const child = population.people.get(who.childOfSix);
    assert.deepEqual(texts(birth, 'Nid'), [who.childOfSix, child?.mother.nid, child?.father.nid]);
    const marriage = xmlOf({ operation: 'GetCivilFact', nid: who.married, factKind: 'MARRIAGE' });
    assert.deepEqual(texts(marriage, 'Kind'), ['MARRIAGE', 'MARRIAGE']);
    const death = xmlOf({ operation: 'GetCivilFact', nid: who.deceased, factKind: 'DEATH' });
    assert.deepEqual(texts(death, 'Date').at(-1), population.people.get(who.deceased)?.death?.date);
    assert.match(texts(death, 'RegisterReference')[0] ?? '', /^20\/\d{4}\/V\/\d+$/);
  });

  it('shows the death of the spouse to the widow and not to the dead', () => {
    const widow = xmlOf({ operation: 'GetCivilFact', nid: who.widow, factKind: 'MARRIAGE' });
    assert.deepEqual(texts(widow, 'Kind'), ['MARRIAGE', 'SPOUSE_DEATH', 'MARRIAGE']);
    const husband = xmlOf({ operation: 'GetCivilFact', nid: who.deceased, factKind: 'DEATH' });
    assert.deepEqual(texts(husband, 'Kind'), ['MARRIAGE', 'DEATH']);
  });

  it('says of facts from 1974 to 2010 that they come from a book, or still stand in it', () => {
    const found = { BOOK: 0, REGISTER: 0, onPaper: 0 };
    for (const { nid, dateOfBirth, birth } of population.people.values()) {
      if (birth === undefined) continue;
      const year = Number(dateOfBirth.slice(0, 4));
      const expected = year >= 1974 && year <= 2010 ? 'BOOK' : 'REGISTER';
      const answer = answerFrom(population, { operation: 'GetCivilFact', nid, factKind: 'BIRTH' }, asOf);
      if (answer.kind === 'fault') {
        assert.equal(answer.code, 'IN_PAPER_BOOK');
        assert.equal(answer.municipalityCode, birth.municipality.code);
        assert.equal(expected, 'BOOK', dateOfBirth);
        found.onPaper += 1;
        continue;
      }
      assert.deepEqual(texts(answer.xml, 'Source'), [expected], dateOfBirth);
      found[expected] += 1;
    }
    assert.ok(found.BOOK > 100 && found.REGISTER > 100 && found.onPaper > 20, JSON.stringify(found));
    // Most are transcribed.
    assert.ok(found.BOOK > 4 * found.onPaper, JSON.stringify(found));
  });

  it('keeps one birth of Divjakë on paper, whatever the seed, and transcribed all its other acts', () => {
    for (const seed of [1, 7, 2026, 4711]) {
      const people = generatePopulation(seed, 200);
      const { onPaper } = samples(people);
      const reference = people.people.get(onPaper)?.birth?.reference;
      assert.ok(reference !== undefined && people.onPaperOnly.has(reference), String(seed));
      assert.equal(people.familyOf.get(onPaper)?.municipality.code, '20');
      const others = [...people.onPaperOnly].filter((each) => each.startsWith('20/') && each !== reference);
      assert.deepEqual(others, []);
    }
  });

  it('tells where somebody is registered and since when: at birth, at the wedding, of age', () => {
    const residence = (nid: string) => xmlOf({ operation: 'GetResidence', nid });
    const person = (nid: string) => population.people.get(nid);
    assert.deepEqual(texts(residence(who.childOfSix), 'Since'), [person(who.childOfSix)?.dateOfBirth]);
    assert.deepEqual(texts(residence(who.married), 'Since'), [
      person(who.married)?.marriages.at(-1)?.act.date,
    ]);
    const [since] = texts(residence(who.single), 'Since');
    assert.equal(Number(since?.slice(0, 4)) - Number(person(who.single)?.dateOfBirth.slice(0, 4)), 18);
    assert.deepEqual(texts(residence(who.single), 'Nid'), [who.single]);
    assert.deepEqual(texts(residence(who.single), 'MunicipalityCode'), ['20']);
    assert.equal(codeOf({ operation: 'GetResidence', nid: who.deceased }), 'PERSON_NOT_FOUND');
  });

  it('refuses by code whom and what it does not know', () => {
    assert.equal(codeOf({ operation: 'GetPerson', nid: who.unknown }), 'PERSON_NOT_FOUND');
    assert.equal(codeOf({ operation: 'GetFamilyComposition', nid: who.unknown }), 'PERSON_NOT_FOUND');
    assert.equal(codeOf({ operation: 'GetFamilyComposition', nid: who.deceased }), 'PERSON_NOT_FOUND');
    assert.equal(
      codeOf({ operation: 'GetCivilFact', nid: who.single, factKind: 'MARRIAGE' }),
      'FACT_NOT_FOUND',
    );
    assert.equal(
      codeOf({ operation: 'GetCivilFact', nid: who.foreigner, factKind: 'BIRTH' }),
      'FACT_NOT_FOUND',
    );
    assert.equal(codeOf({ operation: 'GetCivilFact', nid: who.single, factKind: 'DEATH' }), 'FACT_NOT_FOUND');
  });

  it('gives the same answer as of the same moment', () => {
    const question = { operation: 'GetFamilyComposition', nid: who.headOfSix } as const;
    const another = generatePopulation(2026, 2000);
    assert.deepEqual(answerFrom(another, question, asOf), answerFrom(population, question, asOf));
  });
});
