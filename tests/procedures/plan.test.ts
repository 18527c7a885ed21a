import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CaseExchange } from '../../src/procedures/case.js';
import { checkProcedure } from '../../src/procedures/check-procedure.js';
import { Expressions } from '../../src/procedures/expression.js';
import {
  type CaseFacts,
  type CasePlan,
  missingOf,
  planCase,
  questionKey,
} from '../../src/procedures/plan.js';
import type { Step } from '../../src/procedures/procedure.js';
import { answer, applicant, exchangeOf, factsOf, familyOf, procedureOf } from './facts.js';

const family: Step = { id: 'family', service: 'AL012031' };
const property: Step = {
  id: 'property',
  service: 'AL013001',
  forEach: '[applicant] + steps.family.evidence.members.map(m, m.person.identifier)',
  subject: 'item',
};
const tax: Step = { id: 'tax', service: 'AL014001', parameters: { includeDebts: 'form.debts' } };
const extract: Step = { id: 'extract', service: 'AL015001', when: 'form.selfEmployed', optional: true };

describe('the plan of a case', () => {
  const expressions = new Expressions();
  const plan = (facts: CaseFacts): CasePlan => planCase(facts, expressions);
  const states = ({ steps }: CasePlan): Record<string, string> =>
    Object.fromEntries(steps.map(({ step, state }) => [step.id, state]));
  const reasonOf = ({ steps }: CasePlan, id: string): string | undefined =>
    steps.find(({ step }) => step.id === id)?.reason?.code;

  it('asks at once whatever needs nothing else, and lets the rest wait', () => {
    const made = plan(factsOf([property, family, tax], [], { form: { debts: true } }));
    assert.deepEqual(states(made), { property: 'waiting', family: 'running', tax: 'running' });
    assert.deepEqual(
      made.asks.map(({ step, subject, parameters }) => [step, subject, parameters]),
      [
        ['family', applicant, {}],
        ['tax', applicant, { includeDebts: true }],
      ],
    );
    assert.equal(made.end, undefined);
    assert.deepEqual(made.steps[0]?.after, ['family']);
  });

  it('asks one question for each element, once the step that names them has answered', () => {
    const [ask] = plan(factsOf([family, property])).asks;
    assert.ok(ask);
    const made = plan(factsOf([family, property], [answer(ask, familyOf(5))]));
    assert.deepEqual(
      made.asks.map(({ item, subject }) => [item, subject.notation]),
      [[0, 'J00101999W'], ...[0, 1, 2, 3, 4].map((n) => [n + 1, `M${n}`])],
    );
  });

  it('is complete when every step has its answers, and an empty fan-out is one', () => {
    const [ask] = plan(factsOf([family, property])).asks;
    assert.ok(ask);
    const members: Step = {
      ...property,
      forEach: 'steps.family.evidence.members.map(m, m.person.identifier)',
    };
    const made = plan(factsOf([family, members], [answer(ask, familyOf(0))]));
    assert.deepEqual(states(made), { family: 'done', property: 'done' });
    assert.equal(made.end, 'complete');
  });

  it('asks nothing in a fan-out that has too many elements', () => {
    const [ask] = plan(factsOf([family, property])).asks;
    assert.ok(ask);
    const narrow = { ...property, maxItems: 5 };
    const made = plan(factsOf([family, narrow], [answer(ask, familyOf(5))]));
    assert.deepEqual(made.asks, []);
    assert.equal(reasonOf(made, 'property'), 'too-many-items');
    assert.equal(made.end, 'incomplete');
    assert.equal(plan(factsOf([family, narrow], [answer(ask, familyOf(4))])).asks.length, 5);
  });

  it('skips a step whose condition is false, and what rests on it', () => {
    const onExtract: Step = { id: 'shares', service: 'AL015002', subject: 'steps.extract.evidence.owner' };
    const made = plan(factsOf([extract, onExtract], [], { form: { selfEmployed: false } }));
    assert.deepEqual(states(made), { extract: 'skipped', shares: 'skipped' });
    assert.equal(made.end, 'complete');
  });

  it('is incomplete without a step that it needs, and says which and why', () => {
    const [ask] = plan(factsOf([family, property])).asks;
    assert.ok(ask);
    const refused = exchangeOf(ask, {
      state: 'refused',
      reason: { code: 'PERSON_NOT_FOUND', detail: 'Nuk ka' },
    });
    const made = plan(factsOf([family, property], [refused]));
    assert.deepEqual(states(made), { family: 'failed', property: 'failed' });
    assert.equal(made.end, 'incomplete');
    assert.deepEqual(
      missingOf(made).map(({ step, reason }) => [step, reason.code]),
      [
        ['family', 'PERSON_NOT_FOUND'],
        ['property', 'needs-step'],
      ],
    );
  });

  it('is complete without a step that it can do without', () => {
    const facts = factsOf([extract], [], { form: { selfEmployed: true } });
    const [ask] = plan(facts).asks;
    assert.ok(ask);
    const made = plan({ ...facts, exchanges: [exchangeOf(ask, { state: 'failed' })] });
    assert.equal(made.end, 'complete');
    assert.deepEqual(missingOf(made), []);
  });

  it('lets an expression go on without the evidence of a failed step, when it says so', () => {
    const either: Step = {
      id: 'either',
      service: 'AL012001',
      subject: 'has(steps.extract.evidence) ? steps.extract.evidence.owner : applicant',
    };
    const facts = factsOf([extract, either], [], { form: { selfEmployed: true } });
    const [ask] = plan(facts).asks;
    assert.ok(ask);
    const made = plan({ ...facts, exchanges: [exchangeOf(ask, { state: 'failed' })] });
    assert.deepEqual(made.asks[0]?.subject, applicant);
  });

  it('keeps what was asked, whatever becomes known later', () => {
    const [ask] = plan(factsOf([family, property])).asks;
    assert.ok(ask);
    const first = plan(factsOf([family, property], [answer(ask, familyOf(2))])).asks;
    const later = [answer(ask, familyOf(7)), ...first.map((each) => exchangeOf(each))];
    const made = plan(factsOf([family, property], later));
    assert.deepEqual(made.asks, []);
    assert.equal(made.steps[1]?.exchanges.length, 3);
  });

  it('ends at its deadline: what is open is missing, what waits is not asked any more', () => {
    const [ask] = plan(factsOf([family, property])).asks;
    assert.ok(ask);
    const late = plan(factsOf([family, property, tax], [exchangeOf(ask)], { now: 2_000_000 }));
    assert.equal(late.end, 'incomplete');
    assert.equal(reasonOf(late, 'family'), 'deadline-passed');
    assert.deepEqual(late.asks, []);
  });

  it('counts the last round of an item only', () => {
    const [ask] = plan(factsOf([family])).asks;
    assert.ok(ask);
    const rounds = [exchangeOf(ask, { state: 'failed' }), answer({ ...ask, round: 2 }, familyOf(0))];
    assert.equal(plan(factsOf([family], rounds)).end, 'complete');
  });

  for (const [what, subject] of [
    ['text', '"J00101999W"'],
    ['another scheme', '{"scheme": "IBAN", "notation": "1"}'],
    ['no notation', '{"scheme": "NID"}'],
  ]) {
    it(`asks about nobody when the subject is ${what}`, () => {
      const made = plan(factsOf([{ ...family, subject } as Step]));
      assert.equal(reasonOf(made, 'family'), 'no-subject');
      assert.deepEqual(made.asks, []);
    });
  }

  it('has one key for one question, whatever the order of its parameters', () => {
    const question = { service: 'AL1', subject: applicant };
    assert.equal(
      questionKey({ ...question, parameters: { a: 1, b: { c: 2, d: 3 } } }),
      questionKey({ ...question, parameters: { b: { d: 3, c: 2 }, a: 1 } }),
    );
    assert.notEqual(
      questionKey({ ...question, parameters: { a: 1 } }),
      questionKey({ ...question, parameters: { a: '1' } }),
    );
  });

  /** Steps that name only earlier ones, in any order of the file; some fan out over a list of the form. */
  const procedures = fc
    .array(
      fc.record({
        names: fc.array(fc.nat(20), { maxLength: 3 }),
        fans: fc.boolean(),
        optional: fc.boolean(),
      }),
      {
        minLength: 1,
        maxLength: 8,
      },
    )
    .map((drafts) =>
      drafts.map(({ names, fans, optional }, index): Step => {
        const before = [...new Set(names.map((name) => name % Math.max(index, 1)))].filter(() => index > 0);
        const conditions = before.map((id) => `(has(steps.s${id}.evidence) || true)`);
        return {
          id: `s${index}`,
          service: 'AL012001',
          optional,
          ...(fans ? { forEach: 'form.list', subject: 'item' } : {}),
          ...(conditions.length > 0 ? { when: conditions.join(' && ') } : {}),
        };
      }),
    )
    .chain((steps) => fc.shuffledSubarray(steps, { minLength: steps.length }));

  it('asks no step before those that it names have ended, each item once, and always ends', () => {
    fc.assert(
      fc.property(procedures, fc.nat(6), fc.infiniteStream(fc.boolean()), (steps, count, fates) => {
        assert.deepEqual(checkProcedure(procedureOf(steps), expressions), []);
        const list = Array.from({ length: count }, (_, index) => ({ scheme: 'NID', notation: `L${index}` }));
        const ended = new Map<string, number>();
        let exchanges: CaseExchange[] = [];
        for (let turn = 0; ; turn += 1) {
          assert.ok(turn <= steps.length * (count + 2) + 2, 'the case ends');
          const facts = factsOf(steps, exchanges, { form: { list } });
          const made = plan(facts);
          assert.deepEqual(plan(facts), made, 'the same facts give the same plan');
          for (const { step } of made.asks) {
            for (const id of made.steps.find((each) => each.step.id === step)?.after ?? []) {
              assert.ok(
                !exchanges.some((each) => each.step === id && each.state === 'open'),
                `${step} before ${id}`,
              );
              assert.ok(
                made.steps.some((each) => each.step.id === id && /done|failed|skipped/.test(each.state)),
              );
            }
          }
          exchanges = [...exchanges, ...made.asks.map((ask) => exchangeOf(ask))];
          const open = exchanges.find(({ state }) => state === 'open');
          if (!open) {
            assert.ok(made.end);
            break;
          }
          // One after the other ends, well or badly.
          const state = fates.next().value ? 'answered' : 'failed';
          exchanges = exchanges.map((each) => (each === open ? { ...each, state, evidence: {} } : each));
          ended.set(open.requestId, (ended.get(open.requestId) ?? 0) + 1);
        }
        const expected = steps.reduce((sum, { forEach }) => sum + (forEach === undefined ? 1 : count), 0);
        assert.equal(ended.size, expected);
        assert.ok([...ended.values()].every((times) => times === 1));
      }),
      { numRuns: 150 },
    );
  });
});

