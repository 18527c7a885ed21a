import assert from 'node:assert/strict';
import type { Adapter, Exchange } from '../../../adapters/adapter.js';
import type { Behaviour } from '../../../adapters/property/simulator/faults.js';
import type { PropertySamples } from '../../../adapters/property/simulator/samples.js';
import type { PropertySimulator } from '../../../adapters/property/simulator/start.js';
import type { PropertyCard, PropertyOwnershipRecord } from '../../../contracts/canonical/types.js';
import type { Outcome } from '../../../contracts/outcome.js';
import { makePartners, type Partners } from '../partners.js';
import { card, connect, question, samplesOf, startRegistry, unstopped } from './simulated-registry.js';

describe('property adapter with the simulated cadastre', () => {
  let partners: Partners;
  let registry: PropertySimulator;
  let adapter: Adapter;
  let who: PropertySamples;

  before(async () => {
    partners = await makePartners();
    registry = await startRegistry(partners);
    who = samplesOf(registry);
    adapter = await connect(registry, partners);
  });
  after(async () => {
    await adapter.close();
    await registry.close();
  });
  beforeEach(() => registry.control('normal'));

  const call = (exchange: Exchange) => adapter.call(exchange, unstopped());
  async function answered<Evidence>(exchange: Exchange): Promise<Evidence> {
    const { outcome } = await call(exchange);
    assert.equal(outcome.kind, 'answered', JSON.stringify(outcome));
    return (outcome as Extract<Outcome, { kind: 'answered' }>).evidence as Evidence;
  }

  it('answers with everything that a person owns, and keeps the bytes and the signer as proof', async () => {
    const { outcome, ...proof } = await call(question('ownership', who.owner));
    assert.ok(outcome.kind === 'answered', JSON.stringify(outcome));
    assert.equal(outcome.evidenceType, 'property-ownership-record');
    const record = outcome.evidence as PropertyOwnershipRecord;
    assert.deepEqual(record.query, who.owner);
    assert.equal(record.found, true);
    const [flat] = record.properties;
    assert.equal(`${flat?.cadastralZone}/${flat?.propertyNumber}`, '8270/8/638');
    assert.equal(flat?.areaM2, 98.5);
    assert.deepEqual(flat?.owners[0]?.party.identifier, who.owner);
    assert.equal(flat?.owners[0]?.share, `1/${flat?.owners.length}`);
    assert.equal(proof.requestMediaType, 'application/soap+xml');
    assert.equal(proof.answerMediaType, 'application/soap+xml');
    const fingerprint = partners.registry.certificate.fingerprint256.replaceAll(':', '').toLowerCase();
    assert.equal(proof.answerSignedBy, fingerprint);
    assert.match(Buffer.from(proof.requestBytes ?? []).toString(), /GetOwnership/);
  });

  it('answers about a business by its NUIS', async () => {
    const record = await answered<PropertyOwnershipRecord>(question('ownership', who.business));
    assert.deepEqual(record.query, who.business);
    assert.deepEqual(
      record.properties.map(({ kind }) => kind),
      ['PREMISES'],
    );
  });

  it('answers a negative certificate about whoever owns nothing', async () => {
    const record = await answered<PropertyOwnershipRecord>(question('ownership', who.without));
    assert.equal(record.found, false);
    assert.deepEqual(record.properties, []);
    assert.deepEqual(record.query, who.without);
  });

  it('answers with the card of a property whose number holds a slash', async () => {
    const { property } = await answered<PropertyCard>(question('property-card', card(who.property)));
    assert.equal(property.cadastralZone, '8270');
    assert.equal(property.propertyNumber, '8/638');
    assert.equal(property.municipalityCode, '53');
  });

  it('reports that there is no such property as the registry’s refusal', async () => {
    const { outcome, answerSignedBy } = await call(question('property-card', card(who.unknownProperty)));
    assert.ok(outcome.kind === 'refused', JSON.stringify(outcome));
    assert.equal(outcome.code, 'PROPERTY_NOT_FOUND');
    assert.notEqual(answerSignedBy, undefined);
  });

  it('sends nothing that has no words in the contract', async () => {
    const executed = registry.journal.executed;
    for (const [exchange, pointer] of [
      [question('ownership', card(who.property)), '/subject/scheme'],
      [question('property-card', who.owner), '/subject/scheme'],
      [question('property-card', card('8270')), '/subject/notation'],
    ] as const) {
      const { outcome, requestBytes } = await call(exchange);
      assert.deepEqual(outcome, { kind: 'invalid', reason: `request: ${pointer}: not-mappable` });
      assert.equal(requestBytes, undefined);
    }
    assert.equal(registry.journal.executed, executed);
  });

  it('gets the stored answer when it repeats a question, and a refusal when it changes it', async () => {
    const exchange = question('ownership', who.owner);
    const first = await answered(exchange);
    const executed = registry.journal.executed;
    assert.deepEqual(await answered(exchange), first);
    assert.equal(registry.journal.executed, executed);
    const { outcome } = await call({ ...exchange, purpose: 'kindergarten' });
    assert.ok(outcome.kind === 'refused');
    assert.equal(outcome.code, 'BAD_REQUEST');
  });

  it('keeps sixteen questions at the same time apart', async () => {
    const notations = [...registry.cadastre.properties.keys()].slice(0, 16);
    const cards = await Promise.all(
      notations.map((notation) => answered<PropertyCard>(question('property-card', card(notation)))),
    );
    assert.deepEqual(
      cards.map(({ property }) => `${property.cadastralZone}/${property.propertyNumber}`),
      notations,
    );
  });

  const outcomes = {
    fault: ['unavailable', 'registry-busy'],
    unsigned: ['invalid', 'security-absent'],
    'unsigned-fault': ['unknown', 'unsigned-fault'],
    'wrong-signer': ['invalid', 'key-unknown'],
    'other-answer': ['invalid', 'addressing-relates-to'],
    garbage: ['unknown', 'http-status'],
    down: ['unknown', 'connection-lost'],
    'drop-after-execution': ['unknown', 'connection-lost'],
  } as const satisfies Partial<Record<Behaviour, readonly [Outcome['kind'], string]>>;
  for (const [behaviour, [kind, reason]] of Object.entries(outcomes)) {
    it(`calls it ${kind} (${reason}) when the registry’s behaviour is ${behaviour}`, async () => {
      registry.control({ behaviour: behaviour as Behaviour, count: 1 });
      const { outcome, requestBytes } = await call(question('ownership', who.owner));
      assert.deepEqual([outcome.kind, 'reason' in outcome && outcome.reason], [kind, reason]);
      assert.notEqual(requestBytes, undefined);
    });
  }

  it('does not know whether the registry executed what it is slow or silent about', async () => {
    const hasty = await connect(registry, partners, { callTimeoutMs: 200 });
    for (const behaviour of ['slow', 'silent'] as const) {
      registry.control({ behaviour, delayMs: 5_000, count: 1 });
      const { outcome } = await hasty.call(question('ownership', who.owner), unstopped());
      assert.deepEqual(outcome, { kind: 'unknown', reason: 'call-timeout' }, behaviour);
    }
    await hasty.close();
  });

  it('knows that nothing was executed when nobody listens', async () => {
    const gone = await startRegistry(partners);
    const lost = await connect(gone, partners);
    await gone.close();
    const { outcome, requestBytes } = await lost.call(question('ownership', who.owner), unstopped());
    assert.deepEqual(outcome, { kind: 'unavailable', reason: 'connect-refused' });
    assert.equal(requestBytes, undefined);
    assert.equal(await lost.probe(unstopped()), false);
    await lost.close();
  });

  it('finds the stored answer again after a connection was lost', async () => {
    registry.control({ behaviour: 'drop-after-execution', count: 1 });
    const exchange = question('ownership', who.owner);
    assert.equal((await call(exchange)).outcome.kind, 'unknown');
    const executed = registry.journal.executed;
    assert.equal((await call(exchange)).outcome.kind, 'answered');
    assert.equal(registry.journal.executed, executed);
  });
});
