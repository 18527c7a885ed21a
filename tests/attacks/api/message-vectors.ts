import { raw, signed, tampered, type Vector } from './vector.js';

const target = (name: string, status: number, code: string, path: string, method = 'GET'): Vector =>
  signed(name, status, code, () => ({ method, target: path }));
const header = (name: string, status: number, code: string, field: string, value: string): Vector =>
  signed(name, status, code, () => ({ fields: [[field, value]] }));
const mediaType = (type: string): Vector =>
  signed(`media type ${type}`, 415, 'unsupported-media-type', () => ({ contentType: type }));
const get1 =
  (line: string, ...more: string[]) =>
  (world: { port: number }) =>
    `${line}\r\nHost: 127.0.0.1:${world.port}\r\n${more.map((each) => `${each}\r\n`).join('')}\r\n`;

/** Odd targets, headers and framing. */
export const messageVectors: readonly Vector[] = [
  ...[
    'text/plain',
    'text/json',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    'application/json; charset=utf-7',
    'application/json; charset=iso-8859-1',
    'application/json; charset=utf-8; charset=utf-16',
    'application/json, text/plain',
    'application/json;q=1',
    'application/problem+json',
  ].map(mediaType),
  tampered('no media type', 401, 'signature-refused', ({ fields }) => {
    fields.splice(
      fields.findIndex(([name]) => name === 'Content-Type'),
      1,
    );
  }),
  tampered('two media types', 401, 'signature-refused', ({ fields }) => {
    fields.push(['Content-Type', 'text/plain']);
  }),
  signed('compressed', 415, 'unsupported-media-type', () => ({ fields: [['Content-Encoding', 'gzip']] })),
  signed('compressed, claimed twice', 415, 'unsupported-media-type', () => ({
    fields: [['Content-Encoding', 'identity, gzip']],
  })),

  header('Idempotency-Key too short', 400, 'idempotency-key-missing', 'Idempotency-Key', 'abc'),
  header('Idempotency-Key of 65', 400, 'idempotency-key-missing', 'Idempotency-Key', 'k'.repeat(65)),
  header('Idempotency-Key with a space', 400, 'idempotency-key-missing', 'Idempotency-Key', 'abcd efgh'),
  tampered('Idempotency-Key twice', 400, 'idempotency-key-missing', ({ fields }) => {
    fields.push(['Idempotency-Key', 'another-key-1']);
  }),
  tampered('no Idempotency-Key', 400, 'idempotency-key-missing', ({ fields }) => {
    fields.splice(
      fields.findIndex(([name]) => name === 'Idempotency-Key'),
      1,
    );
  }),
  signed('Idempotency-Key used with another body', 422, 'idempotency-key-reused', ({ earlier }) => ({
    body: { ...earlier.body, legalBasis: 'Ligji tjetër' },
    fields: [['Idempotency-Key', earlier.key]],
  })),
  signed(
    'Idempotency-Key used with the same JSON in other bytes',
    422,
    'idempotency-key-reused',
    ({ earlier }) => ({
      body: JSON.stringify(earlier.body, undefined, 1),
      fields: [['Idempotency-Key', earlier.key]],
    }),
  ),
  header('Prefer: wait=31', 400, 'invalid-request', 'Prefer', 'wait=31'),
  header('Prefer: wait=-1', 400, 'invalid-request', 'Prefer', 'wait=-1'),
  header('Accept without JSON', 406, 'not-acceptable', 'Accept', 'text/html'),
  header('Accept with JSON at q=0', 406, 'not-acceptable', 'Accept', 'application/json;q=0'),

  signed("another client's request", 404, 'unknown-request', ({ idOfFier }) => ({
    method: 'GET',
    target: `/v1/requests/${idOfFier}`,
  })),
  signed("receipt of another client's request", 404, 'unknown-request', ({ idOfFier }) => ({
    method: 'GET',
    target: `/v1/requests/${idOfFier}/receipt`,
  })),
  signed("cancellation of another client's request", 404, 'unknown-request', ({ idOfFier }) => ({
    target: `/v1/requests/${idOfFier}/cancel`,
    body: { reason: 'por qejf' },
  })),
  signed('cancellation of what has ended', 409, 'not-cancellable', ({ earlier }) => ({
    target: `/v1/requests/${earlier.id}/cancel`,
    body: { reason: 'por qejf' },
  })),
  target(
    'a request that never was',
    404,
    'unknown-request',
    '/v1/requests/0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4b5a',
  ),
  target('all requests', 400, 'invalid-request', '/v1/requests'),
  target('all cases', 400, 'invalid-request', '/v1/requests?caseId=*'),
  target('a case by pattern', 400, 'invalid-request', '/v1/requests?caseId=%25'),
  target('two cases', 400, 'malformed-target', '/v1/requests?caseId=a&caseId=b'),
  target('a list of cases', 400, 'invalid-request', '/v1/requests?caseId[]=a'),
  target('a case as object', 400, 'invalid-request', '/v1/requests?caseId[x]=a'),
  target('by person', 400, 'invalid-request', '/v1/requests?caseId=a&notation=J00101999W'),
  target('limit 1000', 400, 'invalid-request', '/v1/requests?caseId=a&limit=1000'),
  target("a cursor of one's own", 400, 'invalid-request', '/v1/requests?caseId=a&after=abc'),
  target(
    'a cursor with SQL',
    400,
    'invalid-request',
    `/v1/requests?caseId=a&after=${Buffer.from("' or 1=1 --").toString('base64url')}`,
  ),
  target('__proto__ as parameter', 400, 'malformed-target', '/v1/requests?caseId=a&__proto__=b'),
  target('constructor as parameter', 400, 'malformed-target', '/v1/requests?caseId=a&constructor=b'),
  target('a path that climbs', 404, 'not-found', '/v1/requests/../services'),
  target('a path that climbs, encoded', 400, 'invalid-request', '/v1/requests/%2e%2e'),
  target('an encoded slash', 400, 'invalid-request', '/v1/requests/a%2Freceipt'),
  target('an id in capitals', 400, 'invalid-request', '/v1/requests/0199A1F2-6C3E-7D41-9A5B-3F2C1D0E4B5A'),
  target('malformed percent path', 400, 'malformed-target', '/v1/requests/%'),
  target('percent path that is no UTF-8', 400, 'malformed-target', '/v1/requests/%ff'),
  target('malformed percent query', 400, 'malformed-target', '/v1/requests?caseId=%'),
  target('trailing slash', 404, 'not-found', '/v1/requests/?caseId=a'),
  target('trailing slash of a service', 404, 'not-found', '/v1/services/'),
  target('two slashes', 400, 'malformed-target', '//v1/services'),
  target('two slashes inside', 404, 'not-found', '/v1//services'),
  target('other letters', 404, 'not-found', '/V1/services'),
  target('a path parameter of old', 404, 'not-found', '/v1/services;admin=1'),
  target('NUL in the path', 400, 'invalid-request', '/v1/services/AL012031%00'),
  target('another method', 405, 'method-not-allowed', '/v1/requests', 'DELETE'),
  target('PUT', 405, 'method-not-allowed', '/v1/requests', 'PUT'),
  target('TRACE', 405, 'method-not-allowed', '/v1/requests', 'TRACE'),
  signed('method override by header', 405, 'method-not-allowed', () => ({
    method: 'GET',
    target: '/v1/requests/0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4b5a/cancel',
    fields: [
      ['X-HTTP-Method-Override', 'POST'],
      ['X-Method-Override', 'POST'],
    ],
  })),
  target('method override by parameter', 400, 'invalid-request', '/v1/requests?caseId=a&_method=DELETE'),
  signed('target override by header', 404, 'not-found', () => ({
    method: 'GET',
    target: '/v2/services',
    fields: [
      ['X-Original-URL', '/v1/services'],
      ['X-Rewrite-URL', '/v1/services'],
    ],
  })),
  tampered('absolute target', 400, 'malformed-target', (message, { origin }) => {
    message.target = origin + message.target;
  }),

  raw('no Host', 400, undefined, () => 'GET /v1/services HTTP/1.1\r\n\r\n'),
  raw('a method nobody knows', 400, undefined, get1('FROB /v1/services HTTP/1.1')),
  raw('HTTP/9', 400, undefined, get1('GET /v1/services HTTP/9.9')),
  raw('a NUL in a header', 400, undefined, get1('GET /v1/services HTTP/1.1', 'X: a\0b')),
  raw('a space before the colon', 400, undefined, get1('GET /v1/services HTTP/1.1', 'Signature : a')),
  raw('a folded header', 400, undefined, get1('GET /v1/services HTTP/1.1', 'X: a\r\n b')),
  raw('headers over 16 kB', 431, undefined, get1('GET /v1/services HTTP/1.1', `X: ${'a'.repeat(20_000)}`)),
  raw('8-bit bytes in the path', 400, undefined, get1('GET /v1/services\xa0 HTTP/1.1')),
  raw(
    'length and chunks',
    400,
    undefined,
    get1('POST /v1/requests HTTP/1.1', 'Content-Length: 4', 'Transfer-Encoding: chunked'),
  ),
  raw(
    'two lengths',
    400,
    undefined,
    get1('POST /v1/requests HTTP/1.1', 'Content-Length: 4', 'Content-Length: 5'),
  ),
  raw('negative length', 400, undefined, get1('POST /v1/requests HTTP/1.1', 'Content-Length: -1')),
  raw(
    'a length of 10 GB',
    413,
    'body-too-large',
    get1('POST /v1/requests HTTP/1.1', 'Content-Length: 10000000000'),
  ),
  raw(
    'chunks of garbage',
    400,
    undefined,
    (world) => `${get1('POST /v1/requests HTTP/1.1', 'Transfer-Encoding: chunked')(world)}zz\r\n`,
  ),
  raw('an unknown coding', 400, undefined, get1('POST /v1/requests HTTP/1.1', 'Transfer-Encoding: gzip')),
  raw('OPTIONS *', 400, 'malformed-target', get1('OPTIONS * HTTP/1.1')),
  raw('the TLS handshake', 400, undefined, () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'),
];
