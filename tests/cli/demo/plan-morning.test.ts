import assert from 'node:assert/strict';
import { generatePopulation } from '../../../adapters/civil/simulator/population.js';
import { castOf } from '../../../src/cli/demo/cast.js';
import { morning } from '../../../src/cli/demo/plan-morning.js';
import { plan } from './good-run.js';

describe('the plan of the morning', () => {
  const cases = () => plan().flatMap((planned) => (planned.kind === 'case' ? [planned] : []));

  it('has twelve cases of eight services: one late, one by hand, one of ADISA, and one refused', () => {
    assert.deepEqual(morning, { cases: 12, services: 8 });
    assert.equal(cases().length, 12);
    assert.equal(new Set(cases().map(({ service }) => service)).size, 8);
    assert.deepEqual(
      cases().flatMap(({ special }) => special ?? []),
      ['late', 'by-hand', 'adisa'],
    );
    assert.deepEqual(
      cases().flatMap(({ expected }) => ('code' in expected ? [expected.code] : [])),
      ['PERSON_NOT_FOUND'],
    );
  });

  it('has an application with documents for the case that ADISA brings, a question and two misuses', () => {
    const [application, question, ...misuses] = plan().slice(12);
    assert.ok(application?.kind === 'application' && question?.kind === 'question');
    const its = cases().find(({ special }) => special === 'adisa');
    assert.equal(application.caseId, its?.caseId);
    assert.deepEqual(application.draft.form, its?.draft.form);
    assert.deepEqual(application.states, ['received', 'in-review', 'approved']);
    for (const { content } of application.draft.documents ?? [])
      assert.match(Buffer.from(content, 'base64').toString('latin1'), /^%PDF-1\.4\n.*%%EOF\n$/s);
    assert.equal(application.draft.documents?.length, 2);
    assert.deepEqual(
      misuses.map((misuse) => misuse.kind === 'misuse' && misuse.expected.code),
      ['not-granted', 'message-replayed'],
    );
  });

  it('has numbers and keys of its own, and shares no case and no key with another run', () => {
    const names = (run: string) =>
      plan(run).flatMap(({ caseId, idempotencyKey }) => [caseId, idempotencyKey]);
    assert.equal(new Set(plan().map(({ number }) => number)).size, 16);
    assert.equal(new Set(plan().map(({ idempotencyKey }) => idempotencyKey)).size, 16);
    const first = new Set(names('aaaa11'));
    assert.deepEqual(
      names('aaaa12').filter((name) => first.has(name)),
      [],
    );
  });

  it('finds everybody in the population of the demo, with a child of kindergarten age', () => {
    const population = generatePopulation(2026, 2000);
    const { kindergarten, hauliers, inBook, people } = castOf(population);
    const child = population.people.get(kindergarten.child);
    assert.ok(child && child.dateOfBirth >= '2020' && child.dateOfBirth < '2024');
    assert.equal(population.familyOf.get(kindergarten.child)?.headNid, kindergarten.parent);
    assert.equal(inBook.nid, people.onPaper);
    assert.notEqual(hauliers[0].nuis, hauliers[1].nuis);
    for (const { registeredOn } of hauliers) assert.ok(registeredOn >= '2005', 'its extract would come late');
  });
});
