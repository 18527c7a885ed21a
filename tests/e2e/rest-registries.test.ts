import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createEvidenceStore } from '../../src/evidence/evidence-store.js';
import { type CollectedResults, collectResults } from '../support/collect-results.js';
import { type RestRegistries, sampleRequest, startRestRegistries } from '../support/rest-registries.js';
import { type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';

describe('requests to REST registries, end to end', function () {
  this.timeout(60_000);
  let registries: RestRegistries;
  let stack: Stack;
  let results: CollectedResults;

  before(async () => {
    registries = await startRestRegistries(200);
    stack = await startStack({ people: 200, variables: registries.variables });
    results = await collectResults(stack.variables);
  });
  after(async () => {
    await results.stop();
    await stack.stop();
    await registries.stop();
  });

  type Draft = ReturnType<typeof sampleRequest>;
  const submit = async (draft: Draft) =>
    (await stack.client()).submit(draft, { idempotencyKey: randomUUID(), waitSeconds: 20 });

  it('tax clearance: the status comes back over HTTP and out of Kafka, without amounts', async () => {
    const sample = registries.sample('tax', 'debt');
    const request = await submit(sampleRequest('AL014001', 'transport-licence', sample));
    assert.equal(request.state, 'answered');
    assert.ok(request.result?.kind === 'answered');
    const evidence = request.result.evidence as Record<string, unknown>;
    assert.deepEqual(evidence.subject, sample.subject);
    assert.equal(evidence.status, 'DEBT');
    assert.equal('debts' in evidence, false);
    const event = await results.next(request.id);
    assert.equal(event.type, 'ura.request.answered.v1');
    assert.deepEqual(event.value.result, request.result);
  });

  it('tax clearance: amounts are asked for, and kept from whom they were not granted to', async () => {
    const { subject } = registries.sample('tax', 'debt');
    const sample = { ...registries.sample('tax', 'debt'), subject, parameters: { includeDebts: true } };
    const request = await submit(sampleRequest('AL014001', 'transport-licence', sample));
    assert.ok(request.result?.kind === 'answered');
    const evidence = request.result.evidence as Record<string, unknown>;
    assert.equal(evidence.status, 'DEBT');
    assert.equal('debts' in evidence, false);
  });

  it('business extract: delivered with the granted fields alone', async () => {
    const sample = registries.sample('business', 'success', 'extract');
    const request = await submit(sampleRequest('AL015001', 'transport-licence', sample));
    assert.ok(request.result?.kind === 'answered', JSON.stringify(request));
    const evidence = request.result.evidence as { entity: { legalIdentifier: unknown } };
    assert.deepEqual(evidence.entity.legalIdentifier, sample.subject);
    assert.deepEqual(Object.keys(evidence).sort(), ['administrators', 'asOf', 'entity', 'status']);
    assert.deepEqual((await results.next(request.id)).value.result, request.result);
  });

  it('businesses of a person: an empty list is an answer', async () => {
    const sample = registries.sample('business', 'empty');
    const request = await submit(sampleRequest('AL015002', 'social-housing', sample));
    assert.ok(request.result?.kind === 'answered');
    assert.deepEqual((request.result.evidence as { companies: unknown }).companies, []);
  });

  it("brings back a registry's refusal", async () => {
    const request = await submit(
      sampleRequest('AL014001', 'transport-licence', registries.sample('tax', 'refusal')),
    );
    assert.equal(request.state, 'refused');
    assert.equal(request.result?.kind === 'refused' && request.result.code, 'TAXPAYER_NOT_FOUND');
    assert.equal((await results.next(request.id)).type, 'ura.request.refused.v1');
  });

  it('fetches an answer that a registry promised for later', async () => {
    const client = await stack.client();
    const draft = sampleRequest('AL015001', 'building-permit', registries.sample('business', 'late'));
    const { id } = await client.submit(draft, { idempotencyKey: randomUUID() });
    const event = await results.next(id);
    assert.equal(event.type, 'ura.request.answered.v1');
    const request = await client.get(id);
    assert.ok(request.result?.kind === 'answered');
    const { history } = request.result.evidence as { history: { kind: string }[] };
    assert.equal(history[0]?.kind, 'REGISTRATION');
    const outcomes = (await createEvidenceStore(stack.database).read(id))
      .filter(({ kind }) => kind === 'registry-answer')
      .map(({ meta }) => meta.outcome);
    assert.equal(outcomes[0], 'pending');
    assert.equal(outcomes.at(-1), 'answered');
  });

  it('repeats a question whose answer was lost, and the registry executes it once', async () => {
    registries.tax.control({ behaviour: 'drop-after-execution', count: 1 });
    const before = registries.tax.journal();
    const request = await submit(
      sampleRequest('AL014001', 'transport-licence', registries.sample('tax', 'success')),
    );
    assert.equal(request.state, 'answered');
    const after = registries.tax.journal();
    assert.deepEqual([after.executed - before.executed, after.repeated - before.repeated], [1, 1]);
  });

  it('never delivers an answer that somebody else signed, and raises the alarm', async () => {
    registries.business.control({ behaviour: 'wrong-signer' });
    const client = await stack.client();
    const draft = sampleRequest('AL015002', 'social-housing', registries.sample('business', 'empty'));
    const { id } = await client.submit(draft, { idempotencyKey: randomUUID() });
    const alarm = await waitFor(
      () => stack.log.find((line) => line.requestId === id && String(line.msg).startsWith('ALARM')),
      'the alarm',
    );
    assert.equal(alarm.reason, 'keyid-unknown');
    assert.equal((await client.get(id)).result, undefined);
    registries.business.control({ behaviour: 'normal' });
    assert.equal((await results.next(id)).type, 'ura.request.answered.v1');
  });
});
