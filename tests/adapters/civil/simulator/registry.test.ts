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
    assert.equal(counts.answers + counts.faults, 10_000);
    assert.ok(counts.answers > 6_000 && counts.faults > 1_000, JSON.stringify(counts));
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

  it('says of facts from 1974 to 2010 that they come from a book', () => {
    const found = { BOOK: 0, REGISTER: 0 };
    for (const { nid, dateOfBirth, birth } of population.people.values()) {
      if (birth === undefined) continue;
      const [source] = texts(xmlOf({ operation: 'GetCivilFact', nid, factKind: 'BIRTH' }), 'Source');
      const year = Number(dateOfBirth.slice(0, 4));
      const expected = year >= 1974 && year <= 2010 ? 'BOOK' : 'REGISTER';
      assert.equal(source, expected, dateOfBirth);
      found[expected] += 1;
    }
    assert.ok(found.BOOK > 100 && found.REGISTER > 100);
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
