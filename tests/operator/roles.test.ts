import assert from 'node:assert/strict';
import { operatorActions, operatorRoles, roleFor } from '../../src/operator/roles.js';
import { inScope, isUnlimited } from '../../src/operator/scope.js';
import { readPackageFile } from '../openapi/gateway-api.js';

/** Written by hand, not computed. */
const allowed = {
  observer: ['view'],
  operator: ['view', 'release', 'rerun', 'cancel'],
  'data-steward': ['view', 'disclose', 'answer'],
  platform: ['dead-letters'],
} as const;

describe('roles of operators', () => {
  it('permit what the table says, of all pairs, and nothing else', () => {
    for (const role of operatorRoles) {
      for (const action of operatorActions) {
        const expected = (allowed[role] as readonly string[]).includes(action) ? role : undefined;
        assert.equal(roleFor([role], action), expected, `${role}: ${action}`);
      }
    }
    for (const action of operatorActions) assert.equal(roleFor([], action), undefined);
  });

  it('are those of the schema of the configuration, and of the API description', () => {
    const schema = JSON.parse(readPackageFile('config', 'schemas', 'operator.schema.json')) as {
      properties: { roles: { items: { enum: string[] } } };
    };
    assert.deepEqual(schema.properties.roles.items.enum, [...operatorRoles]);
    const table = [
      ...readPackageFile('openapi', 'operator.yaml').matchAll(/^ +\| `([a-z-]+)` \| ([a-z, -]+) \|$/gm),
    ];
    assert.deepEqual(Object.fromEntries(table.map(([, role, list]) => [role, list?.split(', ')])), allowed);
  });

  it('reach as far as both lists of the scope', () => {
    const request = { adapter: 'civil', municipality: '20' };
    const all = { registries: 'all', municipalities: 'all' } as const;
    assert.equal(inScope(all, request), true);
    assert.equal(inScope({ ...all, registries: ['civil', 'tax'] }, request), true);
    assert.equal(inScope({ ...all, registries: ['tax'] }, request), false);
    assert.equal(inScope({ registries: ['civil'], municipalities: ['21'] }, request), false);
    assert.equal(inScope({ registries: [], municipalities: [] }, request), false);
    assert.equal(isUnlimited(all), true);
    assert.equal(isUnlimited({ ...all, municipalities: ['20'] }), false);
    assert.equal(isUnlimited({ ...all, registries: ['civil'] }), false);
  });
});
