import { createHash } from 'node:crypto';
import {
  added,
  cover,
  createdAt,
  digest,
  digestOf,
  extraParameter,
  field,
  forgedBody,
  honestBody,
  later,
  origin,
  parameter,
  removed,
  type Sent,
  type Vector,
} from './honest-request.js';

const onlyMethodAndTarget = { covered: ['"@method"', '"@target-uri"'] };
const halfDigest = createHash('sha256').update(honestBody).digest().subarray(0, 16).toString('base64');

function target(targetUri: string) {
  return { sent: (): Partial<Sent> => ({ targetUri }) };
}

/** What is covered, and what is changed after signing. */
export const coverageVectors: readonly Vector[] = [
  ...['"@method"', '"@target-uri"', '"content-digest"', '"content-type"'].map(
    (component): Vector => [
      `${component} dropped from the covered list`,
      'component-missing',
      cover((covered) => covered.filter((name) => name !== component)),
    ],
  ),
  ['nothing covered', 'component-missing', cover(() => [])],
  [
    '@authority covered in place of @target-uri',
    'component-not-allowed',
    cover((covered) => covered.map((name) => (name === '"@target-uri"' ? '"@authority"' : name))),
  ],
  [
    'a foreign component covered besides',
    'component-not-allowed',
    cover((covered) => [...covered, '"date"']),
  ],
  ['a component covered twice', 'component-repeated', cover((covered) => [...covered, '"@method"'])],
  ['a component with ;bs', 'component-not-allowed', cover((covered) => [...covered, '"content-type";bs'])],
  ['a component with ;tr', 'component-not-allowed', cover((covered) => [...covered, '"content-digest";tr'])],
  [
    'a component with ;req in a request',
    'component-not-allowed',
    cover((covered) => [...covered, '"@method";req']),
  ],
  [
    'a component with a numeric parameter',
    'component-not-allowed',
    cover((covered) => [...covered, '"@method";x=1']),
  ],
  ['a component in upper case', 'component-not-allowed', cover((covered) => [...covered, '"Content-Type"'])],
  ['a component named __proto__', 'component-not-allowed', cover((covered) => [...covered, '"__proto__"'])],
  ['a component as a token', 'signature-malformed', cover((covered) => [...covered, 'date'])],
  ['the body cut off', 'component-not-allowed', { sent: () => ({ body: Buffer.alloc(0) }) }],
  [
    'a body added to a request signed without one',
    'digest-missing',
    { draft: () => ({ ...onlyMethodAndTarget, digest: undefined, contentType: undefined }) },
  ],
  [
    'a body, its digest and type added to a request signed without',
    'component-missing',
    { draft: () => onlyMethodAndTarget },
  ],
  ['method changed', 'signature-mismatch', { sent: () => ({ method: 'PUT' }) }],
  ['method in lower case', 'signature-mismatch', { sent: () => ({ method: 'post' }) }],
  ['path changed', 'signature-mismatch', target(`${origin}/v1/requests/1/cancel?trace=1`)],
  ['path with a trailing slash', 'signature-mismatch', target(`${origin}/v1/requests/?trace=1`)],
  ['path percent-encoded anew', 'signature-mismatch', target(`${origin}/v1/%72equests?trace=1`)],
  ['query changed', 'signature-mismatch', target(`${origin}/v1/requests?trace=2`)],
  ['query dropped', 'signature-mismatch', target(`${origin}/v1/requests`)],
  ['host changed', 'signature-mismatch', target('https://evil.example/v1/requests?trace=1')],
  ['scheme changed', 'signature-mismatch', target('http://ura.example/v1/requests?trace=1')],
  ['media type changed', 'signature-mismatch', field('Content-Type', () => 'text/plain')],
  [
    'media type parameter added',
    'signature-mismatch',
    field('Content-Type', (type) => `${type};charset=utf-7`),
  ],
  [
    'media type smuggling a line',
    'field-malformed',
    field('Content-Type', (type) => `${type}\n"@method": GET`),
  ],
  ['media type with a no-break space', 'field-malformed', field('Content-Type', (type) => `${type}\u00a0`)],
  ['media type removed', 'component-missing', removed('Content-Type')],
];

