import assert from 'node:assert/strict';
import { Changes } from '../../../contracts/compatibility/change.js';
import { compareOpenApi } from '../../../contracts/compatibility/compare-openapi.js';

type Draft = ReturnType<typeof api>;

/** A small document; each rule changes one thing in it. */
function api() {
  return {
    openapi: '3.1.0',
    security: [{ sign: [] as string[] }] as object[],
    paths: {
      '/things': {
        parameters: [{ $ref: '#/components/parameters/Tenant' }] as object[],
        post: {
          summary: 'Make a thing' as string | undefined,
          parameters: [
            { name: 'limit', in: 'query', required: false, schema: { type: 'integer', maximum: 100 } },
          ] as Record<string, unknown>[],
          requestBody: {
            required: false,
            content: {
              'application/json': { schema: { $ref: '#/components/schemas/Thing' } },
            } as Record<string, object>,
          } as Record<string, unknown> | undefined,
          responses: {
            '200': {
              headers: { Location: { required: true, schema: { type: 'string' } } } as Record<string, object>,
              content: {
                'application/json': { schema: { $ref: '#/components/schemas/Thing' } },
              } as Record<string, object>,
            },
            '404': { description: 'none' },
          } as Record<string, Record<string, unknown>>,
        } as Record<string, unknown>,
      },
    } as Record<string, Record<string, unknown>>,
    components: {
      parameters: { Tenant: { name: 'Tenant', in: 'header', required: true, schema: { type: 'string' } } },
      securitySchemes: { sign: { type: 'apiKey', in: 'header', name: 'Signature', description: 'how' } },
      schemas: {
        Thing: {
          type: 'object',
          additionalProperties: false,
          required: ['id'] as string[],
          properties: { id: { type: 'string' }, kind: { enum: ['A', 'B'] } } as Record<string, object>,
        },
      },
    },
  };
}

/** What breaks for clients, or for both sides of an interface that others implement. */
function breaks(change: (draft: Draft) => void, sides: 'clients' | 'everybody' = 'clients'): string[] {
  const after = api();
  change(after);
  const changes = new Changes();
  const everybody = ['request', 'answer'] as const;
  const directions =
    sides === 'clients'
      ? { sent: ['request'] as const, got: ['answer'] as const }
      : { sent: everybody, got: everybody };
  compareOpenApi(api(), after, directions, changes);
  assert.ok(changes.list().length > 0, 'the change was not seen at all');
  return changes
    .list()
    .filter(({ breaking }) => breaking)
    .map(({ pointer, text }) => `${pointer} ${text.replace(/: (what was|readers get).*$/, '')}`);
}

const post = (draft: Draft) =>
  draft.paths['/things']?.post as {
    parameters: Record<string, unknown>[];
    requestBody: { required: boolean; content: Record<string, object> } | undefined;
    responses: Record<
      string,
      { headers: Record<string, Record<string, unknown>>; content: Record<string, object> }
    >;
    security?: object[];
    callbacks?: object;
  };
const at = '/paths/~1things/post';

