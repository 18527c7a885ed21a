import { createHash } from 'node:crypto';
import { contentDigest } from '../../../src/signing/content-digest.js';
import { makeKey } from '../../signing/http-sig/signing-keys.js';
import {
  type Asked,
  type Attack,
  clearance,
  type OnTheWire,
  type ProfileName,
  problem,
  question,
  type World,
  withField,
} from './world.js';

/** One line of the table: the outcome that must come of it, by profile; a profile without a line is not attacked so. */
export interface Vector {
  readonly row: string;
  readonly name: string;
  readonly outcome: Partial<Record<ProfileName, string>>;
  readonly attack: Attack;
}

export const all = (outcome: string) => ({
  'http-sig': outcome,
  'modi-rest': outcome,
  'jws-detached': outcome,
});
const each = (http: string, modi: string, jws: string) => ({
  'http-sig': `invalid ${http}`,
  'modi-rest': `invalid ${modi}`,
  'jws-detached': `invalid ${jws}`,
});

const other = { taxpayer: { kind: 'PERSON', number: 'K15307002M' } };
const problemType = 'application/problem+json';

/** The attacker changes what is on its way. */
const content: readonly Vector[] = [
  {
    row: 'Content',
    name: 'a word of the body changed',
    outcome: each('digest-mismatch', 'modi-digest-mismatch', 'signature-mismatch'),
    attack: async (world, asked) => ({
      ...(await world.answer(asked)),
      body: clearance(asked.body.messageId, { status: 'CLEAR' }),
    }),
  },
  {
    row: 'Content',
    name: 'a word of the body changed, and the digest with it',
    outcome: each('signature-mismatch', 'modi-header-differs', 'signature-mismatch'),
    attack: async (world, asked) => {
      const body = clearance(asked.body.messageId, { status: 'CLEAR' });
      const answer = { ...(await world.answer(asked)), body };
      return {
        ...answer,
        headers: answer.headers.map(([name, value]): [string, string] => {
          if (name === 'content-digest') return [name, contentDigest(body)];
          return name === 'digest' ? [name, digestField(body)] : [name, value];
        }),
      };
    },
  },
  {
    row: 'Content',
    name: 'a space added after the body',
    outcome: each('digest-mismatch', 'modi-digest-mismatch', 'signature-mismatch'),
    attack: async (world, asked) => {
      const answer = await world.answer(asked);
      return { ...answer, body: Buffer.concat([answer.body, Buffer.from(' ')]) };
    },
  },
  {
    row: 'Content',
    name: 'the signature of one answer over the body of another',
    outcome: each('digest-mismatch', 'modi-digest-mismatch', 'signature-mismatch'),
    attack: async (world, asked) => {
      const body = clearance(asked.body.messageId, other);
      return { ...(await world.answer(asked)), body: (await world.answer(asked, { body })).body };
    },
  },
];

/** An answer that is right for somebody, and not for this question. */
const binding: readonly Vector[] = [
  {
    row: 'Binding',
    name: 'the answer to another question at the same time',
    outcome: each('signature-mismatch', 'answer-not-bound', 'jws-binding'),
    attack: async (world, asked) => world.answer({ ...(await askedBefore(world)), body: asked.body }),
  },
  {
    row: 'Binding',
    name: 'the answer to an earlier attempt of the same question',
    outcome: each('signature-mismatch', 'answer-not-bound', 'jws-binding'),
    attack: async (world, asked) => {
      const earlier = await askedBefore(world, { ...question(), messageId: asked.body.messageId });
      return world.answer(earlier);
    },
  },
  {
    row: 'Binding',
    name: 'an answer that is tied to nothing',
    outcome: { 'modi-rest': 'invalid answer-not-bound', 'jws-detached': 'invalid jws-binding' },
    attack: async (world, asked) => {
      const answer = await world.answer(asked, {
        signer: world.registry({}, { answerBinding: 'connection' }),
      });
      if (world.profile === 'jws-detached') return answer;
      // The profile itself always ties its answers, so the token is written by hand.
      return handWritten(world, asked, ({ request_jti: _, request_digest: __, ...claims }) => claims);
    },
  },
  {
    row: 'Binding',
    name: 'an answer that names another messageId, rightly signed',
    outcome: all('invalid other-message'),
    attack: (world, asked) => world.answer(asked, { body: clearance(question().messageId) }),
  },
  {
    row: 'Binding',
    name: 'an answer about somebody else, rightly signed',
    outcome: all('invalid other-subject'),
    attack: (world, asked) => world.answer(asked, { body: clearance(asked.body.messageId, other) }),
  },
];

