import assert from 'node:assert/strict';
import type { OpenAPIBackend, Request } from 'openapi-backend';
import { badBodies, body, valid } from './bad-bodies.js';
import { complaints, loadGatewayApi, submission } from './gateway-api.js';

const get = (path: string, query = ''): Request => ({ method: 'get', path, query, headers: {} });
const id = '0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4b5a';

const badParameters: readonly [string, Request, readonly string[]][] = [
  ['no case', get('/v1/requests'), ['/query/caseId required']],
  ['a case with a wildcard', get('/v1/requests', 'caseId=DIV*'), ['/query/caseId pattern']],
  ['a case twice', get('/v1/requests', 'caseId=a&caseId=b'), ['/query/caseId type']],
  ['a case as object', get('/v1/requests', 'caseId[x]=a'), ['/query/caseId type']],
  ['limit 0', get('/v1/requests', 'caseId=a&limit=0'), ['/query/limit minimum']],
  ['limit 101', get('/v1/requests', 'caseId=a&limit=101'), ['/query/limit maximum']],
  ['limit 1.5', get('/v1/requests', 'caseId=a&limit=1.5'), ['/query/limit type']],
  ['an empty limit', get('/v1/requests', 'caseId=a&limit='), ['/query/limit type']],
  ['a cursor with a slash', get('/v1/requests', 'caseId=a&after=%2F'), ['/query/after pattern']],
  [
    'an unknown parameter',
    get('/v1/requests', 'caseId=a&officer=b'),
    ['/query/officer additionalProperties'],
  ],
  ['a parameter where none is', get('/health/live', 'x=1'), ['/query/x additionalProperties']],
  ['an id in capitals', get(`/v1/requests/${id.toUpperCase()}`), ['/path/id pattern']],
  ['an id that is none', get('/v1/requests/%2e%2e/receipt'), ['/path/id pattern']],
  ['a service code that is none', get('/v1/services/AL1'), ['/path/code pattern']],
];

const badHeaders: readonly [string, Record<string, string>, readonly string[]][] = [
  ['a short key', { 'idempotency-key': 'short' }, ['/header/idempotency-key pattern']],
  ['an empty key', { 'idempotency-key': '' }, ['/header/idempotency-key pattern']],
  ['a key of 65 characters', { 'idempotency-key': 'k'.repeat(65) }, ['/header/idempotency-key pattern']],
  ['two keys joined', { 'idempotency-key': 'aaaaaaaa, bbbbbbbb' }, ['/header/idempotency-key pattern']],
  ['a wait of 31 seconds', { prefer: 'wait=31' }, ['/header/prefer pattern']],
  ['a negative wait', { prefer: 'wait=-1' }, ['/header/prefer pattern']],
  ['a wait in fractions', { prefer: 'wait=1.5' }, ['/header/prefer pattern']],
];

describe('openapi-backend with openapi/gateway.yaml', () => {
  let api: OpenAPIBackend;

  before(async function () {
    // Every validator of the document is compiled here.
    this.timeout(20_000);
    api = await loadGatewayApi();
  });

  it('accepts the smallest body, and one with everything', () => {
    assert.deepEqual(complaints(api, submission(valid)), []);
    const full = {
      ...valid,
      consentRef: 'DIV/2026/pelqim/77',
      requestedFields: ['head', 'members.person.givenName'],
      deadline: '2026-03-02T16:00:00.25+01:00',
      parameters: { kind: 'birth', deep: { anything: [1, null] } },
    };
    assert.deepEqual(complaints(api, submission(full)), []);
  });

  it('accepts what the text fields must hold: letters of Albanian, quotes, supplementary characters', () => {
    for (const legalBasis of ['Ligji “Për strehimin”, neni 26 §3', "O'Brien & Çela <x>", 'Neni 𝟚𝟞 dhe ë']) {
      assert.deepEqual(complaints(api, submission({ ...valid, legalBasis })), [], legalBasis);
    }
  });

  it('accepts notations of all three schemes', () => {
    for (const [scheme, notation] of [
      ['NID', 'I80514001R'],
      ['NUIS', 'L12345678A'],
      ['PROPERTY', '8270/8/638'],
      ['PROPERTY', '8270 12+3-1'],
    ]) {
      assert.deepEqual(
        complaints(api, submission({ ...valid, subject: { scheme, notation } })),
        [],
        notation,
      );
    }
  });

  it('accepts preferences from 0 to 30 seconds, and any traceparent', () => {
    for (const prefer of ['wait=0', 'wait=9', 'wait=10', 'wait=30', 'respond-async, wait=10']) {
      assert.deepEqual(complaints(api, submission(valid, { prefer })), [], prefer);
    }
    assert.deepEqual(complaints(api, submission(valid, { traceparent: 'nonsense' })), []);
  });

  for (const [wrong, bad, expected] of badBodies) {
    it(`refuses ${wrong}, naming ${[...new Set(expected.map((line) => line.split(' ')[0]))].slice(0, 2).join(' and ')}`, () => {
      assert.deepEqual(complaints(api, submission(bad)), [...expected].sort());
    });
  }

  for (const [wrong, request, expected] of badParameters) {
    it(`refuses ${wrong}`, () => assert.deepEqual(complaints(api, request), expected));
  }

  for (const [wrong, headers, expected] of badHeaders) {
    it(`refuses ${wrong}`, () => assert.deepEqual(complaints(api, submission(valid, headers)), expected));
  }

  it('refuses a submission without Idempotency-Key', () => {
    const { headers: _, ...request } = submission(valid);
    const expected = ['/header/idempotency-key required'];
    assert.deepEqual(
      complaints(api, { ...request, headers: { 'content-type': 'application/json' } }),
      expected,
    );
  });

  it('names every wrong field at once', () => {
    const bad = {
      ...valid,
      service: 'x',
      purpose: 'X',
      requester: { ...valid.requester, unit: '' },
      extra: 1,
    };
    assert.deepEqual(
      complaints(api, submission(bad)).filter((line) => !line.endsWith('minLength')),
      [
        `${body}/extra additionalProperties`,
        `${body}/purpose pattern`,
        `${body}/requester/unit pattern`,
        `${body}/service pattern`,
      ],
    );
  });

  it('refuses a cancellation without a reason, or with an empty one', () => {
    const cancel = (reason: unknown): Request => ({
      ...submission(reason),
      path: `/v1/requests/${id}/cancel`,
    });
    assert.deepEqual(complaints(api, cancel({ reason: 'E tërhoqi' })), []);
    assert.deepEqual(complaints(api, cancel({})), [`${body}/reason required`]);
    assert.deepEqual(complaints(api, cancel({ reason: '   ' })), [`${body}/reason pattern`]);
  });

  it('refuses a long text of spaces without spending time on it', () => {
    const started = process.cpuUsage();
    const bad = {
      ...valid,
      legalBasis: `x${' '.repeat(1e6)}`,
      subject: { scheme: 'NID', notation: `1${' '.repeat(1e6)}` },
    };
    assert.ok(complaints(api, submission(bad)).includes(`${body}/legalBasis pattern`));
    const { user } = process.cpuUsage(started);
    // Linear takes some 20 ms; a pattern that backtracks quadratically would take minutes.
    assert.ok(user < 5_000_000, `${user} µs`);
  });
});
