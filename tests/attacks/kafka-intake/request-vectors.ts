import { body, type Change, rows, type Vector } from './make-record.js';

const old = (hours: number): Change => {
  return ({ header }) => ({ header: { ...header, iat: Math.floor(Date.now() / 1000) - hours * 3_600 } });
};

/** Signed by who may submit, so the municipality is told, with the code of the HTTP API. */
export const requestVectors: readonly Vector[] = [
  ...rows('Stale', [
    ['signed 73 hours ago', 'signature-refused', old(73)],
    ['signed a year ago', 'signature-refused', old(8_760)],
  ]),
  ...rows('JSON', [
    ['none', 'malformed-json', body(() => '')],
    [
      'a key twice',
      'malformed-json',
      body((draft) => JSON.stringify(draft).replace('{', '{"purpose":"economic-aid",')),
    ],
    ['__proto__', 'malformed-json', body((draft) => JSON.stringify(draft).replace('{', '{"__proto__":{},'))],
    ['byte order mark', 'malformed-json', body((draft) => `\ufeff${JSON.stringify(draft)}`)],
    ['UTF-16', 'malformed-json', body((draft) => Buffer.from(JSON.stringify(draft), 'utf16le'))],
    [
      'deeper than 32',
      'malformed-json',
      body((draft) => JSON.stringify(draft).replace('{', `{"x":${'['.repeat(40)}${']'.repeat(40)},`)),
    ],
    ['a list', 'invalid-request', body((draft) => [draft])],
    ['unknown field', 'invalid-request', body((draft) => ({ ...draft, municipality: '21' }))],
    ['number as text', 'invalid-request', body((draft) => ({ ...draft, caseId: 1 }))],
    ['a field missing', 'invalid-request', body(({ legalBasis: _, ...draft }) => draft)],
    [
      'another case than that of the record',
      'invalid-request',
      body((draft) => ({ ...draft, caseId: 'OTHER-1' })),
    ],
    ['a priority that there is not', 'invalid-request', body((draft) => ({ ...draft, priority: 'first' }))],
  ]),
  ...rows('Rights', [
    ['purpose that is not granted', 'not-granted', body((draft) => ({ ...draft, purpose: 'advertising' }))],
    [
      'in the name of another municipality',
      'not-granted',
      body((draft) => ({ ...draft, requester: { ...draft.requester, organisation: 'Bashkia Fier' } })),
    ],
    [
      'field that the answer does not have',
      'invalid-request',
      body((draft) => ({ ...draft, requestedFields: ['taxes'] })),
    ],
    ['wildcard of fields', 'invalid-request', body((draft) => ({ ...draft, requestedFields: ['*'] }))],
    [
      'wildcard of people',
      'invalid-request',
      body((draft) => ({ ...draft, subject: { scheme: 'NID', notation: 'J0%' } })),
    ],
    ['service that there is not', 'unknown-service', body((draft) => ({ ...draft, service: 'AL999999' }))],
    [
      'deadline in the past',
      'invalid-request',
      body((draft) => ({ ...draft, deadline: '2020-01-01T00:00:00Z' })),
    ],
  ]),
];
