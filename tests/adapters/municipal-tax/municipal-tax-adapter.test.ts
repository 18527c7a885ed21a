import assert from 'node:assert/strict';
import type { Adapter } from '../../../adapters/adapter.js';
import { municipalTax } from '../../../adapters/municipal-tax/index.js';
import type { Sample, Simulator } from '../../../adapters/simulator-kind.js';
import type { TaxClearance } from '../../../contracts/canonical/types.js';
import { createEvidenceValidator } from '../../../contracts/canonical/validate.js';
import { systemClock } from '../../../src/clock.js';
import { uuidV7 } from '../../../src/ids.js';
import { profileOf, question, startRegistry, unstopped } from '../rest/simulated-registry.js';

describe('local dues of another municipality', () => {
  let fier: Simulator;
  let samples: readonly Sample[];
  const opened: Adapter[] = [];

  before(async () => {
    fier = await startRegistry(municipalTax, {});
    samples = (await municipalTax.simulator()).samples({ people: 300 });
  });
  after(async () => {
    for (const adapter of opened) await adapter.close();
    await fier.close();
  });

  const open = async (systems: object): Promise<Adapter> => {
    const adapter = await municipalTax.create(
      {
        endpoint: fier.endpoint,
        to: fier.endpoint,
        callbackUrl: 'http://127.0.0.1:1/v1/callbacks/municipal-tax',
        connectTimeoutMs: 2_000,
        callTimeoutMs: 10_000,
        maxSockets: 4,
        options: { systems },
      },
      {
        profile: await profileOf('municipal-tax'),
        clock: systemClock,
        validateEvidence: createEvidenceValidator(),
        nextId: () => uuidV7(systemClock).next(),
      },
    );
    opened.push(adapter);
    return adapter;
  };
  const system = (keyIds = ['dev-municipal-tax']) => ({ endpoint: fier.endpoint, to: fier.endpoint, keyIds });
  const ask = async (adapter: Adapter, municipality: string) => {
    const { subject } = samples.find(({ situation }) => situation === 'success') as Sample;
    return adapter.call(question('clearance', subject, { parameters: { municipality } }), unstopped());
  };

  it('are answered by its system, where it has one', async () => {
    const { outcome } = await ask(await open({ 21: system() }), '21');
    assert.ok(outcome.kind === 'answered', JSON.stringify(outcome));
    assert.equal((outcome.evidence as TaxClearance).status, 'CLEAR');
  });

  it('wait for its officers, where it has none', async () => {
    const { outcome, requestBytes } = await ask(await open({ 21: system() }), '22');
    assert.deepEqual(outcome, { kind: 'manual', code: 'NO_SYSTEM', office: '22' });
    assert.equal(requestBytes, undefined, 'nothing was sent');
  });

  it('are not answered with the key of another municipality, however well it is pinned', async () => {
    const { outcome, answerBytes } = await ask(await open({ 21: system(['dev-tax']) }), '21');
    assert.deepEqual(outcome, { kind: 'invalid', reason: 'clearance: signed-by-another-municipality' });
    assert.ok(answerBytes, 'the answer is kept as evidence');
  });

  it('are refused by a system that is asked for the dues of another one', async () => {
    const { outcome } = await ask(await open({ 22: system() }), '22');
    assert.ok(outcome.kind === 'refused', JSON.stringify(outcome));
    assert.equal(outcome.code, 'BAD_REQUEST');
  });
});
