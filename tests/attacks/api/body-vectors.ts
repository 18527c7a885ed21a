import { signed, type Vector } from './vector.js';

type Body = Record<string, unknown>;

const invalid = (name: string, change: (body: Body) => unknown, ...pointers: string[]): Vector =>
  signed(name, 400, 'invalid-request', ({ honest }) => ({ body: change(honest()) }), ...pointers);
const malformed = (name: string, write: (json: string) => string | Buffer): Vector =>
  signed(name, 400, 'malformed-json', ({ honest }) => ({ body: write(JSON.stringify(honest())) }));
const subject = (notation: unknown, scheme: unknown = 'NID') => ({ subject: { scheme, notation } });
const deep = (levels: number, open: string, close: string): string =>
  `${open.repeat(levels)}1${close.repeat(levels)}`;

/** Correctly signed, so everything rests on reading the body strictly and on the grants. */
export const bodyVectors: readonly Vector[] = [
  invalid('unknown field', (body) => ({ ...body, admin: true }), '/admin'),
  invalid(
    'unknown field of the requester',
    (body) => ({
      ...body,
      requester: { ...(body.requester as object), role: 'root' },
    }),
    '/requester/role',
  ),
  invalid('unknown parameter', (body) => ({ ...body, parameters: { all: true } }), '/parameters/all'),
  malformed('__proto__ as key', (json) => json.replace('{', '{"__proto__":{"admin":true},')),
  malformed('__proto__ escaped', (json) => json.replace('{', '{"\\u005f_proto__":{"admin":true},')),
  malformed('__proto__ inside parameters', (json) => json.replace('{', '{"parameters":{"__proto__":{}},')),
  invalid('constructor as key', (body) => ({ ...body, constructor: { prototype: {} } }), '/constructor'),
  malformed('a key twice', (json) => json.replace('{', '{"purpose":"economic-aid",')),
  malformed('a key twice, once escaped', (json) => json.replace('{', '{"purp\\u006fse":"economic-aid",')),
  malformed('a key twice, deep inside', (json) => json.replace('"scheme":', '"scheme":"NUIS","scheme":')),
  invalid('number as string', (body) => ({ ...body, caseId: 12 }), '/caseId'),
  invalid('string as list', (body) => ({ ...body, purpose: ['social-housing'] }), '/purpose'),
  invalid('list with one subject', (body) => ({ ...body, subject: [body.subject] }), '/subject'),
  invalid('null for a required field', (body) => ({ ...body, requester: null }), '/requester'),
  invalid('the body is a list', (body) => [body], ''),
  invalid('the body is a string', () => JSON.stringify('x'), ''),
  invalid('the body is null', () => 'null', ''),
  signed('text of 1 MB', 413, 'body-too-large', ({ honest }) => ({
    body: { ...honest(), legalBasis: 'x'.repeat(1_000_000) },
  })),
  invalid('text of 60 kB', (body) => ({ ...body, legalBasis: 'x'.repeat(60_000) }), '/legalBasis'),
  invalid('a line break in a name', (body) => ({ ...body, caseId: 'DIV\n1' }), '/caseId'),
  malformed('NUL in a text', (json) => json.replace('Ligji', 'Li\\u0000gji')),
  malformed('half a surrogate pair', (json) => json.replace('Ligji', 'Li\\ud800gji')),
  malformed('invalid UTF-8', (json) => Buffer.from(json.replace('Ligji', 'Li\u00ffgji'), 'latin1')),
  malformed('byte order mark', (json) => `\ufeff${json}`),
  malformed('UTF-16', (json) => Buffer.from(json, 'utf16le')),
  malformed('objects nested 40 deep', (json) =>
    json.replace('{', `{"parameters":${deep(40, '{"a":', '}')},`),
  ),
  malformed('lists nested 20,000 deep', (json) =>
    json.replace('{', `{"parameters":${deep(20_000, '[', ']')},`),
  ),
  malformed('never closed', () => '['.repeat(30_000)),
  malformed('two values', (json) => json + json),
  malformed('comment', (json) => `/* */${json}`),
  malformed('single quotes', (json) => json.replaceAll('"', "'")),
  malformed('NaN', (json) => json.replace('{', '{"a":NaN,')),
  malformed('1e999', (json) => json.replace('{', '{"a":1e999,')),
  malformed('trailing comma', (json) => json.replace(/}$/, ',}')),
  malformed('white space alone', () => '   '),

  invalid('wildcard *', (body) => ({ ...body, ...subject('J0010199*') }), '/subject/notation'),
  invalid('wildcard %', (body) => ({ ...body, ...subject('%') }), '/subject/notation'),
  invalid('wildcard _', (body) => ({ ...body, ...subject('J00101999_') }), '/subject/notation'),
  invalid('empty notation', (body) => ({ ...body, ...subject('') }), '/subject/notation'),
  invalid(
    'two numbers in one',
    (body) => ({ ...body, ...subject('J00101999W K15307002M') }),
    '/subject/notation',
  ),
  invalid('SQL in the notation', (body) => ({ ...body, ...subject("J' or '1'='1") }), '/subject/notation'),
  invalid('XML in the notation', (body) => ({ ...body, ...subject('<x/>') }), '/subject/notation'),
  invalid('wrong date in a NID', (body) => ({ ...body, ...subject('J00230999W') }), '/subject/notation'),
  invalid(
    'scheme that the service does not take',
    (body) => ({
      ...body,
      ...subject('K22218003V', 'NUIS'),
    }),
    '/subject/scheme',
  ),
  invalid('unknown scheme', (body) => ({ ...body, ...subject('J00101999W', 'PASSPORT') }), '/subject/scheme'),
  invalid(
    'wildcard in requestedFields',
    (body) => ({ ...body, requestedFields: ['*'] }),
    '/requestedFields/0',
  ),
  invalid(
    'prototype in requestedFields',
    (body) => ({
      ...body,
      requestedFields: ['constructor.name'],
    }),
    '/requestedFields/0',
  ),
  invalid(
    'a field that the answer does not have',
    (body) => ({
      ...body,
      requestedFields: ['head', 'salary'],
    }),
    '/requestedFields/1',
  ),
  invalid(
    '101 requested fields',
    (body) => ({
      ...body,
      requestedFields: Array.from({ length: 101 }, (_, n) => `a${'b'.repeat(n % 50)}`),
    }),
    '/requestedFields',
  ),
  invalid('deadline in the past', (body) => ({ ...body, deadline: '2020-01-01T00:00:00Z' }), '/deadline'),
  invalid(
    'deadline in a thousand years',
    (body) => ({ ...body, deadline: '3026-01-01T00:00:00Z' }),
    '/deadline',
  ),
  invalid('deadline without a zone', (body) => ({ ...body, deadline: '2027-01-01T00:00:00' }), '/deadline'),

  signed('unknown service', 404, 'unknown-service', ({ honest }) => ({
    body: { ...honest(), service: 'AL999999' },
  })),
  signed('purpose not granted', 403, 'not-granted', ({ honest }) => ({
    body: { ...honest(), purpose: 'curiosity' },
  })),
  signed('purpose granted for another service only', 403, 'not-granted', ({ honest }) => ({
    body: { ...honest(), purpose: 'residence-proof' },
  })),
  signed('service granted to another client only', 403, 'not-granted', ({ honest, fier }) => ({
    signer: fier,
    body: {
      ...honest(),
      requester: { organisation: 'Bashkia Fier', officer: 'b.leka', unit: 'Zyra' },
    },
  })),
  signed("in another municipality's name", 403, 'not-granted', ({ honest }) => ({
    body: { ...honest(), requester: { organisation: 'Bashkia Fier', officer: 'e.hoxha', unit: 'Zyra' } },
  })),
  signed('organisation in other letters', 403, 'not-granted', ({ honest }) => ({
    body: { ...honest(), requester: { organisation: 'BASHKIA DIVJAKË', officer: 'e.hoxha', unit: 'Zyra' } },
  })),
  signed(
    'a field outside the allow-list',
    403,
    'field-not-granted',
    ({ honest }) => ({
      body: {
        ...honest(),
        service: 'AL012001',
        requestedFields: ['person.givenName', 'person.placeOfBirth'],
      },
    }),
    '/requestedFields/1',
  ),
  signed(
    'a field above the allowed one',
    403,
    'field-not-granted',
    ({ honest }) => ({ body: { ...honest(), service: 'AL012001', requestedFields: ['person'] } }),
    '/requestedFields/0',
  ),
];
