export const object = (properties: object, required: readonly string[] = []): object => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
});
export const name = { type: 'string' };
// An object literal with a member `then` would look like a promise.
const when = (condition: object, then: object): object =>
  Object.fromEntries([
    ['if', condition],
    ['then', then],
  ]);

/** One rule of compatibility: what is said when it breaks; a dash where it does not. */
export interface Rule {
  readonly rule: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly request: string | '-';
  readonly answer: string | '-';
}

export const removed = '/properties/b member b is gone';
export const rules: readonly Rule[] = [
  {
    rule: 'a new required member',
    before: object({ a: name }),
    after: object({ a: name, b: name }, ['b']),
    request: ' new required member b',
    answer: '-',
  },
  {
    rule: 'a new optional member',
    before: object({ a: name }),
    after: object({ a: name, b: name }),
    request: '-',
    answer: '-',
  },
  {
    rule: 'an optional member that becomes required',
    before: object({ a: name }),
    after: object({ a: name }, ['a']),
    request: ' member is required now: a',
    answer: '-',
  },
  {
    rule: 'a member that is not required any more',
    before: object({ a: name }, ['a']),
    after: object({ a: name }),
    request: '-',
    answer: ' member is not required any more: a',
  },
  {
    rule: 'a removed member',
    before: object({ a: name, b: name }),
    after: object({ a: name }),
    request: removed,
    answer: removed,
  },
  {
    rule: 'a removed required member, which is named once',
    before: object({ a: name, b: name }, ['b']),
    after: object({ a: name }),
    request: removed,
    answer: removed,
  },
  {
    rule: 'a narrowed type',
    before: { type: ['string', 'null'] },
    after: { type: 'string' },
    request: ' type string|null became string',
    answer: '-',
  },
  {
    rule: 'a widened type',
    before: { type: 'integer' },
    after: { type: 'number' },
    request: '-',
    answer: ' type integer became number',
  },
  {
    rule: 'another type',
    before: { type: 'string' },
    after: { type: 'integer' },
    request: ' type string became integer',
    answer: ' type string became integer',
  },
  {
    rule: 'a value fewer',
    before: { enum: ['A', 'B'] },
    after: { const: 'A' },
    request: ' value "B" is gone',
    answer: '-',
  },
  {
    rule: 'a value more',
    before: { enum: ['A'] },
    after: { enum: ['A', 'B'] },
    request: '-',
    answer: ' value "B" is new',
  },
  {
    rule: 'a value more in a list that was said to grow',
    before: { enum: ['A'], 'x-open': true },
    after: { enum: ['A', 'B'], 'x-open': true },
    request: '-',
    answer: '-',
  },
  {
    rule: 'a value more in a list that is only now said to grow',
    before: { enum: ['A'] },
    after: { enum: ['A', 'B'], 'x-open': true },
    request: '-',
    answer: ' value "B" is new',
  },
  {
    rule: 'values where any was allowed',
    before: name,
    after: { type: 'string', enum: ['A'] },
    request: ' only "A" is allowed now',
    answer: '-',
  },
  {
    rule: 'any value where few were allowed',
    before: { type: 'string', enum: ['A'] },
    after: name,
    request: '-',
    answer: ' any value is allowed, only "A" was before',
  },
  {
    rule: 'another pattern',
    before: { type: 'string', pattern: '^a' },
    after: { type: 'string', pattern: '^b' },
    request: ' pattern "^a" became "^b"',
    answer: ' pattern "^a" became "^b"',
  },
  {
    rule: 'a new pattern',
    before: name,
    after: { type: 'string', pattern: '^b' },
    request: ' pattern (absent) became "^b"',
    answer: '-',
  },
  {
    rule: 'a format that is dropped',
    before: { type: 'string', format: 'date' },
    after: name,
    request: '-',
    answer: ' format "date" became (absent)',
  },
  {
    rule: 'a lower highest length',
    before: { type: 'string', maxLength: 10 },
    after: { type: 'string', maxLength: 9 },
    request: ' maxLength 10 became 9',
    answer: '-',
  },
  {
    rule: 'a higher highest length',
    before: { type: 'string', maxLength: 10 },
    after: { type: 'string', maxLength: 11 },
    request: '-',
    answer: ' maxLength 10 became 11',
  },
  {
    rule: 'a new minimum',
    before: { type: 'integer' },
    after: { type: 'integer', minimum: 1 },
    request: ' minimum (absent) became 1',
    answer: '-',
  },
  {
    rule: 'a minimum that is dropped',
    before: { type: 'array', minItems: 1 },
    after: { type: 'array' },
    request: '-',
    answer: ' minItems 1 became (absent)',
  },
  {
    rule: 'an object that is closed',
    before: { type: 'object', properties: { a: name } },
    after: { type: 'object', properties: { a: name }, additionalProperties: false },
    request: ' members that are not described are refused now',
    answer: '-',
  },
  {
    rule: 'an object that is opened',
    before: object({ a: name }),
    after: { type: 'object', properties: { a: name } },
    request: '-',
    answer: '-',
  },
  {
    rule: 'a member that was free and is described',
    before: { type: 'object' },
    after: { type: 'object', properties: { a: name } },
    request: '/properties/a member a is described, it was free before',
    answer: '-',
  },
  {
    rule: 'another type of additional members',
    before: { type: 'object', additionalProperties: name },
    after: { type: 'object', additionalProperties: { type: 'integer' } },
    request: '/additionalProperties type string became integer',
    answer: '/additionalProperties type string became integer',
  },
  {
    rule: 'a change in the items of a list',
    before: { type: 'array', items: { enum: ['A', 'B'] } },
    after: { type: 'array', items: { enum: ['A'] } },
    request: '/items value "B" is gone',
    answer: '-',
  },
  {
    rule: 'an alternative more',
    before: { oneOf: [object({ kind: { const: 'a' } })] },
    after: { oneOf: [object({ kind: { const: 'b' } }), object({ kind: { const: 'a' } })] },
    request: '-',
    answer: ` oneOf gained ${JSON.stringify(object({ kind: { const: 'b' } }))}`,
  },
  {
    rule: 'a schema that becomes one of two',
    before: object({ a: name }),
    after: { oneOf: [{ type: 'null' }, object({ a: name, b: name })] },
    request: '-',
    answer: ' oneOf gained {"type":"null"}',
  },
  {
    rule: 'a schema that was one of two',
    before: { oneOf: [{ type: 'null' }, object({ a: name })] },
    after: object({ a: name }),
    request: ' oneOf lost {"type":"null"}',
    answer: '-',
  },
  {
    rule: 'an alternative fewer',
    before: { anyOf: [{ type: 'string' }, { type: 'null' }] },
    after: { anyOf: [{ type: 'null' }] },
    request: ' anyOf lost {"type":"string"}',
    answer: '-',
  },
  {
    rule: 'a condition more',
    before: { allOf: [{ minLength: 1 }] },
    after: { allOf: [{ maxLength: 9 }, { minLength: 1 }] },
    request: ' allOf gained {"maxLength":9}',
    answer: '-',
  },
  {
    rule: 'a change behind the same condition',
    before: when({ required: ['a'] }, { required: ['b'] }),
    after: when({ required: ['a'] }, { required: ['b', 'c'] }),
    request: '/then new required member c',
    answer: '-',
  },
  {
    rule: 'another condition',
    before: when({ required: ['a'] }, { required: ['b'] }),
    after: when({ required: ['c'] }, { required: ['b'] }),
    request: '/if the condition changed',
    answer: '/if the condition changed',
  },
  {
    rule: 'a place where nothing is valid any more',
    before: object({ a: name }),
    after: object({ a: false }),
    request: '/properties/a nothing is valid here any more',
    answer: '-',
  },
  {
    rule: 'another default',
    before: { type: 'integer', default: 20 },
    after: { type: 'integer', default: 50 },
    request: ' default 20 became 50',
    answer: '-',
  },
  {
    rule: 'a keyword that the comparison does not know',
    before: { type: 'object', propertyNames: { maxLength: 3 } },
    after: { type: 'object', propertyNames: { maxLength: 4 } },
    request: ' propertyNames {"maxLength":3} became {"maxLength":4}',
    answer: ' propertyNames {"maxLength":3} became {"maxLength":4}',
  },
  {
    rule: 'other words',
    before: { type: 'string', title: 'a', description: 'b', examples: ['c'], 'x-sq': { title: 'd' } },
    after: { type: 'string', title: 'e', examples: [], 'x-term': 'al:f' },
    request: '-',
    answer: '-',
  },
];
