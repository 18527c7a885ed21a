import assert from 'node:assert/strict';
import { business } from '../../../adapters/business/index.js';
import { generateCompanies } from '../../../adapters/business/simulator/companies.js';
import { generatePopulation } from '../../../adapters/civil/simulator/population.js';
import { tax } from '../../../adapters/tax/index.js';
import { parseNuis } from '../../../contracts/identifiers/nuis.js';

describe('businesses of a simulated population', () => {
  const population = generatePopulation(2026, 2000);
  const companies = generateCompanies(population);

  it('are the same for the same seed, and others for another', () => {
    assert.deepEqual([...generateCompanies(generatePopulation(2026, 2000))], [...companies]);
    assert.notDeepEqual([...generateCompanies(generatePopulation(7, 2000)).keys()], [...companies.keys()]);
  });

  it('belong to people of the civil register, and are whole', () => {
    assert.ok(companies.size > 40, `${companies.size}`);
    for (const [nuis, company] of companies) {
      assert.deepEqual(parseNuis(nuis), { ok: true, nuis, warnings: [] });
      for (const { nid } of company.administrators) assert.ok(population.people.has(nid));
      for (const { kind, number } of company.owners) {
        assert.ok((kind === 'PERSON' ? population.people : companies).has(number), number);
      }
      assert.equal(
        company.owners.reduce((sum, { sharePercent }) => sum + sharePercent, 0),
        100,
      );
      const dates = company.entries.map(({ date }) => date);
      assert.deepEqual(dates.toSorted(), dates);
      assert.equal(dates[0], company.registeredOn);
      assert.ok((dates.at(-1) as string) < population.until);
    }
  });

  it('come in every status, with owners that are businesses, and from before and after 2005', () => {
    const all = [...companies.values()];
    assert.deepEqual([...new Set(all.map(({ status }) => status))].sort(), [
      'ACTIVE',
      'DEREGISTERED',
      'SUSPENDED',
    ]);
    assert.ok(all.some(({ owners }) => owners.some(({ kind }) => kind === 'BUSINESS')));
    assert.ok(all.some(({ registeredOn }) => registeredOn < '2005'));
    assert.ok(all.some(({ registeredOn }) => registeredOn >= '2005'));
  });

  for (const seed of [1, 2, 3, 4, 5, 2026]) {
    it(`give every sample something to show with seed ${seed}`, async () => {
      for (const kind of [tax, business]) {
        const samples = (await kind.simulator()).samples({ seed, people: 120 });
        for (const { subject, about } of samples) assert.notEqual(subject.notation, '', about);
        for (const situation of ['success', 'empty', 'refusal']) {
          assert.ok(
            samples.some((sample) => sample.situation === situation),
            `${kind.name} ${situation}`,
          );
        }
      }
    });
  }
});
