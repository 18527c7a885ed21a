import assert from 'node:assert/strict';
import type { Adapter, Exchange } from '../../../adapters/adapter.js';
import { generateCompanies } from '../../../adapters/business/simulator/companies.js';
import { generatePopulation } from '../../../adapters/civil/simulator/population.js';
import { samples } from '../../../adapters/civil/simulator/samples.js';
import type { Sample, Simulator } from '../../../adapters/simulator-kind.js';
import { tax } from '../../../adapters/tax/index.js';
import type { TaxClearance } from '../../../contracts/canonical/types.js';
import { connect, question, startRegistry, textOf, unstopped } from '../rest/simulated-registry.js';

describe('tax adapter with the simulated registry', () => {
  const people = 300;
  const population = generatePopulation(2026, people);
  const known = samples(population);
  let simulator: Simulator;
  let adapter: Adapter;
  let shown: readonly Sample[];

  before(async () => {
    simulator = await startRegistry(tax, { people });
    adapter = await connect(tax, simulator.endpoint);
    shown = (await tax.simulator()).samples({ people });
  });
  after(async () => {
    await adapter.close();
    await simulator.close();
  });

  async function clearanceOf(
    notation: string,
    { scheme = 'NID', ...changes }: Partial<Exchange> & { scheme?: 'NID' | 'NUIS' } = {},
  ): Promise<TaxClearance> {
    const asked = question('clearance', { scheme, notation }, changes);
    const { outcome } = await adapter.call(asked, unstopped());
    assert.ok(outcome.kind === 'answered', JSON.stringify(outcome));
    assert.equal(outcome.evidenceType, 'tax-clearance');
    return outcome.evidence as TaxClearance;
  }

  it('answers with the status alone, unless debts are asked for', async () => {
    const status = await clearanceOf(known.divorced);
    assert.deepEqual(status.subject, { scheme: 'NID', notation: known.divorced });
    assert.equal(status.status, 'DEBT');
    assert.equal(status.debts, undefined);
    const whole = await clearanceOf(known.divorced, { parameters: { includeDebts: true } });
    assert.ok(whole.debts && whole.debts.length > 0);
    for (const { amount } of whole.debts) assert.ok(amount > 0);
  });

  it('knows every member of a family of the civil register, and owes them nothing', async () => {
    const family = population.familyOf.get(known.headOfSix);
    const nids = [known.headOfSix, ...(family?.members ?? []).map(({ nid }) => nid)];
    assert.equal(nids.length, 6);
    const statuses = await Promise.all(nids.map(async (nid) => (await clearanceOf(nid)).status));
    assert.deepEqual(
      statuses,
      nids.map(() => 'CLEAR'),
    );
  });

  it('answers about businesses by their own number, and not by a number of the other kind', async () => {
    const companies = [...generateCompanies(population).values()];
    const [company] = companies;
    assert.ok(company);
    const clearance = await clearanceOf(company.nuis, { scheme: 'NUIS' });
    assert.deepEqual(clearance.subject, { scheme: 'NUIS', notation: company.nuis });
    const asPerson = question('clearance', { scheme: 'NID', notation: company.nuis });
    const { outcome } = await adapter.call(asPerson, unstopped());
    // The shapes overlap: some numbers pass as a person's, whom nobody knows; the others are not even sent.
    assert.ok(['refused', 'invalid'].includes(outcome.kind), outcome.kind);
  });

  it('tells a refusal with its code, signed', async () => {
    const asked = question('clearance', { scheme: 'NID', notation: known.unknown });
    const { outcome, answerSignedBy, answerMediaType, answerMeta } = await adapter.call(asked, unstopped());
    assert.ok(outcome.kind === 'refused');
    assert.equal(outcome.code, 'TAXPAYER_NOT_FOUND');
    assert.equal(answerSignedBy, 'dev-tax');
    assert.equal(answerMediaType, 'application/problem+json');
    assert.equal(answerMeta?.status, 404);
  });

  it('sends nothing that the document has no words for', async () => {
    const { executed } = simulator.journal();
    for (const [subject, parameters, reason] of [
      [{ scheme: 'PROPERTY', notation: '8270/8/638' }, {}, 'request: /subject/scheme not-mappable'],
      [{ scheme: 'NID', notation: 'J0010199' }, {}, 'request: /taxpayer/number pattern'],
      [
        { scheme: 'NID', notation: known.widow },
        { includeDebts: 'yes' },
        'request: /parameters/includeDebts not-mappable',
      ],
    ] as const) {
      const { outcome, requestBytes } = await adapter.call(
        question('clearance', subject, { parameters }),
        unstopped(),
      );
      assert.deepEqual(outcome, { kind: 'invalid', reason });
      assert.equal(requestBytes, undefined);
    }
    assert.equal(simulator.journal().executed, executed);
  });

  it('names the officer and the case in the signed body, and no person in the header', async () => {
    const asked = question('clearance', { scheme: 'NID', notation: known.widow }, { consentRef: 'C-9' });
    const { requestBytes, requestMeta } = await adapter.call(asked, unstopped());
    const body = JSON.parse(textOf(requestBytes));
    assert.equal(body.messageId, asked.messageId);
    assert.deepEqual(body.context, {
      purpose: asked.purpose,
      legalBasis: asked.legalBasis,
      consentRef: 'C-9',
      caseId: asked.caseId,
      requester: asked.requester,
    });
    assert.doesNotMatch(JSON.stringify(requestMeta), new RegExp(known.widow));
  });

  it('keeps sixteen questions at the same time apart', async () => {
    const nids = [...population.people.keys()].slice(0, 16);
    const clearances = await Promise.all(nids.map((nid) => clearanceOf(nid)));
    assert.deepEqual(
      clearances.map(({ subject }) => subject.notation),
      nids,
    );
  });

  it('shows each situation with its samples', async () => {
    for (const { situation, operation, subject, parameters, about } of shown) {
      const { outcome } = await adapter.call(question(operation, subject, { parameters }), unstopped());
      if (situation === 'refusal') assert.equal(outcome.kind, 'refused', about);
      else {
        assert.ok(outcome.kind === 'answered', about);
        const { status, debts } = outcome.evidence as TaxClearance;
        assert.equal(status, situation === 'debt' ? 'DEBT' : 'CLEAR', about);
        assert.equal(debts !== undefined, parameters.includeDebts === true, about);
      }
    }
  });
});
