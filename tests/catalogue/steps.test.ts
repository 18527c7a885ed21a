import assert from 'node:assert/strict';
import { stepProblems, stepsBefore, stepsNamedIn } from '../../src/catalogue/steps.js';
import type { Step } from '../../src/config/catalogue-settings.js';

const step = (id: string, change: Partial<Step> = {}): Step => ({ id, service: 'AL012031', ...change });

describe('steps of a procedure', () => {
  for (const [expression, named] of [
    ['applicant', []],
    ['steps.family.evidence.members.map(m, m.person)', ['family']],
    ['steps . family.evidence', ['family']],
    [`steps["own-home"].evidence.found || steps['tax'].evidence.status == "CLEAR"`, ['own-home', 'tax']],
    [`form.note == "steps.family" && form.other == 'it\\'s steps.tax'`, []],
    ['form.steps.family == 1 && mysteps.a == 2', []],
    ['steps.a.evidence.x == steps.a.evidence.y', ['a']],
    ['size(steps) > 0', [undefined]],
    ['steps[form.which].evidence', [undefined]],
    // CEL would subtract, so it is the step `own` that is read.
    ['steps.own-home.evidence', ['own']],
  ] as const) {
    it(`reads ${JSON.stringify(named)} in ${expression}`, () => {
      assert.deepEqual(stepsNamedIn(expression), named);
    });
  }

  it('come after every step that any of their expressions names', () => {
    const last = step('last', {
      when: 'steps.a.evidence.found',
      forEach: 'steps.b.evidence.members',
      subject: 'steps.c.evidence.head.identifier',
      parameters: { factKind: 'steps.d.evidence.kind' },
    });
    assert.deepEqual(stepsBefore(last).sort(), ['a', 'b', 'c', 'd']);
  });

  it('can be run when they are a tree, a diamond, or nothing', () => {
    const from = (id: string, ...ids: string[]) =>
      step(id, { when: ids.map((each) => `steps.${each}.evidence.found`).join(' && ') });
    assert.deepEqual(stepProblems([]), []);
    assert.deepEqual(stepProblems([from('d', 'b', 'c'), from('b', 'a'), from('c', 'a'), step('a')]), []);
  });

  it('name what keeps them from running', () => {
    const problems = stepProblems([
      step('a', { when: 'steps.b.evidence.found' }),
      step('b', { subject: 'steps.a.evidence.person' }),
      step('c', { when: 'steps.nowhere.evidence.found', parameters: { factKind: 'size(steps)' } }),
      step('d', { when: 'steps.d.evidence.found' }),
      step('e'),
      step('e'),
    ]);
    assert.deepEqual(problems, [
      'step e is given more than once',
      'step c: when names step nowhere, which is not in the procedure',
      'step c: parameters.factKind does not say which step it means: write steps.<id>',
      'steps a, b, d wait for each other',
    ]);
  });
});
