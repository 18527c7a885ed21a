import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ageOn } from '../../../../adapters/civil/simulator/calendar.js';
import { generatePopulation } from '../../../../adapters/civil/simulator/population.js';
import { mulberry32 } from '../../../../adapters/civil/simulator/random.js';
import {
  type CivilPerson,
  civilStatusOf,
  type Population,
} from '../../../../adapters/civil/simulator/register.js';
import { samples } from '../../../../adapters/civil/simulator/samples.js';
import { parseNid } from '../../../../contracts/identifiers/nid.js';

const seeds = fc.integer({ min: 0, max: 0xffffffff });
const counts = fc.integer({ min: 40, max: 400 });
const populations = fc.tuple(seeds, counts).map(([seed, count]) => generatePopulation(seed, count));
const runs = { numRuns: 60 };

/** Checks something of everybody in many populations. */
function ofEverybody(check: (person: CivilPerson, population: Population) => void): void {
  fc.assert(
    fc.property(populations, (population) => {
      for (const person of population.people.values()) check(person, population);
    }),
    runs,
  );
}

describe('civil simulator: population', () => {
  it('has exactly as many people as asked for', () => {
    fc.assert(
      fc.property(seeds, counts, (seed, count) => {
        assert.equal(generatePopulation(seed, count).people.size, count);
      }),
      runs,
    );
    assert.throws(() => generatePopulation(1, 39), RangeError);
  });

  it('is the same for the same seed, and another for another', () => {
    const json = (seed: number) => {
      const { people, families } = generatePopulation(seed, 300);
      return JSON.stringify([[...people], families]);
    };
    assert.equal(json(2026), json(2026));
    assert.notEqual(json(2026), json(2027));
  });

  it('is made from the published numbers of mulberry32', () => {
    const random = mulberry32(1);
    const drawn = [random.next(), random.next(), random.next()].map((each) => Math.round(each * 2 ** 32));
    assert.deepEqual(drawn, [2693262067, 11749833, 2265367787]);
  });

  it('gives everybody a right NID that says their sex, birth and origin', () => {
    ofEverybody((person) => {
      const nid = parseNid(person.nid);
      assert.ok(nid.ok);
      assert.deepEqual(nid.warnings, []);
      assert.equal(nid.sex, person.sex);
      assert.equal(nid.dateOfBirth, person.dateOfBirth);
      assert.equal(nid.foreigner, person.citizenship !== 'ALB');
    });
  });

  it('lets nobody be born, marry or die in the wrong order, too young or too old', () => {
    ofEverybody((person, { until }) => {
      const end = person.death?.date ?? until;
      assert.ok(end <= until);
      const age = ageOn(end, person.dateOfBirth);
      assert.ok(age >= 0 && age <= 100, `${age} years`);
      for (const { act, ended } of person.marriages) {
        assert.ok(ageOn(act.date, person.dateOfBirth) >= 19);
        assert.ok(act.date <= end);
        if (ended !== undefined) assert.ok(ended.date >= act.date && ended.date <= until);
      }
    });
  });

  it('has parents who were old enough, alive, and name their children', () => {
    ofEverybody((person, { people }) => {
      const [mother, father] = [person.mother, person.father].map(({ nid }) => nid && people.get(nid));
      if (mother) {
        const age = ageOn(person.dateOfBirth, mother.dateOfBirth);
        assert.ok(age >= 19 && age <= 43, `a mother of ${age}`);
        assert.ok(mother.death === undefined || mother.death.date >= person.dateOfBirth);
      }
      if (father) {
        assert.ok(ageOn(person.dateOfBirth, father.dateOfBirth) >= 21);
        assert.ok(father.death === undefined || father.death.date >= person.dateOfBirth);
        assert.equal(person.patronymicName, father.givenName);
      }
    });
  });

  it('has marriages that both spouses know of', () => {
    ofEverybody((person, { people }) => {
      for (const marriage of person.marriages) {
        const [husband, wife] = [people.get(marriage.husband.nid), people.get(marriage.wife.nid)];
        assert.deepEqual([husband?.sex, wife?.sex], ['MALE', 'FEMALE']);
        for (const spouse of [husband, wife]) assert.ok(spouse?.marriages.includes(marriage));
      }
      const last = person.marriages.at(-1);
      if (civilStatusOf(person) === 'WIDOWED') {
        assert.equal(last?.ended?.kind, 'DEATH');
        const spouse = last.husband.nid === person.nid ? last.wife.nid : last.husband.nid;
        assert.equal(people.get(spouse)?.death?.date, last.ended.date);
      }
    });
  });

  it('keeps every living person in exactly one family, and no dead one', () => {
    fc.assert(
      fc.property(populations, ({ people, families, familyOf }) => {
        const inFamilies = families.flatMap(({ headNid, members }) => [
          headNid,
          ...members.map(({ nid }) => nid),
        ]);
        const living = [...people.values()].filter(({ death }) => death === undefined).map(({ nid }) => nid);
        assert.deepEqual(inFamilies.toSorted(), living.toSorted());
        assert.equal(familyOf.size, living.length);
      }),
      runs,
    );
  });

  it('relates members to the head as they are', () => {
    fc.assert(
      fc.property(populations, ({ people, families }) => {
        for (const { headNid, members } of families) {
          const head = people.get(headNid);
          assert.ok(head !== undefined);
          for (const { nid, relationToHead } of members) {
            const member = people.get(nid);
            assert.ok(member !== undefined);
            const parents = [member.mother.nid, member.father.nid];
            const last = head.marriages.at(-1);
            const holds = {
              SPOUSE: [last?.wife.nid, last?.husband.nid].includes(nid) && last?.ended === undefined,
              SON: member.sex === 'MALE' && parents.includes(headNid),
              DAUGHTER: member.sex === 'FEMALE' && parents.includes(headNid),
              MOTHER: head.mother.nid === nid,
              FATHER: head.father.nid === nid,
              OTHER: true,
            }[relationToHead];
            assert.ok(holds, `${relationToHead} does not hold`);
          }
        }
      }),
      runs,
    );
  });

  it('gives no register reference twice', () => {
    fc.assert(
      fc.property(populations, ({ people }) => {
        const everybody = [...people.values()];
        const references = [
          ...everybody.flatMap(({ birth, death }) => [birth, death].flatMap((act) => act?.reference ?? [])),
          ...new Set(everybody.flatMap(({ marriages }) => marriages.map(({ act }) => act.reference))),
        ];
        assert.equal(new Set(references).size, references.length);
      }),
      runs,
    );
  });

  it('has well-known people for every kind of answer, whatever the seed', () => {
    fc.assert(
      fc.property(populations, (population) => {
        const { people, familyOf } = population;
        const who = samples(population);
        const six = familyOf.get(who.headOfSix);
        assert.equal(six?.members.length, 5);
        assert.equal(six.municipality.code, '20');
        assert.equal(familyOf.get(who.childOfSix), six);
        assert.ok(people.get(who.childOfSix)?.mother.nid);
        assert.equal(familyOf.get(who.widow)?.members.length, 0);
        assert.ok(people.get(who.deceased)?.death);
        assert.equal(familyOf.has(who.deceased), false);
        assert.deepEqual(people.get(who.single)?.marriages, []);
        assert.equal(people.get(who.married)?.marriages.at(-1)?.ended, undefined);
        assert.equal(people.get(who.divorced)?.marriages.at(-1)?.ended?.kind, 'DIVORCE');
        assert.equal(people.get(who.foreigner)?.birth, undefined);
        assert.equal(people.has(who.unknown), false);
        const unknown = parseNid(who.unknown);
        assert.ok(unknown.ok && unknown.warnings.length === 0);
      }),
      runs,
    );
  });
});
