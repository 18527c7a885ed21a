import assert from 'node:assert/strict';
import fc from 'fast-check';
import { covers, project } from '../../src/results/projection.js';

const family = {
  head: { identifier: { scheme: 'NID', notation: 'J00101999W' }, givenName: 'Arben' },
  members: [
    { person: { givenName: 'Drita', familyName: 'Hoxha' }, relationToHead: 'SPOUSE' },
    { person: { givenName: 'Ilir', familyName: 'Hoxha' }, relationToHead: 'CHILD' },
  ],
  asOf: '2026-01-01',
};

describe('the projection of an answer', () => {
  it('keeps a named field with everything below it', () => {
    assert.deepEqual(project(family, ['head']), { head: family.head });
  });

  it('goes through arrays', () => {
    assert.deepEqual(project(family, ['members.person.givenName']), {
      members: [{ person: { givenName: 'Drita' } }, { person: { givenName: 'Ilir' } }],
    });
  });

  it('joins fields that share a way', () => {
    assert.deepEqual(project(family, ['members.person.givenName', 'members.relationToHead', 'asOf']), {
      members: [
        { person: { givenName: 'Drita' }, relationToHead: 'SPOUSE' },
        { person: { givenName: 'Ilir' }, relationToHead: 'CHILD' },
      ],
      asOf: '2026-01-01',
    });
  });

  it('lets a name cover what another name only selects from', () => {
    for (const fields of [
      ['head', 'head.givenName'],
      ['head.givenName', 'head'],
    ]) {
      assert.deepEqual(project(family, fields), { head: family.head });
    }
  });

  it('gives nothing for no fields, and nothing for a name below a leaf', () => {
    assert.deepEqual(project(family, []), {});
    assert.deepEqual(project(family, ['asOf.year', 'asOf.length']), {});
  });

  it('never reaches what an object inherits', () => {
    for (const name of [
      '__proto__',
      'constructor',
      'constructor.name',
      'toString',
      '__proto__.toString',
      'members.length',
    ]) {
      const projected = project(family, [name]) as object;
      assert.equal(Object.getPrototypeOf(projected), Object.prototype, name);
      assert.equal(JSON.stringify(projected).replace('{"members":[{},{}]}', '{}'), '{}', name);
    }
  });

  it('passes on an own member named like a part of the prototype without poisoning anything', () => {
    const evidence: unknown = JSON.parse('{"__proto__":{"admin":true},"constructor":{"x":1}}');
    const projected = project(evidence, ['__proto__', 'constructor']);
    assert.equal(JSON.stringify(projected), '{"__proto__":{"admin":true},"constructor":{"x":1}}');
    assert.equal(({} as { admin?: boolean }).admin, undefined);
    assert.equal((projected as { admin?: boolean }).admin, undefined);
  });

  it('keeps no leaf that no field covers, whatever the answer', () => {
    const names = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor');
    const { evidence } = fc.letrec((tie) => ({
      evidence: fc.oneof(
        { depthSize: 'small' },
        fc.integer(),
        fc.string(),
        fc.constant(null),
        fc.array(tie('evidence'), { maxLength: 3 }),
        fc
          .uniqueArray(fc.tuple(names, tie('evidence')), { selector: ([name]) => name, maxLength: 4 })
          .map((pairs) => Object.fromEntries(pairs)),
      ),
    }));
    const field = fc.array(names, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'));
    fc.assert(
      fc.property(evidence, fc.array(field, { maxLength: 4 }), (value, fields) => {
        const kept = new Set(leaves(project(value, fields)));
        const all = leaves(value);
        const covered = all.filter((leaf) => {
          const [path] = leaf.split(' ', 1) as [string];
          return fields.some((granted) => covers(granted, path));
        });
        assert.deepEqual([...kept].sort(), [...new Set(covered)].sort());
      }),
      { numRuns: 500 },
    );
  });

  it('covers a name and what stands below it, not what merely begins alike', () => {
    assert.equal(covers('head', 'head'), true);
    assert.equal(covers('head', 'head.givenName'), true);
    assert.equal(covers('head', 'headOfState'), false);
    assert.equal(covers('head.givenName', 'head'), false);
  });
});

/** `<dotted path> <value>` of everything that is neither object nor array; arrays do not count as a step. */
function leaves(value: unknown, path: readonly string[] = []): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => leaves(item, path));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, item]) => leaves(item, [...path, name]));
  }
  return value === undefined || path.length === 0 ? [] : [`${path.join('.')} ${JSON.stringify(value)}`];
}
