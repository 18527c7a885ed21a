import assert from 'node:assert/strict';
import {
  type ExpressionContext,
  ExpressionFailed,
  ExpressionInvalid,
  Expressions,
} from '../../src/procedures/expression.js';

const context: ExpressionContext = {
  applicant: { scheme: 'NID', notation: 'J00101999W' },
  form: { children: 3, area: 52.5, selfEmployed: true, reason: 'x' },
  municipality: '20',
  steps: {
    family: { evidence: { members: [{ person: { identifier: { scheme: 'NID', notation: 'A' } } }] } },
    'own-home': { items: [{ evidence: { found: false } }, {}] },
    tax: {},
  },
  item: { identifier: { scheme: 'NID', notation: 'B' } },
};

describe('an expression of a procedure', () => {
  const expressions = new Expressions();
  const evaluate = (source: string, given = context): unknown => expressions.compile(source).evaluate(given);
  const invalid = (source: string): string => {
    try {
      expressions.compile(source);
    } catch (error) {
      if (error instanceof ExpressionInvalid) return error.message;
      throw error;
    }
    return 'was taken';
  };
  const failed = (source: string, given = context): string => {
    try {
      evaluate(source, given);
    } catch (error) {
      if (error instanceof ExpressionFailed) return error.code;
      throw error;
    }
    return 'was evaluated';
  };

  const good: readonly [string, unknown][] = [
    ['form.selfEmployed == true', true],
    ['form.children + 1 > 3 && municipality == "20"', true],
    ['form.area > 50', true],
    ["'BIRTH'", 'BIRTH'],
    ['applicant', { scheme: 'NID', notation: 'J00101999W' }],
    ['item.identifier', { scheme: 'NID', notation: 'B' }],
    ['{"scheme": "NID", "notation": applicant.notation}', { scheme: 'NID', notation: 'J00101999W' }],
    [
      '[applicant] + steps.family.evidence.members.map(m, m.person.identifier)',
      [
        { scheme: 'NID', notation: 'J00101999W' },
        { scheme: 'NID', notation: 'A' },
      ],
    ],
    ['steps["own-home"].items.filter(i, has(i.evidence)).size()', 1],
    ['has(steps.tax.evidence) ? 1 : 2', 2],
    ['has(form.nothing)', false],
    ['form.children', 3],
  ];
  for (const [source, value] of good) {
    it(`evaluates ${source}`, () => assert.deepEqual(evaluate(source), value));
  }

  it('knows which steps it reads, and whether it reads item', () => {
    const { steps, usesItem } = expressions.compile('steps.family.evidence == steps["own-home"] || item.x');
    assert.deepEqual([...steps], ['family', 'own-home']);
    assert.equal(usesItem, true);
    assert.deepEqual([...expressions.compile("'steps.family' == form.reason").steps], []);
  });

  it('is held to the type that its place needs', () => {
    assert.throws(() => expressions.compile("'yes'", 'bool'), ExpressionInvalid);
    assert.throws(() => expressions.compile('1 + 1', 'list'), ExpressionInvalid);
    assert.doesNotThrow(() => expressions.compile('form.selfEmployed', 'bool'));
    assert.doesNotThrow(() => expressions.compile('form.list.map(x, x)', 'list'));
  });

  const hostile: readonly [string, string, RegExp][] = [
    ['a function that there is not', 'process.exit(1)', /names process|calls exit/],
    ['a constructor', 'form.constructor.constructor("return 1")()', /no CEL/],
    ['code of the language around it', '(() => 1)()', /no CEL/],
    ['a name of the prototype as variable', '__proto__', /CEL|names/],
    ['a regular expression', 'form.reason.matches("(a+)+$")', /calls matches/],
    [
      'a name bound to a value, which could double it again and again',
      'cel.bind(a, "x", a + a)',
      /calls bind|names cel/,
    ],
    ['bytes', 'b"ab"', /kind/],
    ['a duration', 'duration("1h")', /calls duration/],
    ['a type', 'type(form)', /calls type/],
    ['the names of the library', 'google', /names google/],
    ['all steps at once', 'steps.map(s, s)', /which step/],
    ['a step chosen by the form', 'steps[form.reason].evidence', /which step/],
    ['a variable with another meaning', 'form.list.map(steps, steps.family)', /another meaning/],
    ['three loops in each other', 'form.l.map(a, form.l.map(b, form.l.map(c, c)))', /deep/],
    ['a hundred thousand brackets', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, /longer than/],
    ['a hundred thousand negations', `${'!'.repeat(100_000)}true`, /longer than/],
    ['deep nesting', `${'('.repeat(60)}1${')'.repeat(60)}`, /limit_exceeded/],
    ['many parts', `1${'+1'.repeat(300)}`, /limit_exceeded/],
    ['a long list', `[${'1,'.repeat(80)}1]`, /limit_exceeded/],
  ];
  for (const [what, source, complaint] of hostile) {
    it(`refuses ${what}`, () => assert.match(invalid(source), complaint));
  }

  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    it(`finds nothing under ${name} that the data does not have`, () => {
      assert.equal(failed(`form["${name}"]`), 'no_such_key');
      assert.equal(evaluate(`has(form.children) && "${name}" in form`), false);
    });
  }

  it('cannot give an object another prototype', () => {
    const made = evaluate('{"__proto__": applicant, "a": 1}') as Record<string, unknown>;
    assert.equal(Object.getPrototypeOf(made), Object.prototype);
    assert.equal(made.scheme, undefined);
    assert.equal(({} as Record<string, unknown>).scheme, undefined);
  });

  it('is stopped when it takes too long', () => {
    const numbers = Array.from({ length: 30_000 }, (_, index) => index);
    const form = { l: numbers };
    assert.equal(
      failed('form.l.map(a, form.l.filter(b, form.l == form.l))', { ...context, form }),
      'time-limit',
    );
    assert.equal(evaluate('form.l.size()', { ...context, form }), 30_000);
  });

  it('gives no more than can be used', () => {
    const form = { l: Array.from({ length: 200 }, (_, index) => index) };
    assert.equal(failed('form.l.map(a, form.l)', { ...context, form }), 'result-too-large');
  });

  it('names in its failures a code, never a value', () => {
    assert.equal(failed('int(form.reason)'), 'int_conversion_error');
    assert.equal(failed('form.reason + 1'), 'no_such_overload');
    assert.equal(failed('form.list[0]'), 'no_such_key');
  });
});
