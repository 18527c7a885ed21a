/** The smallest body that is accepted. */
export const valid = {
  service: 'AL012031',
  subject: { scheme: 'NID', notation: 'J00101999W' },
  purpose: 'social-housing',
  legalBasis: 'Ligji 22/2018, neni 26',
  requester: { organisation: 'Bashkia Divjakë', officer: 'a.hoxha', unit: 'Zyra me një ndalesë' },
  caseId: 'DIV-2026-000124',
};

/** JSON text instead of an object, for what an object literal cannot say. */
const text = (json: string): unknown => JSON.parse(json) as unknown;
const without = (name: string) => Object.fromEntries(Object.entries(valid).filter(([key]) => key !== name));
/** How the backend begins the place of what is wrong in a body. */
export const body = '/requestBody';

/** What is wrong, the body, and each complaint as `<pointer> <keyword>`. */
export const badBodies: readonly [string, unknown, readonly string[]][] = [
  ['no body', undefined, [`${body} required`]],
  ['null', null, [`${body} type`]],
  ['an array', [valid], [`${body} type`]],
  ['a string', 'x', [' parse', `${body} type`]],
  ['an empty object', {}, Object.keys(valid).map((name) => `${body}/${name} required`)],
  ...Object.keys(valid).map((name): [string, unknown, string[]] => [
    `no ${name}`,
    without(name),
    [`${body}/${name} required`],
  ]),
  ['an unknown field', { ...valid, colour: 'red' }, [`${body}/colour additionalProperties`]],
  [
    'an own field __proto__',
    text('{"__proto__":{"a":1}}'),
    [
      `${body}/__proto__ additionalProperties`,
      ...Object.keys(valid).map((name) => `${body}/${name} required`),
    ],
  ],
  ['a service as number', { ...valid, service: 12031 }, [`${body}/service type`]],
  ['a service with a wildcard', { ...valid, service: 'AL01203*' }, [`${body}/service pattern`]],
  ['a service with a line after it', { ...valid, service: 'AL012031\n' }, [`${body}/service pattern`]],
  ['Arabic digits in the service', { ...valid, service: 'AL٠١٢٠٣١' }, [`${body}/service pattern`]],
  ['a subject as string', { ...valid, subject: 'J00101999W' }, [`${body}/subject type`]],
  ['several subjects', { ...valid, subject: [valid.subject] }, [`${body}/subject type`]],
  [
    'a subject without scheme',
    { ...valid, subject: { notation: 'J00101999W' } },
    [`${body}/subject/scheme required`],
  ],
  [
    'an unknown scheme',
    { ...valid, subject: { scheme: 'nid', notation: 'J00101999W' } },
    [`${body}/subject/scheme enum`],
  ],
  [
    'a subject with issuedBy',
    { ...valid, subject: { ...valid.subject, issuedBy: 'x' } },
    [`${body}/subject/issuedBy additionalProperties`],
  ],
  [
    'an empty notation',
    { ...valid, subject: { scheme: 'NID', notation: '' } },
    [`${body}/subject/notation minLength`, `${body}/subject/notation pattern`],
  ],
  [
    'a wildcard notation',
    { ...valid, subject: { scheme: 'NID', notation: 'J0010%' } },
    [`${body}/subject/notation pattern`],
  ],
  [
    'a notation of 61 characters',
    { ...valid, subject: { scheme: 'NID', notation: 'J'.repeat(61) } },
    [`${body}/subject/notation maxLength`],
  ],
  [
    'a notation as number',
    { ...valid, subject: { scheme: 'PROPERTY', notation: 8270 } },
    [`${body}/subject/notation type`],
  ],
  ['a purpose in capitals', { ...valid, purpose: 'Social' }, [`${body}/purpose pattern`]],
  ['a purpose of 65 characters', { ...valid, purpose: 'p'.repeat(65) }, [`${body}/purpose pattern`]],
  ['a legal basis of two characters', { ...valid, legalBasis: 'xx' }, [`${body}/legalBasis minLength`]],
  [
    'a legal basis of a megabyte',
    { ...valid, legalBasis: 'x'.repeat(1e6) },
    [`${body}/legalBasis maxLength`],
  ],
  ['a legal basis of spaces', { ...valid, legalBasis: '     ' }, [`${body}/legalBasis pattern`]],
  ['a NUL in the legal basis', { ...valid, legalBasis: 'Ligji\u0000 22' }, [`${body}/legalBasis pattern`]],
  ['a line feed in the legal basis', { ...valid, legalBasis: 'Ligji\n22' }, [`${body}/legalBasis pattern`]],
  ['half a surrogate', { ...valid, legalBasis: text('"Ligji \\ud800 22"') }, [`${body}/legalBasis pattern`]],
  ['a requester as null', { ...valid, requester: null }, [`${body}/requester type`]],
  [
    'an officer who writes backwards',
    { ...valid, requester: { ...valid.requester, officer: 'a\u202Ehoxha' } },
    [`${body}/requester/officer pattern`],
  ],
  [
    'no officer',
    { ...valid, requester: { organisation: 'Bashkia', unit: 'Zyra' } },
    [`${body}/requester/officer required`],
  ],
  [
    'an unknown field of the requester',
    { ...valid, requester: { ...valid.requester, role: 'x' } },
    [`${body}/requester/role additionalProperties`],
  ],
  [
    'an organisation of one character',
    { ...valid, requester: { ...valid.requester, organisation: 'x' } },
    [`${body}/requester/organisation minLength`],
  ],
  [
    'a unit of 201 characters',
    { ...valid, requester: { ...valid.requester, unit: 'x'.repeat(201) } },
    [`${body}/requester/unit maxLength`],
  ],
  ['a case id with a space', { ...valid, caseId: 'DIV 1' }, [`${body}/caseId pattern`]],
  ['a case id that starts with a dot', { ...valid, caseId: '../x' }, [`${body}/caseId pattern`]],
  ['a case id of 65 characters', { ...valid, caseId: 'x'.repeat(65) }, [`${body}/caseId pattern`]],
  [
    'an empty consent',
    { ...valid, consentRef: '' },
    [`${body}/consentRef minLength`, `${body}/consentRef pattern`],
  ],
  ['a consent as null', { ...valid, consentRef: null }, [`${body}/consentRef type`]],
  ['no requested fields', { ...valid, requestedFields: [] }, [`${body}/requestedFields minItems`]],
  ['a field twice', { ...valid, requestedFields: ['head', 'head'] }, [`${body}/requestedFields uniqueItems`]],
  ['a wildcard field', { ...valid, requestedFields: ['head', '*'] }, [`${body}/requestedFields/1 pattern`]],
  [
    'a field with empty steps',
    { ...valid, requestedFields: ['head..x'] },
    [`${body}/requestedFields/0 pattern`],
  ],
  [
    'a field __proto__',
    { ...valid, requestedFields: ['head.__proto__'] },
    [`${body}/requestedFields/0 pattern`],
  ],
  ['a field that is an object', { ...valid, requestedFields: [{}] }, [`${body}/requestedFields/0 type`]],
  [
    '101 fields',
    { ...valid, requestedFields: Array.from({ length: 101 }, (_, i) => 'a'.repeat(i + 1)) },
    [`${body}/requestedFields maxItems`],
  ],
  [
    'a deadline without offset',
    { ...valid, deadline: '2026-03-02T15:00:00' },
    [`${body}/deadline format`, `${body}/deadline pattern`],
  ],
  ['a deadline on 30 February', { ...valid, deadline: '2026-02-30T15:00:00Z' }, [`${body}/deadline format`]],
  ['a deadline with a space', { ...valid, deadline: '2026-03-02 15:00:00Z' }, [`${body}/deadline pattern`]],
  ['a deadline as number', { ...valid, deadline: 1772442000 }, [`${body}/deadline type`]],
  ['parameters as array', { ...valid, parameters: [] }, [`${body}/parameters type`]],
  [
    '51 parameters',
    { ...valid, parameters: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`p${i}`, i])) },
    [`${body}/parameters maxProperties`],
  ],
];
