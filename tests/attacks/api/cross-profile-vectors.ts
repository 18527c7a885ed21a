import { randomUUID } from 'node:crypto';
import type { RestChoice } from '../../../src/signing/profiles/index.js';
import type { RefusalCode } from '../../../src/signing/refusals.js';
import type { SigningKey } from '../../signing/http-sig/signing-keys.js';
import type { Stack } from '../../support/stack.js';
import { service } from '../modi-rest/world.js';
import { sendBytes } from './wire.js';

/** Clients of one gateway, each with another profile. */
export interface Parties {
  readonly modi: SigningKey;
  readonly jws: SigningKey;
  readonly plain: SigningKey;
  readonly stack: Stack;
  sign(choice: RestChoice, key: SigningKey, body: Buffer, messageId: string): Promise<string[]>;
}

type Vector = readonly [
  row: string,
  name: string,
  code: RefusalCode | 'signature-missing',
  make: (parties: Parties, body: Buffer) => Promise<string[]>,
];

const jws: RestChoice = { profile: 'jws-detached' };
const httpSig: RestChoice = { profile: 'http-sig' };
const modi = (issuer: string): RestChoice => ({ profile: 'modi-rest', issuer, audience: service });

const downgrade = (name: string, choice: RestChoice, whose: 'modi' | 'jws' | 'plain'): Vector => [
  'Another profile',
  name,
  'keyid-unknown',
  (parties, body) => parties.sign(choice, parties[whose], body, randomUUID()),
];

/** Valid signatures by several clients over one body, in one message. */
const several = (name: string, ...which: readonly ('modi' | 'jws' | 'plain')[]): Vector => [
  'Two profiles',
  name,
  'profile-ambiguous',
  async (parties, body) => {
    const choices = { modi: modi('gateway'), jws, plain: httpSig };
    const signed = await Promise.all(
      which.map((one) => parties.sign(choices[one], parties[one], body, randomUUID())),
    );
    // Content-Type, which all of them begin with, once.
    return signed.flatMap((fields, index) => (index === 0 ? fields : fields.slice(2)));
  },
];

const beside = (name: string, whose: 'modi' | 'jws' | 'plain', ...fields: string[]): Vector => [
  'Two profiles',
  name,
  'profile-ambiguous',
  async (parties, body) => {
    const choice = { modi: modi('gateway'), jws, plain: httpSig }[whose];
    return [...(await parties.sign(choice, parties[whose], body, randomUUID())), ...fields];
  },
];

/** Messages that are right by a profile, and wrong for the client. */
export const crossVectors: readonly Vector[] = [
  downgrade("jws-detached with an http-sig client's key", jws, 'plain'),
  downgrade("jws-detached with a modi-rest client's key", jws, 'modi'),
  downgrade("modi-rest with an http-sig client's key", modi('oss-plain'), 'plain'),
  downgrade("modi-rest with a jws-detached client's key", modi('oss-jws'), 'jws'),
  downgrade("http-sig with a jws-detached client's key", httpSig, 'jws'),
  downgrade("http-sig with a modi-rest client's key", httpSig, 'modi'),
  several('http-sig and jws-detached, both valid', 'plain', 'jws'),
  several('http-sig and modi-rest, both valid', 'plain', 'modi'),
  several('modi-rest and jws-detached, both valid', 'modi', 'jws'),
  several('all three, all valid', 'plain', 'modi', 'jws'),
  beside('an empty JWS beside http-sig', 'plain', 'X-JWS-Signature', ''),
  beside('half of http-sig beside a JWS', 'jws', 'Signature-Input', 'ura=()'),
  beside('the other half of http-sig beside a token', 'modi', 'Signature', 'ura=:AAAA:'),
  beside('a token of nobody beside a JWS', 'jws', 'Agid-JWT-Signature', 'a.b.c'),
  beside('field names in other letters', 'plain', 'x-JWS-sIGNATURE', 'a..b'),
  [
    'Another profile',
    'a JWS in a field that no client uses',
    'signature-missing',
    async (parties, body) => {
      const choice: RestChoice = { profile: 'jws-detached', field: 'x-other-signature' };
      return parties.sign(choice, parties.jws, body, randomUUID());
    },
  ],
  [
    'Another profile',
    "the gateway's own answer sent as a request",
    'keyid-unknown',
    async (parties) => {
      // An empty body has the same digest everywhere; what matters is whose key signed.
      const headers = await parties.sign(jws, parties.jws, Buffer.alloc(0), randomUUID());
      const { host, port } = new URL(parties.stack.gateway.url);
      const fields = [];
      for (let at = 0; at < headers.length; at += 2) fields.push(`${headers[at]}: ${headers[at + 1]}\r\n`);
      const answer = await sendBytes(
        Number(port),
        Buffer.from(`GET /v1/services HTTP/1.1\r\nHost: ${host}\r\n${fields.join('')}\r\n`, 'latin1'),
      );
      const signature = answer?.headers['x-jws-signature'];
      if (answer?.status !== 200 || signature === undefined) throw new Error('there is no signed answer');
      const [head = '', , value] = signature.split('.');
      // Without the two names that tell an answer, as if one had none.
      const {
        request_jti: _,
        request_digest: __,
        ...header
      } = JSON.parse(Buffer.from(head, 'base64url').toString()) as Record<string, unknown>;
      const stripped = Buffer.from(JSON.stringify(header)).toString('base64url');
      return ['Content-Type', 'application/json', 'X-JWS-Signature', `${stripped}..${value}`];
    },
  ],
];