/** Content-Digest against the body. */
export const digestVectors: readonly Vector[] = [
  ['forged body under the honest digest', 'digest-mismatch', { sent: () => ({ body: forgedBody }) }],
  [
    'forged body and its digest',
    'signature-mismatch',
    {
      sent: (sent) => ({
        body: forgedBody,
        ...field('Content-Digest', () => digestOf(forgedBody)).sent?.(sent),
      }),
    },
  ],
  [
    'one byte appended to the body',
    'digest-mismatch',
    { sent: ({ body }) => ({ body: Buffer.concat([body, Buffer.from(' ')]) }) },
  ],
  ['digest removed', 'digest-missing', removed('Content-Digest')],
  [
    'digest removed, another field of as many letters in its place',
    'digest-missing',
    {
      sent: ({ headers }) => ({
        headers: headers.map((one) => (one === 'Content-Digest' ? 'Content-Length' : one)),
      }),
    },
  ],
  ['two digests that differ, in two lines', 'field-repeated', added('content-digest', digestOf(forgedBody))],
  [
    'two sha-256 digests in one line',
    'digest-malformed',
    digest(`${digestOf(forgedBody)}, ${digestOf(honestBody)}`),
  ],
  [
    'right sha-256 beside a wrong sha-512',
    'digest-mismatch',
    digest(`${digestOf(honestBody)}, ${digestOf(forgedBody, 'sha-512')}`),
  ],
  [
    'wrong sha-256 beside a right sha-512',
    'digest-mismatch',
    digest(`${digestOf(forgedBody)}, ${digestOf(honestBody, 'sha-512')}`),
  ],
  ['sha-512 only', 'digest-malformed', digest(digestOf(honestBody, 'sha-512'))],
  ['md5 beside sha-256', 'digest-malformed', digest(`${digestOf(honestBody)}, md5=:AAAA:`)],
  ['sha-256 cut to 16 bytes', 'digest-mismatch', digest(`sha-256=:${halfDigest}:`)],
  ['digest with a parameter', 'digest-malformed', digest(`${digestOf(honestBody)};x`)],
  ['digest as a string', 'digest-malformed', digest('sha-256="x"')],
  ['digest that is no dictionary', 'digest-malformed', digest('sha-256=:@@@:')],
  ['digest named __proto__', 'digest-malformed', digest('*__proto__=:AAAA:')],
];

/** Times and the other signature parameters. */
export const parameterVectors: readonly Vector[] = [
  ['created missing', 'parameter-missing', parameter('created', '')],
  ['created ten minutes ago', 'message-expired', later(600_000)],
  ['created 6 s in the future', 'created-in-future', later(-7_000)],
  ['created at zero', 'parameter-malformed', parameter('created', ';created=0')],
  ['expires at zero', 'parameter-malformed', parameter('expires', ';expires=0')],
  ['expires at the moment of created', 'lifetime-invalid', parameter('expires', `;expires=${createdAt}`)],
  ['created as text', 'parameter-malformed', parameter('created', `;created="${createdAt}"`)],
  ['created with a fraction', 'parameter-malformed', parameter('created', `;created=${createdAt}.5`)],
  ['created negative', 'parameter-malformed', parameter('created', `;created=-${createdAt}`)],
  ['created as a structured date', 'signature-malformed', parameter('created', `;created=@${createdAt}`)],
  ['expires passed by a millisecond', 'message-expired', later(119_000)],
  ['expires missing', 'parameter-missing', parameter('expires', '')],
  ['expires before created', 'lifetime-invalid', parameter('expires', `;expires=${createdAt - 1}`)],
  ['lifetime of a year', 'lifetime-invalid', parameter('expires', `;expires=${createdAt + 31_536_000}`)],
  ['lifetime of 301 s', 'lifetime-invalid', parameter('expires', `;expires=${createdAt + 301}`)],
  [
    'expires prolonged after signing',
    'signature-mismatch',
    field('Signature-Input', (input) =>
      input.replace(`expires=${createdAt + 120}`, `expires=${createdAt + 240}`),
    ),
  ],
  ['nonce missing', 'parameter-missing', parameter('nonce', '')],
  ['nonce empty', 'parameter-malformed', parameter('nonce', ';nonce=""')],
  ['nonce of 129 characters', 'parameter-malformed', parameter('nonce', `;nonce="${'n'.repeat(129)}"`)],
  ['nonce as a number', 'parameter-malformed', parameter('nonce', ';nonce=123456789012.123')],
  ['keyid of 257 characters', 'parameter-malformed', parameter('keyid', `;keyid="${'k'.repeat(257)}"`)],
  ['keyid as a number', 'parameter-malformed', parameter('keyid', ';keyid=2026')],
  ['nonce with a quote', 'parameter-malformed', parameter('nonce', ';nonce="0193a1b2-0000-7000\\"8000"')],
  [
    'nonce changed after signing',
    'signature-mismatch',
    field('Signature-Input', (input) => input.replace('000000000001', '000000000002')),
  ],
  ['tag of another application', 'tag-wrong', parameter('tag', ';tag="web-bot-auth"')],
  ['tag missing', 'parameter-missing', parameter('tag', '')],
  ['an unknown parameter', 'parameter-not-allowed', extraParameter(';context="x"')],
  [
    'a parameter given twice',
    'signature-malformed',
    extraParameter(';nonce="0193a1b2-0000-7000-8000-000000000009"'),
  ],
];
