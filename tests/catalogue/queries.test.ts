import assert from 'node:assert/strict';
import { createQueries } from '../../src/catalogue/queries.js';
import type { QuerySettings } from '../../src/config/catalogue-settings.js';

const query = (code: string, parameters: Record<string, unknown>): QuerySettings => ({
  code,
  name: { sq: 'a', en: 'b' },
  adapter: 'civil',
  operation: 'civil-fact',
  subjectSchemes: ['NID'],
  parameters,
});

describe('queries', () => {
  const queries = createQueries([
    query('AL012002', {
      type: 'object',
      additionalProperties: false,
      required: ['factKind'],
      properties: {
        factKind: { type: 'string', enum: ['BIRTH', 'DEATH'] },
        'a/b~c': { type: 'object', additionalProperties: false, properties: {} },
        on: { type: 'string', format: 'date' },
      },
    }),
    query('AL012031', { type: 'object', additionalProperties: false, properties: {} }),
  ]);
  const check = (parameters: unknown, code = 'AL012002'): string[] =>
    (queries.get(code)?.checkParameters(parameters) ?? [])
      .map((error) => `${error.pointer} ${error.code}`)
      .sort();

  it('takes parameters that fit the schema of their own service', () => {
    assert.deepEqual(check({ factKind: 'BIRTH', on: '2026-02-28' }), []);
    assert.deepEqual(check({}, 'AL012031'), []);
  });

  it('names every wrong parameter by its pointer', () => {
    assert.deepEqual(check({}), ['/parameters/factKind required']);
    assert.deepEqual(check({ factKind: 'MARRIAGE' }), ['/parameters/factKind enum']);
    assert.deepEqual(check({ factKind: 'BIRTH' }, 'AL012031'), ['/parameters/factKind additionalProperties']);
    assert.deepEqual(check({ factKind: 1, 'x/y': 1, on: '2026-02-30' }), [
      '/parameters/factKind enum',
      '/parameters/factKind type',
      '/parameters/on format',
      '/parameters/x~1y additionalProperties',
    ]);
    assert.deepEqual(check({ factKind: 'BIRTH', 'a/b~c': { z: 1 } }), [
      '/parameters/a~1b~0c/z additionalProperties',
    ]);
  });

  it('has no query that nobody configured', () => {
    for (const code of ['AL999999', '__proto__', 'constructor']) assert.equal(queries.get(code), undefined);
  });

  it('refuses a schema with a keyword that it would ignore', () => {
    assert.throws(() => createQueries([query('AL000001', { type: 'object', requierd: ['a'] })]), /requierd/);
  });
});
