import assert from 'node:assert/strict';
import { type Client, createAuthorise } from '../../src/authorisation/authorise.js';
import type { QuerySettings } from '../../src/config/catalogue-settings.js';
import type { Envelope } from '../../src/requests/request.js';
import { envelope } from '../requests/acceptance.js';

const divjake: Client = { id: 'oss-divjake', municipality: '20', organisations: ['Bashkia Divjakë'] };
const fier: Client = { id: 'oss-fier', municipality: '21', organisations: ['Bashkia Fier'] };
const service = (code: string): QuerySettings => ({
  code,
  name: { sq: 'a', en: 'b' },
  adapter: 'civil',
  operation: 'family-composition',
  subjectSchemes: ['NID'],
  parameters: {},
});

const authorise = createAuthorise([
  {
    client: 'oss-divjake',
    grants: [
      {
        id: 'narrow',
        service: 'AL012031',
        purposes: ['social-housing'],
        fields: ['head', 'members.person.givenName'],
      },
      {
        id: 'wide',
        service: 'AL012031',
        purposes: ['social-housing', 'economic-aid'],
        fields: ['members', 'asOf'],
      },
      { id: 'person', service: 'AL012001', purposes: ['residence-proof'], fields: ['person'] },
    ],
  },
  { client: 'nobody', grants: [] },
]);

/** What is asked, by whom, and the grant that allows it or the rule that does not. */
const table: readonly [string, Client, string, Partial<Envelope>, string][] = [
  ['the granted service and purpose', divjake, 'AL012031', {}, 'grant narrow'],
  ['a purpose of the second grant', divjake, 'AL012031', { purpose: 'economic-aid' }, 'grant wide'],
  ['fields of the first grant', divjake, 'AL012031', { requestedFields: ['head.givenName'] }, 'grant narrow'],
  ['fields of the second grant', divjake, 'AL012031', { requestedFields: ['asOf'] }, 'grant wide'],
  [
    'fields that only both grants together cover',
    divjake,
    'AL012031',
    { requestedFields: ['head', 'asOf'] },
    'fields 1',
  ],
  [
    'a field above a granted one',
    divjake,
    'AL012031',
    { purpose: 'economic-aid', requestedFields: ['asOf', 'person', 'head'] },
    'fields 1,2',
  ],
  [
    'a field whose name begins like a granted one',
    divjake,
    'AL012031',
    { requestedFields: ['headOfState'] },
    'fields 0',
  ],
  ['a purpose that is granted nowhere', divjake, 'AL012031', { purpose: 'curiosity' }, 'purpose'],
  ['a purpose granted for another service', divjake, 'AL012031', { purpose: 'residence-proof' }, 'purpose'],
  ['a purpose in other letters', divjake, 'AL012031', { purpose: 'Social-Housing' }, 'purpose'],
  ['a service without a grant', divjake, 'AL012002', {}, 'service'],
  [
    'what another client may',
    fier,
    'AL012031',
    { requester: { ...envelope.requester, organisation: 'Bashkia Fier' } },
    'service',
  ],
  ["in another organisation's name", fier, 'AL012031', {}, 'organisation'],
  [
    'in a name with a space more',
    divjake,
    'AL012031',
    { requester: { ...envelope.requester, organisation: 'Bashkia Divjakë ' } },
    'organisation',
  ],
];

describe('the authorisation', () => {
  for (const [what, client, code, change, expected] of table) {
    it(`of ${what}: ${expected}`, () => {
      const authorisation = authorise(client, service(code), { ...envelope, service: code, ...change });
      if (authorisation.allowed) assert.equal(`grant ${authorisation.decision.grant}`, expected);
      else {
        const { rule, fields } = authorisation;
        assert.equal(rule === 'fields' ? `fields ${fields.join(',')}` : rule, expected);
        assert.equal(authorisation.code, rule === 'fields' ? 'field-not-granted' : 'not-granted');
      }
    });
  }

  it('gives only what was asked, or all of the grant when nothing was, with a reason for each rule', () => {
    const all = authorise(divjake, service('AL012031'), envelope);
    assert.ok(all.allowed);
    assert.deepEqual(all.decision.fields, ['head', 'members.person.givenName']);
    assert.equal(all.decision.reasons.length, 4);
    const some = authorise(divjake, service('AL012031'), { ...envelope, requestedFields: ['head'] });
    assert.ok(some.allowed);
    assert.deepEqual(some.decision.fields, ['head']);
  });

  it('allows nothing to a client without a policy, or with an empty one', () => {
    const of = (id: string) => authorise({ ...divjake, id }, service('AL012031'), envelope).allowed;
    assert.deepEqual(
      [of('oss-vlore'), of('nobody'), of('__proto__'), of('constructor')],
      [false, false, false, false],
    );
    assert.equal(createAuthorise([])(divjake, service('AL012031'), envelope).allowed, false);
  });
});
