import assert from 'node:assert/strict';
import type { Adapter, Exchange } from '../../../adapters/adapter.js';
import { civilDefinition, civilNamespace } from '../../../adapters/civil/definition.js';
import { contentOf, exchangeOf, type ScriptedRegistry, startScriptedRegistry } from './scripted-registry.js';

const never = new AbortController().signal;
const definition = civilDefinition();

describe('SOAP adapter', () => {
  let registry: ScriptedRegistry;
  let adapter: Adapter;

  before(async () => {
    registry = await startScriptedRegistry();
    adapter = await registry.connect();
  });
  after(async () => {
    await adapter.close();
    await registry.close();
  });
  beforeEach(() => registry.forget());

  async function outcomeOf(behaviour = 'person', changes: Partial<Exchange> = {}) {
    return (await adapter.call(exchangeOf(behaviour, changes), never)).outcome;
  }

  it('sends action, addresses, trace and a message id that is stable over repetitions', async () => {
    registry.replyWith(registry.signed());
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const exchange = exchangeOf('person', { traceparent });
    assert.equal((await adapter.call(exchange, never)).outcome.kind, 'answered');
    const [{ headers, verified } = assert.fail()] = registry.questions;
    assert.equal(headers['content-type'], 'text/xml; charset=utf-8');
    assert.equal(headers.soapaction, `"${civilNamespace}/GetPerson"`);
    assert.equal(headers.traceparent, traceparent);
    assert.equal(verified.messageId, `urn:uuid:${exchange.messageId}`);
    assert.equal(verified.action, `${civilNamespace}/GetPerson`);
    assert.equal(verified.replyTo, 'http://www.w3.org/2005/08/addressing/anonymous');
  });

  it('goes by the verified message and not by the HTTP status', async () => {
    registry.replyWith(registry.signed(), 500);
    assert.equal((await outcomeOf()).kind, 'answered');
    registry.replyWith(
      registry.signed({ bodyContent: contentOf('person-not-found'), action: definition.faultAction }),
      200,
    );
    assert.equal((await outcomeOf()).kind, 'refused');
  });

  describe('sends nothing', () => {
    afterEach(() => assert.equal(registry.questions.length, 0));

    it('that the registry would refuse by its schema, and does not quote it', async () => {
      const exchanged = await adapter.call(exchangeOf('person', { legalBasis: 'x'.repeat(301) }), never);
      assert.deepEqual(exchanged.outcome, {
        kind: 'invalid',
        reason: 'request: /*/*[1]/LegalBasis: maxLength',
      });
      assert.equal(exchanged.requestBytes, undefined);
    });

    it('that has no words in the contract', async () => {
      assert.deepEqual(await outcomeOf('birth-fact', { parameters: { factKind: 'ADOPTION' } }), {
        kind: 'invalid',
        reason: 'request: /parameters/factKind: not-mappable',
      });
      assert.deepEqual(await outcomeOf('person', { subject: { scheme: 'NUIS', notation: 'J12345678A' } }), {
        kind: 'invalid',
        reason: 'request: /subject/scheme: not-mappable',
      });
    });

    it('after the deadline', async () => {
      assert.deepEqual(await outcomeOf('person', { deadlineAt: Date.now() - 1 }), {
        kind: 'unavailable',
        reason: 'call-timeout',
      });
    });

    it('when it was stopped before', async () => {
      const { outcome } = await adapter.call(exchangeOf('person'), AbortSignal.abort());
      assert.deepEqual(outcome, { kind: 'unavailable', reason: 'stopped' });
    });

    it('for an operation that it does not have', async () => {
      await assert.rejects(adapter.call(exchangeOf('person', { operation: 'everybody' }), never));
    });
  });

  it('accepts no answer while the replay set does not answer', async () => {
    registry.replyWith(registry.signed());
    const profile = {
      ...registry.partners.profile,
      verifyAnswer: () => Promise.reject(new Error('no database')),
    };
    const closed = await registry.connect({ profile });
    await assert.rejects(closed.call(exchangeOf('person'), never), /no database/);
    await closed.close();
  });
});
