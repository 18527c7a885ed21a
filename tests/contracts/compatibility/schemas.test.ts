import assert from 'node:assert/strict';
import { type Change, Changes, type Direction } from '../../../contracts/compatibility/change.js';
import { compareSchemas } from '../../../contracts/compatibility/compare-schemas.js';
import { documentRoot } from '../../../contracts/compatibility/schema-place.js';
import { name, object, removed, rules } from './schema-rules.js';

function compare(before: unknown, after: unknown, direction: Direction): readonly Change[] {
  const changes = new Changes();
  compareSchemas(documentRoot(before), documentRoot(after), [direction], changes);
  return changes.list();
}

/** `<pointer> <text>` of what breaks. */
function breaks(before: unknown, after: unknown, direction: Direction): string[] {
  return compare(before, after, direction)
    .filter(({ breaking }) => breaking)
    .map(({ pointer, text }) => `${pointer} ${text.replace(/: (what was|readers get).*$/, '')}`);
}

describe('compareSchemas', () => {
  for (const { rule, before, after, request, answer } of rules) {
    for (const [direction, expected] of [['request', request] as const, ['answer', answer] as const]) {
      it(`${rule} ${expected === '-' ? 'breaks no' : 'breaks'} ${direction}`, () => {
        assert.deepEqual(breaks(before, after, direction), expected === '-' ? [] : [expected]);
        assert.deepEqual(compare(before, before, direction), [], 'nothing changed');
      });
    }
  }

  it('lists what is compatible, and says that it is', () => {
    const [change, ...others] = compare(object({ a: name }), object({ a: name, b: name }), 'request');
    assert.deepEqual(others, []);
    assert.deepEqual(change, { pointer: '/properties/b', breaking: false, text: 'member b is new' });
  });

  it('finds every change behind a reference, at the place where it is', () => {
    const document = (pattern: string): object => ({
      $ref: '#/$defs/A',
      $defs: { A: object({ n: { $ref: '#/$defs/N' } }), N: { type: 'string', pattern } },
    });
    assert.deepEqual(breaks(document('^a'), document('^b'), 'answer'), ['/$defs/N pattern "^a" became "^b"']);
  });

  it('follows references into schemas that are embedded under their own $id', () => {
    const document = (type: string): object => ({
      $id: 'https://example.test/v1/a.schema.json',
      properties: { b: { $ref: 'b.schema.json' } },
      $defs: {
        'b.schema.json': {
          $id: 'https://example.test/v1/b.schema.json',
          properties: { c: { $ref: '#/$defs/C' } },
          $defs: { C: { type } },
        },
      },
    });
    assert.deepEqual(breaks(document('string'), document('null'), 'answer'), [
      '/$defs/b.schema.json/$defs/C type string became null',
    ]);
  });

  it('ends with a schema that contains itself', () => {
    const tree = (extra: object): object =>
      object({ children: { type: 'array', items: { $ref: '#' } }, ...extra });
    assert.deepEqual(breaks(tree({ b: name }), tree({}), 'answer'), [removed]);
  });

  it('takes a reference for the same as what it leads to', () => {
    const inline = object({ a: { type: 'string', maxLength: 3 } });
    const referring = {
      ...object({ a: { $ref: '#/$defs/Short', description: 'short' } }),
      $defs: { Short: { type: 'string', maxLength: 3 } },
    };
    assert.deepEqual(compare(inline, referring, 'request'), []);
  });

  it('does not go on when a reference leads nowhere', () => {
    const lost = object({ a: { $ref: '#/$defs/Gone' } });
    assert.throws(() => compare(lost, lost, 'answer'), /leads nowhere/);
    assert.throws(() => compare({ $ref: 'other.json' }, {}, 'answer'), /leads out of the document/);
  });
});
