import assert from 'node:assert/strict';
import type { Adapter, Exchange } from '../../../adapters/adapter.js';
import { business } from '../../../adapters/business/index.js';
import { generateCompanies } from '../../../adapters/business/simulator/companies.js';
import { generatePopulation } from '../../../adapters/civil/simulator/population.js';
import { samples } from '../../../adapters/civil/simulator/samples.js';
import type { Sample, Simulator } from '../../../adapters/simulator-kind.js';
import type { BusinessExtract, CompaniesOfAPerson } from '../../../contracts/canonical/types.js';
import { connect, question, startRegistry, textOf, unstopped } from '../rest/simulated-registry.js';

describe('business adapter with the simulated registry', () => {
  const people = 300;
  const population = generatePopulation(2026, people);
  const companies = generateCompanies(population);
  const known = samples(population);
  const ofFamily = [...companies.values()].find((each) => each.administrators[0]?.nid === known.headOfSix);
  let simulator: Simulator;
  let adapter: Adapter;
  let shown: readonly Sample[];

  before(async () => {
    simulator = await startRegistry(business, { people });
    adapter = await connect(business, simulator.endpoint);
    shown = (await business.simulator()).samples({ people });
  });
  after(async () => {
    await adapter.close();
    await simulator.close();
  });
  beforeEach(() => simulator.control({ behaviour: 'normal' }));

  const ask = (asked: Exchange) => adapter.call(asked, unstopped());
  const sample = (wanted: string, operation: string): Sample => {
    const found = shown.find((each) => each.situation === wanted && each.operation === operation);
    assert.ok(found, `${wanted} of ${operation}`);
    return found;
  };
  const asked = ({ operation, subject, parameters }: Sample) => question(operation, subject, { parameters });

  it('answers with the extract of a company, and its history only when it is asked for', async () => {
    assert.ok(ofFamily);
    const subject = { scheme: 'NUIS', notation: ofFamily.nuis } as const;
    const { outcome, answerSignedBy } = await ask(question('extract', subject));
    assert.ok(outcome.kind === 'answered', JSON.stringify(outcome));
    assert.equal(answerSignedBy, 'dev-business');
    const extract = outcome.evidence as BusinessExtract;
    assert.equal(extract.entity.legalIdentifier.notation, ofFamily.nuis);
    assert.equal(extract.status, 'ACTIVE');
    assert.equal(extract.administrators[0]?.person.identifier.notation, known.headOfSix);
    const spouse = population.familyOf
      .get(known.headOfSix)
      ?.members.find(({ relationToHead }) => relationToHead === 'SPOUSE');
    assert.equal(extract.shareholders[1]?.party.identifier.notation, spouse?.nid);
    assert.equal(
      extract.shareholders.reduce((sum, { sharePercent }) => sum + sharePercent, 0),
      100,
    );
    assert.equal(extract.history, undefined);

    const historic = await ask(asked(shown.find(({ about }) => about === 'a historic extract') as Sample));
    assert.ok(historic.outcome.kind === 'answered');
    const { history } = historic.outcome.evidence as BusinessExtract;
    assert.equal(history?.[0]?.kind, 'REGISTRATION');
  });

  it('answers with the roles of a person, and with an empty list for somebody without any', async () => {
    const some = await ask(asked(sample('success', 'companies-of-person')));
    assert.ok(some.outcome.kind === 'answered');
    const { companies: roles } = some.outcome.evidence as CompaniesOfAPerson;
    assert.deepEqual(
      roles.map(({ role, entity }) => [role, entity.legalIdentifier.notation]),
      ['ADMINISTRATOR', 'SHAREHOLDER'].map((role) => [role, ofFamily?.nuis]),
    );
    const none = await ask(asked(sample('empty', 'companies-of-person')));
    assert.ok(none.outcome.kind === 'answered');
    assert.deepEqual((none.outcome.evidence as CompaniesOfAPerson).companies, []);
  });

  it('tells a refusal with its code', async () => {
    const { outcome } = await ask(asked(sample('refusal', 'extract')));
    assert.ok(outcome.kind === 'refused');
    assert.equal(outcome.code, 'BUSINESS_NOT_FOUND');
  });

  it('asks for no business in the name of a person, and for no person in that of a business', async () => {
    for (const [operation, scheme] of [
      ['extract', 'NID'],
      ['companies-of-person', 'NUIS'],
    ] as const) {
      const { outcome, requestBytes } = await ask(question(operation, { scheme, notation: 'K22218003V' }));
      assert.deepEqual(outcome, { kind: 'invalid', reason: 'request: /subject/scheme not-mappable' });
      assert.equal(requestBytes, undefined);
    }
  });

  it('keeps sixteen questions at the same time apart', async () => {
    const nids = [...population.people.keys()].slice(0, 16);
    const answers = await Promise.all(
      nids.map((notation) => ask(question('companies-of-person', { scheme: 'NID', notation }))),
    );
    const about = answers.map(({ outcome }) =>
      outcome.kind === 'answered' ? (outcome.evidence as CompaniesOfAPerson).person.notation : outcome.kind,
    );
    assert.deepEqual(about, nids);
  });

  describe('when the answer comes late', () => {
    const poll = (exchange: Exchange, ticket: string) => {
      assert.ok(adapter.poll);
      return adapter.poll(exchange, ticket, unstopped());
    };

    it('takes the promise and fetches the answer under its ticket', async () => {
      const exchange = asked(sample('late', 'extract'));
      const { executed } = simulator.journal();
      const first = await ask(exchange);
      assert.ok(first.outcome.kind === 'pending', JSON.stringify(first.outcome));
      const { ticket, notBefore } = first.outcome;
      assert.ok(notBefore !== undefined && notBefore > Date.now());
      const early = await poll(exchange, ticket);
      assert.deepEqual(early.outcome, first.outcome);
      assert.match(textOf(early.requestBytes), new RegExp(ticket));
      assert.match(String(early.requestMeta?.targetUri), /\/answers$/);

      let latest = early;
      while (latest.outcome.kind === 'pending') {
        await new Promise((resolve) => setTimeout(resolve, 100));
        latest = await poll(exchange, ticket);
      }
      assert.ok(latest.outcome.kind === 'answered', JSON.stringify(latest.outcome));
      assert.equal(
        (latest.outcome.evidence as BusinessExtract).entity.legalIdentifier.notation,
        exchange.subject.notation,
      );
      // The question itself, asked again, has the answer by now as well.
      assert.deepEqual((await ask(exchange)).outcome, latest.outcome);
      assert.equal(simulator.journal().executed, executed + 1);
    });

    it('does not take an unknown ticket, nor that of another question, for a refusal', async () => {
      const exchange = asked(sample('late', 'extract'));
      const { outcome } = await ask(exchange);
      assert.ok(outcome.kind === 'pending');
      const unknown = { kind: 'invalid', reason: 'problem: ticket-unknown' };
      assert.deepEqual((await poll(exchange, 'never-given-out')).outcome, unknown);
      const other = asked(sample('late', 'extract'));
      assert.deepEqual((await poll(other, outcome.ticket)).outcome, unknown);
      assert.deepEqual((await poll(exchange, 'with a space')).outcome, {
        kind: 'invalid',
        reason: 'request: /ticket pattern',
      });
    });

    it('refuses the answer to another question of the same person under the same ticket', async () => {
      const exchange = asked(sample('late', 'extract'));
      const { outcome } = await ask(exchange);
      assert.ok(outcome.kind === 'pending');
      simulator.control({ behaviour: 'other-answer', count: 1 });
      assert.deepEqual((await poll(exchange, outcome.ticket)).outcome, {
        kind: 'invalid',
        reason: 'answer-not-bound',
      });
      assert.ok(['pending', 'answered'].includes((await poll(exchange, outcome.ticket)).outcome.kind));
    });
  });
});
