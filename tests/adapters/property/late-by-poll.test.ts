import assert from 'node:assert/strict';
import type { Adapter, Exchange } from '../../../adapters/adapter.js';
import type { PropertySamples } from '../../../adapters/property/simulator/samples.js';
import type { PropertySimulator } from '../../../adapters/property/simulator/start.js';
import type { PropertyOwnershipRecord } from '../../../contracts/canonical/types.js';
import type { Clock } from '../../../src/clock.js';
import { makePartners, type Partners } from '../partners.js';
import { card, connect, question, samplesOf, startRegistry, unstopped } from './simulated-registry.js';

const dayMs = 86_400_000;

describe('property adapter: answers that are asked for again', () => {
  let partners: Partners;
  let registry: PropertySimulator;
  let adapter: Adapter;
  let who: PropertySamples;
  /** The registry's calendar; messages are signed by the real time. */
  let aheadMs = 0;

  before(async () => {
    partners = await makePartners();
    const clock: Clock = { now: () => Date.now() + aheadMs };
    registry = await startRegistry(partners, { registryClock: clock });
    who = samplesOf(registry);
    adapter = await connect(registry, partners);
  });
  after(async () => {
    await adapter.close();
    await registry.close();
  });
  beforeEach(() => {
    aheadMs = 0;
    registry.control({ behaviour: 'late-poll', delayMs: 3_600_000 });
  });

  const call = async (exchange: Exchange) => (await adapter.call(exchange, unstopped())).outcome;
  const poll = async (exchange: Exchange, ticket: string) => {
    assert.ok(adapter.poll !== undefined);
    return (await adapter.poll(exchange, ticket, unstopped())).outcome;
  };
  const take = async (exchange: Exchange) => {
    const outcome = await call(exchange);
    assert.ok(outcome.kind === 'pending', JSON.stringify(outcome));
    return outcome;
  };

  it('gets a ticket, the ticket again while it is too early, and the answer in the end', async () => {
    const exchange = question('ownership', who.owner);
    const askedAt = Date.now();
    const taken = await take(exchange);
    assert.match(taken.ticket, /^ASHK-[0-9A-F]{12}$/);
    assert.ok((taken.notBefore ?? 0) >= askedAt + 3_600_000);
    assert.deepEqual(await poll(exchange, taken.ticket), taken);
    assert.deepEqual(await poll(exchange, taken.ticket), taken);
    aheadMs = dayMs;
    const outcome = await poll(exchange, taken.ticket);
    assert.ok(outcome.kind === 'answered', JSON.stringify(outcome));
    const { query, properties, asOf } = outcome.evidence as PropertyOwnershipRecord;
    assert.deepEqual(query, who.owner);
    assert.equal(properties.length, 1);
    // As of the day on which it was taken, not of the day on which it was fetched.
    assert.ok(Math.abs(Date.parse(asOf) - askedAt) < 60_000, asOf);
  });

  it('gets a late refusal and a late negative certificate as well', async () => {
    const refused = question('property-card', card(who.unknownProperty));
    const { ticket } = await take(refused);
    const negative = question('ownership', who.without);
    const { ticket: other } = await take(negative);
    aheadMs = dayMs;
    const refusal = await poll(refused, ticket);
    assert.ok(refusal.kind === 'refused');
    assert.equal(refusal.code, 'PROPERTY_NOT_FOUND');
    const answer = await poll(negative, other);
    assert.ok(answer.kind === 'answered');
    assert.equal((answer.evidence as PropertyOwnershipRecord).found, false);
  });

  it('gets the same ticket when the question is repeated, and the answer once that is there', async () => {
    const exchange = question('ownership', who.owner);
    const executed = registry.journal.executed;
    const taken = await take(exchange);
    assert.deepEqual(await call(exchange), taken);
    aheadMs = dayMs;
    assert.equal((await call(exchange)).kind, 'answered');
    assert.equal(registry.journal.executed, executed + 1);
  });

  it('does not take the answer to another question, or under another ticket', async () => {
    const mine = question('ownership', who.owner);
    const { ticket } = await take(mine);
    const other = question('ownership', who.without);
    const { ticket: otherTicket } = await take(other);
    aheadMs = dayMs;
    // The registry ties ticket and message id together by itself.
    assert.deepEqual(await poll(mine, otherTicket), { kind: 'invalid', reason: 'fault: ticket-unknown' });
    registry.control({ behaviour: 'other-answer', count: 1 });
    assert.deepEqual(await poll(mine, ticket), { kind: 'invalid', reason: 'addressing-relates-to' });
    assert.equal((await poll(mine, ticket)).kind, 'answered');
  });

  const outcomes = {
    fault: ['unavailable', 'registry-busy'],
    unsigned: ['invalid', 'security-absent'],
    'unsigned-fault': ['unknown', 'unsigned-fault'],
    'wrong-signer': ['invalid', 'key-unknown'],
    garbage: ['unknown', 'http-status'],
    down: ['unknown', 'connection-lost'],
    'drop-after-execution': ['unknown', 'connection-lost'],
  } as const;
  for (const [behaviour, [kind, reason]] of Object.entries(outcomes)) {
    it(`calls it ${kind} (${reason}) when the registry’s behaviour is ${behaviour}, and can ask again`, async () => {
      const exchange = question('ownership', who.owner);
      const { ticket } = await take(exchange);
      aheadMs = dayMs;
      registry.control({ behaviour: behaviour as keyof typeof outcomes, count: 1 });
      assert.deepEqual(await poll(exchange, ticket), { kind, reason });
      assert.equal((await poll(exchange, ticket)).kind, 'answered');
    });
  }

  it('sends nothing with a ticket that the contract has no words for', async () => {
    const outcome = await poll(question('ownership', who.owner), 'a ticket');
    assert.deepEqual(outcome, { kind: 'invalid', reason: 'request: /*/Ticket: pattern' });
  });
});