const keys: readonly Vector[] = [
  {
    row: 'Keys',
    name: "another key under the registry's name",
    outcome: all('invalid signature-mismatch'),
    attack: (world, asked) => {
      const { signer } = makeKey('ecdsa-p256-sha256', 'tax', world.registryKey.signer.keyId);
      return world.answer(asked, { signer: world.registry({ signer }) });
    },
  },
  {
    row: 'Keys',
    name: 'another key under a name of its own',
    outcome: all('invalid keyid-unknown'),
    attack: (world, asked) => {
      const { signer } = makeKey('ecdsa-p256-sha256', 'tax', 'tax-2');
      return world.answer(asked, { signer: world.registry({ signer }) });
    },
  },
  {
    row: 'Keys',
    name: "the gateway's own signature sent back",
    outcome: each('parameter-not-allowed', 'keyid-unknown', 'keyid-unknown'),
    attack: async (world, asked) => {
      const { body } = await world.answer(asked);
      return { status: 200, headers: signedFieldsOf(asked), body };
    },
  },
  {
    row: 'Keys',
    name: 'an answer of six minutes ago',
    outcome: each('message-too-old', 'message-expired', 'message-too-old'),
    attack: (world, asked) =>
      world.answer(asked, { signer: world.registry({ clock: { now: () => Date.now() - 360_000 } }) }),
  },
  {
    row: 'Keys',
    name: 'an answer of the next minute',
    outcome: each('created-in-future', 'created-in-future', 'created-in-future'),
    attack: (world, asked) =>
      world.answer(asked, { signer: world.registry({ clock: { now: () => Date.now() + 30_000 } }) }),
  },
];

const unsigned: readonly Vector[] = [
  {
    row: 'Unsigned',
    name: 'the right answer without a signature',
    outcome: each('signature-missing', 'modi-token-missing', 'signature-missing'),
    attack: async (world, asked) => bare(await world.answer(asked)),
  },
  {
    row: 'Unsigned',
    name: 'a promise without a signature',
    outcome: each('signature-missing', 'modi-token-missing', 'signature-missing'),
    attack: async (_, asked) =>
      plain(202, 'application/json', { messageId: asked.body.messageId, ticket: '12345678' }),
  },
  {
    row: 'Unsigned',
    name: 'a refusal whose signature was taken off',
    outcome: all('unknown unsigned-fault'),
    attack: async (world, asked) =>
      bare(
        await world.answer(asked, {
          status: 404,
          contentType: problemType,
          body: problem(asked.body.messageId),
        }),
      ),
  },
  {
    row: 'Unsigned',
    name: 'a registry that is busy, says nobody in particular',
    outcome: all('unknown unsigned-fault'),
    attack: async (_, asked) =>
      plain(503, problemType, { messageId: asked.body.messageId, code: 'BUSY', status: 503 }),
  },
  {
    row: 'Unsigned',
    name: 'an error of a proxy in JSON',
    outcome: all('unknown http-status'),
    attack: async () => plain(502, 'application/json', { error: 'bad gateway' }),
  },
  {
    row: 'Unsigned',
    name: 'a page of HTML with status 200',
    outcome: all('unknown http-status'),
    attack: async () => plain(200, 'text/html', '<h1>OK</h1>'),
  },
];

