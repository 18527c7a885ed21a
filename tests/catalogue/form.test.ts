import assert from 'node:assert/strict';
import { createFormCompiler, formIn, formProblems } from '../../src/catalogue/form.js';
import { createFormCheck } from '../../src/catalogue/services.js';

const titles = (en: string, sq: string) => ({ title: en, 'x-title-sq': sq });
const form = {
  type: 'object',
  additionalProperties: false,
  required: ['rooms'],
  properties: {
    rooms: { type: 'integer', minimum: 1, ...titles('Rooms', 'Dhoma') },
    // A field may be called like a keyword.
    title: {
      type: 'string',
      ...titles('Title of the flat', 'Titulli'),
      description: 'As in the deed',
      'x-description-sq': 'Si në akt',
    },
    tenure: { ...titles('Tenure', 'Pronësia'), oneOf: [{ const: 'RENT', ...titles('Rent', 'Qira') }] },
    children: {
      type: 'array',
      ...titles('Children', 'Fëmijët'),
      items: {
        type: 'object',
        additionalProperties: false,
        properties: { name: { type: 'string', ...titles('Name', 'Emri') } },
      },
    },
  },
  if: { properties: { tenure: { const: 'RENT' } }, required: ['tenure'] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { required: ['children'] },
};

describe('the form of a procedure', () => {
  it('is in order when every field has both titles, also below lists', () => {
    assert.deepEqual(formProblems(form, createFormCompiler()), []);
  });

  const broken: [string, object, RegExp][] = [
    ['a field without title', { properties: { a: { type: 'string' } } }, /^\/properties\/a has no title$/],
    [
      'a title without Albanian',
      { properties: { a: { type: 'string', title: 'A' } } },
      /\/properties\/a has title or x-title-sq, but not both/,
    ],
    [
      'a description without Albanian',
      { properties: { a: { type: 'string', ...titles('A', 'A'), description: 'x' } } },
      /description or x-description-sq, but not both/,
    ],
    [
      'an option without Albanian',
      { properties: { a: { ...titles('A', 'A'), oneOf: [{ const: 1, title: 'One' }] } } },
      /\/properties\/a\/oneOf\/0 has title/,
    ],
    [
      'a field of a list without title',
      {
        properties: {
          a: {
            type: 'array',
            ...titles('A', 'A'),
            items: { type: 'object', properties: { b: { type: 'string' } } },
          },
        },
      },
      /\/properties\/a\/items\/properties\/b has no title/,
    ],
    ['a keyword that would be ignored', { properties: {}, requierd: ['a'] }, /requierd/],
    ['a schema that is none', { properties: { a: { type: 'objekt' } } }, /type/],
    [
      'further properties',
      { properties: {}, additionalProperties: true },
      /additionalProperties is not false/,
    ],
    ['a name', { $id: 'https://a.example/form', properties: {} }, /it has \$id/],
    ['another type', { type: 'array' }, /its type is not object/],
  ];
  for (const [what, change, expected] of broken) {
    it(`is not in order with ${what}`, () => {
      const problems = formProblems(
        { type: 'object', additionalProperties: false, ...change },
        createFormCompiler(),
      );
      assert.match(problems.join('\n'), expected);
    });
  }

  it('is given in one language, in the keywords that form generators read', () => {
    const english = formIn(form, 'en') as typeof form;
    const albanian = formIn(form, 'sq') as typeof form;
    assert.equal(english.properties.rooms.title, 'Rooms');
    assert.equal(albanian.properties.rooms.title, 'Dhoma');
    assert.deepEqual(albanian.properties.title, {
      type: 'string',
      title: 'Titulli',
      description: 'Si në akt',
    });
    assert.equal(albanian.properties.tenure.oneOf[0]?.title, 'Qira');
    assert.equal(albanian.properties.children.items.properties.name.title, 'Emri');
    assert.deepEqual(albanian.then, { required: ['children'] });
    assert.doesNotMatch(JSON.stringify([english, albanian]), /x-title|x-description/);
  });

  it('names every wrong field of what is handed in by its pointer', () => {
    const check = createFormCheck();
    const wrong = (value: unknown) =>
      check(form, value)
        .map(({ pointer, code }) => `${pointer} ${code}`)
        .sort();
    assert.deepEqual(wrong({ rooms: 2 }), []);
    assert.deepEqual(wrong({ rooms: 0, 'a/b': 1 }), [
      '/form/a~1b additionalProperties',
      '/form/rooms minimum',
    ]);
    assert.deepEqual(wrong({ rooms: 1, tenure: 'RENT' }), ['/form if', '/form/children required']);
  });
});