describe('a procedure that cannot be run', () => {
  const expressions = new Expressions();
  const wrong: readonly [string, Step[], RegExp][] = [
    ['a step that is not there', [{ ...family, subject: 'steps.nobody.evidence' }], /names step nobody/],
    ['two steps of one name', [family, family], /family is given more than once/],
    [
      'steps that wait for each other',
      [
        { ...family, when: 'has(steps.tax.evidence)' },
        { ...tax, when: 'has(steps.family.evidence)' },
      ],
      /family, tax wait for each other/,
    ],
    ['item without forEach', [{ ...family, subject: 'item' }], /names item/],
    ['item in the list itself', [{ ...property, forEach: '[item]' }], /names item/],
    ['a condition that is text', [{ ...family, when: "'yes'" }], /gives string, not bool/],
    ['no CEL', [{ ...family, parameters: { x: 'a +' } }], /parameters.x is no CEL/],
  ];
  for (const [what, steps, complaint] of wrong) {
    it(`is found out: ${what}`, () => {
      assert.match(checkProcedure(procedureOf(steps), expressions).join('; '), complaint);
    });
  }

  it('fails at the steps that nobody can reach, should it be run all the same', () => {
    const steps = [{ ...family, subject: 'steps.family.evidence' }];
    const made = planCase(factsOf(steps), expressions);
    assert.equal(made.end, 'incomplete');
  });
});
