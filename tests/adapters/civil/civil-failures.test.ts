import assert from 'node:assert/strict';
import type { Adapter } from '../../../adapters/adapter.js';
import { type Samples, samples } from '../../../adapters/civil/simulator/samples.js';
import type { CivilSimulator } from '../../../adapters/civil/simulator/start.js';
import type { PersonRecord } from '../../../contracts/canonical/types.js';
import { makePartners, type Partners } from '../partners.js';
import { connect, question, startRegistry, textOf, unstopped } from './simulated-registry.js';

describe('civil adapter with a simulated registry that misbehaves', () => {
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

  describe('does not know whether the registry executed', () => {
    async function unknown(behaviour: Parameters<CivilSimulator['control']>[0], callTimeoutMs = 10_000) {
      simulator.control(behaviour);
      const hasty = await connect(simulator, partners, { callTimeoutMs });
      const exchanged = await hasty.call(question('person', people.widow), unstopped());
      await hasty.close();
      assert.notEqual(exchanged.requestBytes, undefined);
      return exchanged;
    }

    it('when the answer is slower than the call may last', async () => {
      const { outcome } = await unknown({ behaviour: 'slow', delayMs: 5_000 }, 200);
      assert.deepEqual(outcome, { kind: 'unknown', reason: 'call-timeout' });
    });

    it('when the deadline of the exchange comes before the answer', async () => {
      simulator.control({ behaviour: 'slow', delayMs: 5_000 });
      const exchange = question('person', people.widow, { deadlineAt: Date.now() + 300 });
      const { outcome } = await adapter.call(exchange, unstopped());
      assert.deepEqual(outcome, { kind: 'unknown', reason: 'call-timeout' });
    });

    it('when the registry stays silent', async () => {
      const { outcome } = await unknown('silent', 200);
      assert.deepEqual(outcome, { kind: 'unknown', reason: 'call-timeout' });
    });

    it('when the connection ends without an answer, before or after execution', async () => {
      assert.deepEqual((await unknown('down')).outcome, { kind: 'unknown', reason: 'connection-lost' });
      const before = simulator.journal.executed;
      const { outcome } = await unknown('drop-after-execution');
      assert.deepEqual(outcome, { kind: 'unknown', reason: 'connection-lost' });
      assert.equal(simulator.journal.executed, before + 1);
    });

    it('when a fault is not signed', async () => {
      const { outcome, answerBytes, answerSignedBy } = await unknown('unsigned-fault');
      assert.deepEqual(outcome, { kind: 'unknown', reason: 'unsigned-fault' });
      assert.match(textOf(answerBytes), /Fault/);
      assert.equal(answerSignedBy, undefined);
    });

    it('when a page of HTML comes instead of an answer', async () => {
      const { outcome, answerBytes, answerMediaType } = await unknown('garbage');
      assert.deepEqual(outcome, { kind: 'unknown', reason: 'http-status' });
      assert.match(textOf(answerBytes), /Bad Gateway/);
      assert.equal(answerMediaType, 'text/html');
    });

    it('when the call is stopped', async () => {
      simulator.control('silent');
      const stopping = new AbortController();
      setTimeout(() => stopping.abort(), 100);
      const { outcome } = await adapter.call(question('person', people.widow), stopping.signal);
      assert.deepEqual(outcome, { kind: 'unknown', reason: 'stopped' });
    });
  });

  it('finds the stored answer again after a connection was lost', async () => {
    simulator.control({ behaviour: 'drop-after-execution', count: 1 });
    const exchange = question('person', people.widow);
    assert.equal((await adapter.call(exchange, unstopped())).outcome.kind, 'unknown');
    const executed = simulator.journal.executed;
    const { outcome } = await adapter.call(exchange, unstopped());
    assert.ok(outcome.kind === 'answered');
    assert.equal((outcome.evidence as PersonRecord).person.identifier.notation, people.widow);
    assert.equal(simulator.journal.executed, executed);
  });

  it('knows that nothing was executed when the registry says that it is busy', async () => {
    simulator.control('fault');
    const { outcome, answerSignedBy } = await adapter.call(question('person', people.widow), unstopped());
    assert.deepEqual(outcome, { kind: 'unavailable', reason: 'registry-busy' });
    assert.notEqual(answerSignedBy, undefined);
  });

  it('knows that nothing was executed when nobody listens', async () => {
    const gone = await startRegistry(partners);
    const lost = await connect(gone, partners);
    await gone.close();
    const { outcome, requestBytes, answerBytes } = await lost.call(
      question('person', people.widow),
      unstopped(),
    );
    assert.deepEqual(outcome, { kind: 'unavailable', reason: 'connect-refused' });
    assert.equal(requestBytes, undefined);
    assert.equal(answerBytes, undefined);
    assert.equal(await lost.probe(unstopped()), false);
    await lost.close();
  });

  it('does not use an answer that nobody signed, and keeps it as evidence', async () => {
    simulator.control('unsigned');
    const { outcome, answerBytes, answerSignedBy } = await adapter.call(
      question('person', people.widow),
      unstopped(),
    );
    assert.deepEqual(outcome, { kind: 'invalid', reason: 'security-absent' });
    assert.match(textOf(answerBytes), /GetPersonResponse/);
    assert.equal(answerSignedBy, undefined);
  });

  it('does not use a signed answer to another question', async () => {
    simulator.control('other-answer');
    const { outcome } = await adapter.call(question('person', people.widow), unstopped());
    assert.deepEqual(outcome, { kind: 'invalid', reason: 'addressing-relates-to' });
  });

  it('does not use the right answer, signed with a key that is not pinned', async () => {
    simulator.control('wrong-signer');
    const { outcome, answerSignedBy } = await adapter.call(question('person', people.widow), unstopped());
    assert.deepEqual(outcome, { kind: 'invalid', reason: 'key-unknown' });
    assert.equal(answerSignedBy, undefined);
  });

  it('does not use an answer of a registry whose certificate is not pinned', async () => {
    const impostor = await startRegistry(partners, partners.stranger);
    const deceived = await connect(impostor, partners);
    const { outcome, answerSignedBy } = await deceived.call(question('person', people.widow), unstopped());
    assert.deepEqual(outcome, { kind: 'invalid', reason: 'key-unknown' });
    assert.equal(answerSignedBy, undefined);
    await deceived.close();
    await impostor.close();
  });

  it('does not know what became of a question whose security the registry refused', async () => {
    const misaddressed = await connect(simulator, partners, { to: 'urn:another-registry' });
    const { outcome } = await misaddressed.call(question('person', people.widow), unstopped());
    assert.deepEqual(outcome, { kind: 'unknown', reason: 'unsigned-fault' });
    await misaddressed.close();
  });
});
