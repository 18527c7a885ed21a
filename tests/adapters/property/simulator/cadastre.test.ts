import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatePopulation } from '../../../../adapters/civil/simulator/population.js';
import { samples as civilSamples } from '../../../../adapters/civil/simulator/samples.js';
import { deriveCadastre, type PartyNumber } from '../../../../adapters/property/simulator/cadastre.js';
import { behaviours } from '../../../../adapters/property/simulator/faults.js';
import { answerFrom, type Question } from '../../../../adapters/property/simulator/registry.js';
import { samples } from '../../../../adapters/property/simulator/samples.js';
import { standardBehaviours } from '../../../../adapters/simulator-kind.js';
import { requestSchema } from '../../../../adapters/soap/simulator/request-schema.js';
import { writeXml } from '../../../../adapters/soap/simulator/write-xml.js';
import { parseNuis } from '../../../../contracts/identifiers/nuis.js';
import { findPackageRoot } from '../../../../src/package-root.js';

const asOf = Date.UTC(2026, 2, 2, 9, 14, 27, 345);
const root = findPackageRoot();
const namespace = 'urn:al:ura:registry:property:v1';

describe('property simulator: cadastre', () => {
  const population = generatePopulation(2026, 2000);
  const cadastre = deriveCadastre(population);
  const person = (notation: string): PartyNumber => ({ scheme: 'NID', notation });

  it('answers every question about everybody and everything validly by property.xsd', function () {
    this.timeout(30_000);
    const isValid = requestSchema(join(root, 'contracts', 'registries', 'property', 'property.xsd'));
    const questions: Question[] = [
      ...[...population.people.keys()].map(
        (nid) => ({ operation: 'GetOwnership', party: person(nid) }) as const,
      ),
      ...cadastre.businesses.map((party) => ({ operation: 'GetOwnership', party }) as const),
      ...[...cadastre.properties.values()].map(
        ({ zone, number }) => ({ operation: 'GetPropertyCard', zone, number }) as const,
      ),
    ];
    for (const question of questions) {
      const answer = answerFrom(cadastre, question, asOf);
      assert.ok(answer.kind === 'answer', JSON.stringify(question));
      const xml = writeXml(`${question.operation}Response`, namespace, [answer.content]);
      assert.ok(isValid(xml), xml);
    }
  });

  it('gives most people nothing, and shares that make one whole', () => {
    const owners = [...population.people.keys()].filter((nid) => cadastre.ownedBy(person(nid)).length > 0);
    assert.ok(owners.length > 100 && owners.length < population.people.size / 2, String(owners.length));
    for (const { owners: all } of cadastre.properties.values()) {
      const whole = all.reduce((sum, { share }) => sum + 1 / Number(share.split('/')[1]), 0);
      assert.equal(whole, 1);
    }
    for (const { notation } of cadastre.businesses) {
      assert.deepEqual(parseNuis(notation), { ok: true, nuis: notation, warnings: [] });
    }
  });

  it('gives the same population the same properties, and another seed others', () => {
    const again = deriveCadastre(generatePopulation(2026, 2000));
    assert.deepEqual([...again.properties], [...cadastre.properties]);
    const other = deriveCadastre(generatePopulation(2027, 2000));
    assert.notDeepEqual([...other.properties.keys()], [...cadastre.properties.keys()]);
  });

  it('has whom it promises, whatever the seed and size: nobody of the family of six owns anything', () => {
    for (const [seed, people] of [
      [2026, 40],
      [1, 40],
      [7, 120],
      [4711, 400],
    ] as const) {
      const some = generatePopulation(seed, people);
      const theirs = deriveCadastre(some);
      const known = samples(some, theirs);
      assert.ok(
        theirs.ownedBy(known.owner).some(({ zone, number }) => `${zone}/${number}` === known.property),
      );
      assert.equal(theirs.ownedBy(known.business).length, 1);
      assert.equal(theirs.properties.has(known.unknownProperty), false);
      const { headOfSix } = civilSamples(some);
      const family = some.familyOf.get(headOfSix);
      for (const nid of [headOfSix, ...(family?.members.map((member) => member.nid) ?? [])]) {
        assert.deepEqual(theirs.ownedBy(person(nid)), [], nid);
      }
    }
  });

  it('behaves in every standard way on command', () => {
    for (const name of standardBehaviours) assert.ok(Object.hasOwn(behaviours, name), name);
  });

  it('tells in its README the numbers that the default population has', () => {
    const readme = readFileSync(join(root, 'adapters/property/simulator/README.md'), 'utf8');
    const told = [...readme.matchAll(/^\| `(\w+)` *\| ([^ |]+) *\|/gm)].map(([, what, notation]) => [
      what,
      notation,
    ]);
    const known = samples(population, cadastre);
    const expected = Object.entries(known).map(([what, value]) => [
      what,
      typeof value === 'string' ? value : value.notation,
    ]);
    assert.deepEqual(Object.fromEntries(told), Object.fromEntries(expected));
    for (const name of ['late-poll', 'late-callback']) assert.ok(readme.includes(`\`${name}\``));
  });
});
