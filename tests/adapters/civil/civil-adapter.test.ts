import assert from 'node:assert/strict';
import type { Adapter, Exchange } from '../../../adapters/adapter.js';
import { type Samples, samples } from '../../../adapters/civil/simulator/samples.js';
import type { CivilSimulator } from '../../../adapters/civil/simulator/start.js';
import type {
  CivilStatusRecord,
  FamilyComposition,
  PersonRecord,
  ResidenceRecord,
} from '../../../contracts/canonical/types.js';
import { makePartners, type Partners } from '../partners.js';
import { connect, question, startRegistry, textOf, unstopped } from './simulated-registry.js';

describe('civil adapter with the simulated registry', () => {
  let partners: Partners;
  let simulator: CivilSimulator;
  let adapter: Adapter;
  let people: Samples;

  before(async () => {
    partners = await makePartners();
    simulator = await startRegistry(partners);
    people = samples(simulator.population);
    adapter = await connect(simulator, partners);
  });
  after(async () => {
    await adapter.close();
    await simulator.close();
  });
  beforeEach(() => simulator.control('normal'));

  /** A call that must have been answered; gives its evidence. */
  async function answered(exchange: Exchange): Promise<unknown> {
    const { outcome } = await adapter.call(exchange, unstopped());
    assert.equal(outcome.kind, 'answered', JSON.stringify(outcome));
    return outcome.kind === 'answered' ? outcome.evidence : undefined;
  }

  it('answers with the person, and keeps the bytes and the signer as proof', async () => {
    const { outcome, ...proof } = await adapter.call(question('person', people.widow), unstopped());
    assert.ok(outcome.kind === 'answered');
    assert.equal(outcome.evidenceType, 'person-record');
    const { person, civilStatus, source } = outcome.evidence as PersonRecord;
    const expected = simulator.population.people.get(people.widow);
    assert.equal(person.identifier.notation, people.widow);
    assert.equal(person.familyName, expected?.familyName);
    assert.equal(person.dateOfBirth, expected?.dateOfBirth);
    assert.equal(civilStatus, 'WIDOWED');
    assert.ok(source === 'register' || source === 'book');
    const fingerprint = partners.registry.certificate.fingerprint256.replaceAll(':', '').toLowerCase();
    assert.equal(proof.answerSignedBy, fingerprint);
    assert.equal(proof.answerMediaType, 'text/xml');
    assert.match(textOf(proof.requestBytes), /<GetPerson /);
    assert.match(textOf(proof.answerBytes), /GetPersonResponse/);
    assert.ok(proof.timings.signMs > 0 && proof.timings.callMs > 0 && proof.timings.verifyMs > 0);
  });

  it('answers with a family of six, by its head and by a child', async () => {
    const byHead = (await answered(question('family-composition', people.headOfSix))) as FamilyComposition;
    assert.equal(byHead.head.identifier.notation, people.headOfSix);
    assert.equal(byHead.members.length, 5);
    assert.ok(byHead.members.some(({ relationToHead }) => relationToHead === 'SPOUSE'));
    const byChild = (await answered(question('family-composition', people.childOfSix))) as FamilyComposition;
    assert.deepEqual(byChild.members, byHead.members);
  });

  it('answers with a head without members for a person who lives alone', async () => {
    const family = (await answered(question('family-composition', people.widow))) as FamilyComposition;
    assert.deepEqual(family.members, []);
  });

  for (const [factKind, key, letter] of [
    ['BIRTH', 'childOfSix', 'L'],
    ['MARRIAGE', 'married', 'M'],
    ['DEATH', 'deceased', 'V'],
  ] as const) {
    it(`answers with the act of a ${factKind.toLowerCase()}`, async () => {
      const record = (await answered(
        question('civil-fact', people[key], { parameters: { factKind } }),
      )) as CivilStatusRecord;
      assert.equal(record.fact.kind, factKind);
      assert.ok(record.registerReference.includes(`/${letter}/`), record.registerReference);
    });
  }

  it('answers where somebody is registered, and since when', async () => {
    const record = (await answered(question('residence', people.single))) as ResidenceRecord;
    assert.deepEqual(record.person, { scheme: 'NID', notation: people.single });
    assert.equal(record.municipalityCode, '20');
    assert.equal(record.address.municipalityCode, '20');
    assert.match(record.since, /^\d{4}-\d{2}-\d{2}$/);
  });

  it('leaves an act that stands in a paper book to the officers who keep it', async () => {
    const birth = question('civil-fact', people.onPaper, { parameters: { factKind: 'BIRTH' } });
    const { outcome, answerSignedBy } = await adapter.call(birth, unstopped());
    const office = simulator.population.people.get(people.onPaper)?.birth?.municipality.code;
    assert.deepEqual(outcome, { kind: 'manual', code: 'IN_PAPER_BOOK', office });
    assert.notEqual(answerSignedBy, undefined);
    // The registry knows the person all the same.
    assert.equal(
      (await adapter.call(question('person', people.onPaper), unstopped())).outcome.kind,
      'answered',
    );
  });

  it('reports that the registry knows no such person or act as its refusal', async () => {
    const person = await adapter.call(question('person', people.unknown), unstopped());
    assert.ok(person.outcome.kind === 'refused');
    assert.equal(person.outcome.code, 'PERSON_NOT_FOUND');
    assert.notEqual(person.answerSignedBy, undefined);
    const marriage = question('civil-fact', people.single, { parameters: { factKind: 'MARRIAGE' } });
    const { outcome } = await adapter.call(marriage, unstopped());
    assert.ok(outcome.kind === 'refused');
    assert.equal(outcome.code, 'FACT_NOT_FOUND');
  });

  it('gets the stored answer when it repeats a question, and a refusal when it changes it', async () => {
    const exchange = question('person', people.married);
    const first = await answered(exchange);
    const executed = simulator.journal.executed;
    assert.deepEqual(await answered(exchange), first);
    assert.equal(simulator.journal.executed, executed);
    const { outcome } = await adapter.call({ ...exchange, purpose: 'kindergarten' }, unstopped());
    assert.ok(outcome.kind === 'refused');
    assert.equal(outcome.code, 'BAD_REQUEST');
  });

  it('keeps sixteen questions at the same time apart', async () => {
    const nids = [...simulator.population.people.keys()].slice(0, 16);
    const records = await Promise.all(nids.map((nid) => answered(question('person', nid))));
    assert.deepEqual(
      records.map((record) => (record as PersonRecord).person.identifier.notation),
      nids,
    );
  });

  it('is reachable while the registry listens', async () => {
    assert.equal(await adapter.probe(unstopped()), true);
  });
});