/** The body is signed by the registry itself, which has gone bad or is badly made. */
const reading: readonly Vector[] = (
  [
    ['a key twice', 'json: malformed', (json: string) => json.replace('{', '{"status":"CLEAR",')],
    ['__proto__ as key', 'json: malformed', (json) => json.replace('{', '{"__proto__":{"x":1},')],
    ['a byte order mark', 'json: malformed', (json) => `\ufeff${json}`],
    ['two values', 'json: malformed', (json) => json + json],
    ['nested 20,000 deep', 'json: malformed', () => '['.repeat(20_000) + ']'.repeat(20_000)],
    ['NUL in a text', 'json: malformed', (json) => json.replace('Fier', 'Fi\\u0000er')],
    ['an unknown member', 'contract: / additionalProperties', (json) => json.replace('{', '{"x":1,')],
    ['a list', 'contract: / type', () => '[]'],
    ['null', 'contract: / type', () => 'null'],
    ['amounts that nobody asked for', 'more-than-asked', (json) => json.replace('{', `{"debts":[${debt}],`)],
  ] as const satisfies readonly (readonly [string, string, (json: string) => string])[]
).map(([name, reason, change]) => ({
  row: 'Reading',
  name: `${name}, rightly signed`,
  outcome: all(`invalid ${reason}`),
  attack: (world: World, asked: Asked) =>
    world.answer(asked, { body: Buffer.from(change(clearance(asked.body.messageId).toString())) }),
}));

export const commonVectors: readonly Vector[] = [...content, ...binding, ...keys, ...unsigned, ...reading];

const debt = JSON.stringify({ tax: 'VAT', period: '2025', amountLek: 1, dueOn: '2025-12-14' });

/** What another call asked just before: its own answer is held back. */
async function askedBefore(world: World, exchange = question()): Promise<Asked> {
  const attack = world.attack;
  const before = await new Promise<Asked>((resolve) => {
    world.attack = async (_, asked) => {
      resolve(asked);
      return bare(await world.answer(asked));
    };
    void world.adapter.call(exchange, new AbortController().signal);
  });
  world.attack = attack;
  return before;
}

function signedFieldsOf({ headers }: Asked): [string, string][] {
  const kept =
    /^(content-type|content-digest|digest|signature|signature-input|agid-jwt-signature|x-jws-signature)$/i;
  return headers.flatMap((name, index): [string, string][] =>
    index % 2 === 0 && kept.test(name) ? [[name.toLowerCase(), headers[index + 1] ?? '']] : [],
  );
}

/** Without anything that signs it. */
export function bare({ status, headers, body }: OnTheWire): OnTheWire {
  return { status, headers: headers.filter(([name]) => name === 'content-type'), body };
}

function plain(status: number, type: string, body: object | string): OnTheWire {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, headers: [['content-type', type]], body: Buffer.from(text) };
}

export function digestField(body: Uint8Array): string {
  return `SHA-256=${createHash('sha256').update(body).digest('base64')}`;
}

/** The honest token of `modi-rest` with other claims, signed with the registry's own key. */
export async function handWritten(
  world: World,
  asked: Asked,
  change: (claims: Record<string, unknown>) => Record<string, unknown>,
): Promise<OnTheWire> {
  const honest = await world.answer(asked);
  const token = honest.headers.find(([name]) => name === 'agid-jwt-signature')?.[1] ?? '';
  const [header = '', claims = ''] = token.split('.');
  const changed = change(JSON.parse(Buffer.from(claims, 'base64url').toString()));
  const input = `${header}.${Buffer.from(JSON.stringify(changed)).toString('base64url')}`;
  const value = Buffer.from(await world.registryKey.signer.sign(Buffer.from(input)));
  return withField(honest, 'agid-jwt-signature', () => `${input}.${value.toString('base64url')}`);
}
