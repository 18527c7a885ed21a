import { randomUUID } from 'node:crypto';
import {
  attribute,
  by,
  codes,
  exchanged,
  header,
  rows,
  topicOf,
  type Vector,
  without,
  withSecret,
} from './make-record.js';

/** The signature's first letter another one. */
const flip = (jws: string): string =>
  jws.replace(/\.\.(.)/, (_, first: string) => `..${first === 'A' ? 'B' : 'A'}`);

/** Nobody is known to have sent these, so nobody is answered: the code stands in the log alone. */
export const recordVectors: readonly Vector[] = [
  ...rows('Signature', [
    ['none', 'signature-missing', () => ({ jws: () => undefined })],
    ['empty', 'jws-malformed', () => ({ jws: () => '' })],
    ['alg none', 'algorithm-mismatch', header({ alg: 'none' })],
    ['alg none without a value', 'jws-malformed', () => ({ jws: (jws) => jws.replace(/[^.]+$/, '') })],
    ['HS256 with the public key as secret', 'algorithm-mismatch', withSecret],
    ['exchanged in one letter', 'signature-mismatch', () => ({ jws: flip })],
    [
      'with its payload',
      'jws-malformed',
      ({ value }) => ({ jws: (jws) => jws.replace('..', `.${value.toString('base64url')}.`) }),
    ],
    ['a key in the header', 'jws-key-in-header', header({ jwk: 'EC' })],
    ['jku', 'jws-key-in-header', header({ jku: 'https://evil.example/jwks' })],
    ['x5c', 'jws-key-in-header', header({ x5c: ['AAAA'] })],
    ['unknown crit', 'jws-crit', header({ crit: ['b64', 'exp'] })],
    ['b64 without crit', 'jws-crit', header({ crit: undefined })],
    ['b64 true', 'jws-crit', header({ b64: true })],
    ['kid missing', 'jws-kid-missing', header({ kid: undefined })],
    ['iat missing', 'jws-iat', header({ iat: undefined })],
    [
      'iat in the future',
      'jws-iat',
      ({ header: it }) => ({ header: { ...it, iat: (it.iat as number) + 3_600 } }),
    ],
    ['a parameter that the profile does not know', 'jws-header-not-allowed', header({ exp: 1 })],
    [
      'a name twice',
      'jws-header-repeated',
      ({ header: it }) => ({ headerText: JSON.stringify(it).replace('{', '{"topic":"oss.44.requests.v1",') }),
    ],
    ['signed as an event of the gateway', 'jws-typ', header({ typ: 'ura-event+jws' })],
    ['signed as a body over HTTP', 'jws-typ', header({ typ: 'ura-http+jws' })],
  ]),
  ...rows('Key', [
    ['of nobody', 'keyid-unknown', by(({ attacker }) => attacker)],
    [
      'of nobody under the kid of Divjakë',
      'signature-mismatch',
      by(
        ({ attacker }) => attacker,
        ({ divjake }) => divjake.keyId,
      ),
    ],
    ['of another municipality', 'keyid-unknown', by(({ fier }) => fier)],
    [
      'of another municipality under the kid of Divjakë',
      'signature-mismatch',
      by(
        ({ fier }) => fier,
        ({ divjake }) => divjake.keyId,
      ),
    ],
    [
      'of a client of the municipality that may not submit over Kafka',
      'keyid-unknown',
      by(({ closed }) => closed),
    ],
  ]),
  ...rows('Topic', [
    ['of another municipality', 'keyid-unknown', () => ({ topic: topicOf(codes[1]) })],
    [
      'of another municipality, signed by its own key for that of Divjakë',
      'jws-binding',
      (crafted, { fier }) => ({
        topic: topicOf(codes[1]),
        header: { ...crafted.header, kid: fier.keyId },
        sign: (input) => fier.sign(input),
      }),
    ],
    ['signed for another topic', 'jws-binding', header({ topic: topicOf(codes[1]) })],
    ['signed for none', 'jws-binding', header({ topic: undefined })],
  ]),
  ...rows('Changed', [
    [
      'value',
      'signature-mismatch',
      ({ value }) => ({ value: Buffer.from(value.toString().replace('social-housing', 'economic-aid')) }),
    ],
    [
      'value: one blank more',
      'signature-mismatch',
      ({ value }) => ({ value: Buffer.concat([value, Buffer.from(' ')]) }),
    ],
    ['value: none', 'signature-mismatch', () => ({ value: Buffer.alloc(0) })],
    ['ce_id', 'jws-binding', exchanged('ce_id', randomUUID())],
    ['ce_source', 'jws-binding', exchanged('ce_source', 'urn:ura:municipality:44')],
    ['ce_time', 'jws-binding', exchanged('ce_time', '2026-01-01T00:00:00Z')],
    ['ce_dataschema', 'jws-binding', exchanged('ce_dataschema', 'https://evil.example/')],
    [
      'case, in header and key',
      'jws-binding',
      (crafted, world) => ({ ...exchanged('ce_subject', 'OTHER-1')(crafted, world), key: 'OTHER-1' }),
    ],
    ['key', 'submission-key', () => ({ key: 'OTHER-1' })],
    ['key: none', 'submission-key', () => ({ key: '' })],
  ]),
  ...rows('Headers', [
    ...[
      'ce_id',
      'ce_source',
      'ce_type',
      'ce_subject',
      'ce_time',
      'ce_dataschema',
      'ce_specversion',
      'content-type',
    ].map((name) => [`${name} absent`, 'submission-header', without(name)] as const),
    ['ce_specversion 0.3', 'submission-header', exchanged('ce_specversion', '0.3')],
    [
      'content-type of an encrypted event',
      'submission-header',
      exchanged('content-type', 'application/jose'),
    ],
    ['type of an event of the gateway', 'submission-header', attribute('ce_type', 'ura.request.answered.v1')],
    ['ce_id as only a procedure has it', 'submission-header', attribute('ce_id', `case/${randomUUID()}`)],
    ['ce_id of 65 characters', 'submission-header', attribute('ce_id', 'x'.repeat(65))],
    ['local time', 'submission-header', attribute('ce_time', '2026-03-02T10:00:00+01:00')],
    ['case with a line feed', 'submission-header', attribute('ce_subject', 'A\nB')],
    [
      'ce_id twice',
      'duplicate-header',
      ({ headers }) => ({ headers: [...headers, ['ce_id', randomUUID()]] }),
    ],
    [
      'ce_signature twice',
      'duplicate-header',
      ({ headers }) => ({ headers: [...headers, ['ce_signature', 'a..b']] }),
    ],
    [
      'meant for another gateway',
      'submission-addressee',
      attribute('ce_dataschema', 'https://test.ura.example/openapi.json#/components/schemas/NewRequest'),
    ],
    ['70 KB', 'submission-too-large', () => ({ value: Buffer.alloc(70_000, 0x20) })],
  ]),
];
