import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Adapter, Exchange } from '../../../../adapters/adapter.js';
import { property } from '../../../../adapters/property/index.js';
import type { Simulator } from '../../../../adapters/simulator-kind.js';
import { makePartners, type Partners } from '../../partners.js';
import { connect, question, unstopped } from '../simulated-registry.js';

describe('property simulator behind the interface of all simulators', () => {
  let folder: string;
  let partners: Partners;
  let simulator: Simulator;
  let adapter: Adapter;

  before(async () => {
    partners = await makePartners();
    folder = mkdtempSync(join(tmpdir(), 'ura-keys-'));
    const keep = (file: string, text: string) => writeFileSync(join(folder, file), text);
    keep('property-wss.key.pem', partners.registry.privateKeyPem);
    keep('property-wss.cert.pem', partners.registry.certificatePem);
    keep('gateway-wss.cert.pem', partners.gateway.certificatePem);
    const kind = await property.simulator();
    assert.equal(kind.defaultPort, 9302);
    simulator = await kind.start({ port: 0, people: 300, keysFolder: folder });
    adapter = await connect({ soapUrl: simulator.endpoint }, partners);
  });
  after(async () => {
    await adapter.close();
    await simulator.close();
    rmSync(folder, { recursive: true });
  });

  it('has an answer of the named kind to each of its samples', async () => {
    const samples = (await property.simulator()).samples({ people: 300 });
    const kinds = { success: 'answered', empty: 'answered', refusal: 'refused' };
    for (const { situation, operation, subject, parameters, about } of samples) {
      const exchange: Exchange = { ...question(operation, subject), parameters };
      const { outcome } = await adapter.call(exchange, unstopped());
      assert.equal(outcome.kind, kinds[situation as keyof typeof kinds], about);
    }
    assert.deepEqual(simulator.journal(), { executed: samples.length, repeated: 0 });
  });

  it('obeys, and refuses commands that it does not know', async () => {
    const [sample] = (await property.simulator()).samples({ people: 300 });
    assert.ok(sample !== undefined);
    simulator.control({ behaviour: 'late-poll', delayMs: 60_000, count: 1 });
    const exchange = question(sample.operation, sample.subject);
    assert.equal((await adapter.call(exchange, unstopped())).outcome.kind, 'pending');
    assert.throws(() => simulator.control({ behaviour: 'sulk' }), TypeError);
    assert.throws(() => simulator.control({ behaviour: 'fault', faultCode: 'PERSON_NOT_FOUND' }), TypeError);
  });

  it('refuses a question whose media type names another action than the message', async () => {
    const question = await partners.profile.signRequest({
      soapVersion: '1.2',
      bodyContent: '<GetOwnership xmlns="urn:al:ura:registry:property:v1"/>',
      to: simulator.endpoint,
      action: 'urn:al:ura:registry:property:v1/GetOwnership',
      messageId: 'urn:uuid:0190f3a1-7c00-7000-8000-000000000001',
    });
    const post = async (type: string) => {
      const response = await fetch(simulator.endpoint, {
        method: 'POST',
        headers: { 'content-type': type },
        body: Buffer.from(question),
      });
      return { status: response.status, text: await response.text() };
    };
    const other = await post('application/soap+xml; action="urn:al:ura:registry:property:v1/GetAnswer"');
    assert.equal(other.status, 400);
    assert.match(other.text, /<Code>BAD_REQUEST<\/Code>/);
    assert.equal((await post('text/xml; charset=utf-8')).status, 415);
    assert.equal((await post('application/soap+xml; charset=utf-16')).status, 415);
  });
});
