import { contentDigest } from '../../../src/signing/content-digest.js';
import { signComponents } from '../../../src/signing/http-sig/sign-request.js';
import { responseComponents } from '../../../src/signing/http-sig/sign-response.js';
import type { Component } from '../../../src/signing/http-sig/signature-base.js';
import { handWritten, type Vector } from './common-vectors.js';
import { type Asked, clearance, type OnTheWire, problem, type World, withField } from './world.js';

const problemType = 'application/problem+json';

/** Signed by the registry's own hand over other components, or over the digest of something else. */
async function signedOver(
  world: World,
  asked: Asked,
  change: (components: Component[]) => Component[],
  body = clearance(asked.body.messageId),
): Promise<OnTheWire> {
  const honest = responseComponents(200, contentDigest(body), asked.verified.signature);
  const { keyId } = world.registryKey.signer;
  const parameters = `;created=${Math.floor(Date.now() / 1000)};keyid="${keyId}"`;
  const components = change(honest);
  const fields = await signComponents(components, parameters, world.registryKey.signer);
  const digest = components.find(([name]) => name === '"content-digest"')?.[1] ?? contentDigest(body);
  const headers: [string, string][] = [
    ['content-type', 'application/json'],
    ['content-digest', digest],
    ...Object.entries(fields),
  ];
  return { status: 200, headers, body };
}

const without = (name: string) => (components: Component[]) =>
  components.filter(([identifier]) => !identifier.startsWith(name));

const http = (name: string, reason: string, attack: Vector['attack']): Vector => ({
  row: 'http-sig',
  name,
  outcome: { 'http-sig': reason },
  attack,
});

/** Where the two profiles differ: what they cover, and what they do not. */
export const profileVectors: readonly Vector[] = [
  http('@status not covered', 'invalid component-missing', (world, asked) =>
    signedOver(world, asked, without('"@status"')),
  ),
  http('content-digest not covered', 'invalid component-missing', (world, asked) =>
    signedOver(world, asked, without('"content-digest"')),
  ),
  http('the signature of the request not covered', 'invalid answer-not-bound', (world, asked) =>
    signedOver(world, asked, without('"signature"')),
  ),
  http('covered, but taken off the list', 'invalid component-missing', async (world, asked) =>
    withField(await world.answer(asked), 'signature-input', (value) => value.replace('"@status" ', '')),
  ),
  http('the digest of another body, rightly signed', 'invalid digest-mismatch', (world, asked) =>
    signedOver(world, asked, (components) =>
      components.map(([name, value]) => [
        name,
        name === '"content-digest"' ? contentDigest(Buffer.from('{}')) : value,
      ]),
    ),
  ),
  http('no digest', 'invalid digest-missing', async (world, asked) =>
    withField(await world.answer(asked), 'content-digest', () => undefined),
  ),
  http('another status', 'invalid signature-mismatch', async (world, asked) => ({
    ...(await world.answer(asked)),
    status: 202,
  })),
  http('a refusal turned into another one', 'invalid signature-mismatch', async (world, asked) => ({
    ...(await world.answer(asked, {
      status: 404,
      contentType: problemType,
      body: problem(asked.body.messageId),
    })),
    status: 400,
  })),
  http(
    'an answer called a problem; its type is not signed',
    'invalid answer: undeclared',
    async (world, asked) => withField(await world.answer(asked), 'content-type', () => problemType),
  ),
  http('two signatures', 'invalid field-repeated', async (world, asked) => {
    const answer = await world.answer(asked);
    return {
      ...answer,
      headers: [...answer.headers, ...answer.headers.filter(([name]) => name === 'signature')],
    };
  }),
  http('a signature for another purpose', 'invalid tag-wrong', async (world, asked) =>
    withField(await world.answer(asked), 'signature-input', (value) => value.replace('tag="ura"', 'tag="x"')),
  ),

  ...(
    [
      [
        'the digest not signed',
        'modi-header-unsigned',
        { signed_headers: [{ 'content-type': 'application/json' }] },
      ],
      ['an answer to another asker', 'modi-audience', { aud: 'oss-divjake' }],
      ['an answer in the name of another registry', 'modi-issuer', { iss: 'business' }],
      [
        'an answer to another message',
        'answer-not-bound',
        { request_jti: '0195f7a0-0000-7000-8000-000000000001' },
      ],
      ['an answer to another body', 'answer-not-bound', { request_digest: `SHA-256=${'A'.repeat(43)}=` }],
      ['a token without an end', 'modi-claim', { exp: undefined }],
      ['a token for a day', 'lifetime-invalid', { exp: Math.floor(Date.now() / 1000) + 86_400 }],
    ] as const
  ).map(
    ([name, reason, claims]): Vector => ({
      row: 'modi-rest',
      name,
      outcome: { 'modi-rest': `invalid ${reason}` },
      attack: (world, asked) => handWritten(world, asked, (honest) => ({ ...honest, ...claims })),
    }),
  ),
  {
    row: 'modi-rest',
    name: 'the type not signed',
    outcome: { 'modi-rest': 'invalid modi-header-unsigned' },
    attack: (world, asked) =>
      handWritten(world, asked, ({ signed_headers, ...claims }) => ({
        ...claims,
        signed_headers: (signed_headers as object[]).filter((one) => 'digest' in one),
      })),
  },
  {
    row: 'modi-rest',
    name: 'no digest',
    outcome: { 'modi-rest': 'invalid modi-digest-missing' },
    attack: async (world, asked) => withField(await world.answer(asked), 'digest', () => undefined),
  },
  {
    row: 'modi-rest',
    name: 'two tokens',
    outcome: { 'modi-rest': 'invalid field-repeated' },
    attack: async (world, asked) => {
      const answer = await world.answer(asked);
      const token = answer.headers.filter(([name]) => name === 'agid-jwt-signature');
      return { ...answer, headers: [...answer.headers, ...token] };
    },
  },
  // Neither profile signs the status: the document has to tell the answers apart.
  ...(['modi-rest', 'jws-detached'] as const).flatMap((profile): Vector[] => [
    {
      row: 'Status',
      name: `an answer under the status of a promise (${profile})`,
      outcome: { [profile]: 'invalid answer: undeclared' },
      attack: async (world, asked) => ({ ...(await world.answer(asked)), status: 202 }),
    },
    {
      row: 'Status',
      name: `an answer under the status of a failure (${profile})`,
      outcome: { [profile]: 'unknown http-status' },
      attack: async (world, asked) => ({ ...(await world.answer(asked)), status: 500 }),
    },
    {
      row: 'Status',
      name: `a refusal under another status (${profile})`,
      outcome: { [profile]: 'invalid contract: /status const' },
      attack: async (world, asked) => ({ ...(await refusal(world, asked)), status: 400 }),
    },
    {
      row: 'Status',
      name: `a refusal under the status of a busy registry (${profile})`,
      outcome: { [profile]: 'invalid contract: /status const' },
      attack: async (world, asked) => ({ ...(await refusal(world, asked)), status: 503 }),
    },
    {
      row: 'Status',
      name: `a refusal under the status of an answer (${profile})`,
      outcome: { [profile]: 'invalid answer: undeclared' },
      attack: async (world, asked) => ({ ...(await refusal(world, asked)), status: 200 }),
    },
  ]),
];

function refusal(world: World, asked: Asked): Promise<OnTheWire> {
  return world.answer(asked, { status: 404, contentType: problemType, body: problem(asked.body.messageId) });
}