describe('compareOpenApi', () => {
  const broken: readonly [string, (draft: Draft) => void, string[]][] = [
    ['a removed path', (d) => delete d.paths['/things'], ['/paths/~1things path /things is gone']],
    ['a removed operation', (d) => delete d.paths['/things']?.post, [`${at} operation POST /things is gone`]],
    [
      'a removed response',
      (d) => delete post(d).responses['404'],
      [`${at}/responses/404 response 404 is gone`],
    ],
    [
      'a removed media type of an answer',
      (d) => {
        (post(d).responses['200'] as { content: object }).content = { 'text/plain': {} };
      },
      [`${at}/responses/200/content/application~1json media type application/json is gone`],
    ],
    [
      'a removed parameter',
      (d) => post(d).parameters.pop(),
      [`${at}/parameters parameter query limit is gone`],
    ],
    [
      'a removed parameter of the whole path',
      (d) => {
        (d.paths['/things'] as { parameters: object[] }).parameters = [];
      },
      [`${at}/parameters parameter header tenant is gone`],
    ],
    [
      'a new required parameter',
      (d) => post(d).parameters.push({ name: 'x', in: 'query', required: true, schema: {} }),
      [`${at}/parameters new required parameter query x`],
    ],
    [
      'a parameter that becomes required',
      (d) => Object.assign(post(d).parameters[0] as object, { required: true }),
      [`${at}/parameters parameter query limit is required now`],
    ],
    [
      'a narrower parameter',
      (d) => Object.assign(post(d).parameters[0] as object, { schema: { type: 'integer', maximum: 50 } }),
      [`${at}/parameters/0/schema maximum 100 became 50`],
    ],
    [
      'a body that becomes required',
      (d) => {
        (post(d).requestBody as { required: boolean }).required = true;
      },
      [`${at}/requestBody a request body is required now`],
    ],
    [
      'a body that is gone',
      (d) => {
        post(d).requestBody = undefined;
      },
      [`${at}/requestBody the request body is gone`],
    ],
    [
      'a new required member of a shared schema, for requests alone',
      (d) => {
        d.components.schemas.Thing.required.push('kind');
      },
      ['/components/schemas/Thing member is required now: kind'],
    ],
    [
      'a member that answers need not have any more',
      (d) => {
        d.components.schemas.Thing.required = [];
      },
      ['/components/schemas/Thing member is not required any more: id'],
    ],
    [
      'a header of an answer that is gone',
      (d) => delete post(d).responses['200']?.headers.Location,
      [`${at}/responses/200/headers/Location header Location is gone`],
    ],
    [
      'a header of an answer that may be absent',
      (d) => {
        Object.assign(post(d).responses['200']?.headers.Location as object, { required: false });
      },
      [`${at}/responses/200/headers/Location header Location is not required any more`],
    ],
    [
      'another security',
      (d) => {
        d.security = [];
      },
      [`${at} security changed`],
    ],
    [
      'another security scheme',
      (d) => {
        d.components.securitySchemes.sign.name = 'Sig';
      },
      ['/components/securitySchemes/sign security scheme sign changed'],
    ],
    [
      'callbacks, which are not compared in detail',
      (d) => {
        post(d).callbacks = { onDone: {} };
      },
      [`${at}/callbacks callbacks changed`],
    ],
  ];
  for (const [what, change, expected] of broken)
    it(`names ${what}`, () => assert.deepEqual(breaks(change), expected));

  const compatible: readonly [string, (draft: Draft) => void][] = [
    [
      'a new path',
      (d) => {
        d.paths['/more'] = { get: { responses: {} } };
      },
    ],
    [
      'a new operation',
      (d) => {
        Object.assign(d.paths['/things'] as object, { get: { responses: {} } });
      },
    ],
    [
      'a new response',
      (d) => {
        Object.assign(post(d).responses, { '503': {} });
      },
    ],
    ['a new optional parameter', (d) => post(d).parameters.push({ name: 'x', in: 'query', schema: {} })],
    [
      'a new member of a shared schema',
      (d) => {
        d.components.schemas.Thing.properties.more = { type: 'string' };
      },
    ],
  ];
  for (const [what, change] of compatible)
    it(`lets ${what} pass`, () => assert.deepEqual(breaks(change), []));

  it('sees no change in other words', () => {
    const after = api();
    (after.paths['/things']?.post as { summary: string }).summary = 'Other words';
    after.components.securitySchemes.sign.description = 'other words';
    const changes = new Changes();
    compareOpenApi(api(), after, { sent: ['request'], got: ['answer'] }, changes);
    assert.deepEqual(changes.list(), []);
  });

  it('holds an interface that agencies implement to both sides', () => {
    const widen = (d: Draft) => {
      post(d).parameters[0] = { name: 'limit', in: 'query', schema: { type: 'integer', maximum: 500 } };
    };
    assert.deepEqual(breaks(widen), []);
    assert.deepEqual(breaks(widen, 'everybody'), [`${at}/parameters/0/schema maximum 100 became 500`]);
  });
});
