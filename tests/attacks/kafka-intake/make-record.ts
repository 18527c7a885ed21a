import { createHmac, randomUUID } from 'node:crypto';
import type { RequestDraft } from '../../../src/client/index.js';
import type { Signer, TrustedKey } from '../../../src/signing/signer.js';

/** Everything that somebody who may write to the topic could write otherwise. */
export interface Crafted {
  topic: string;
  key: string;
  value: Buffer;
  /** Kafka headers besides the signature, in order. */
  headers: [string, string][];
  /** Protected header of the JWS. */
  header: Record<string, unknown>;
  /** The same as text, where JSON.stringify cannot write it. */
  headerText?: string;
  /** What is signed behind the header and the dot. */
  signedBytes: Buffer;
  sign: (input: Buffer) => Promise<Uint8Array> | Uint8Array;
  /** Whole header `ce_signature`; undefined leaves it out. */
  jws: (jws: string) => string | undefined;
}

export interface World {
  /** Divjakë (43 here), whose topic is attacked, and Fier (44): both may submit over Kafka. */
  readonly divjake: Signer;
  readonly fier: Signer;
  /** Another client of the same municipality, that may not. */
  readonly closed: Signer;
  /** A key of nobody. */
  readonly attacker: Signer;
  readonly divjakeKey: TrustedKey;
  readonly gateway: string;
  readonly draft: RequestDraft;
}

export type Change = (crafted: Crafted, world: World) => Partial<Crafted> | Promise<Partial<Crafted>>;
/** One line of the table: a record that must be refused, with exactly this code. */
export type Vector = readonly [row: string, name: string, code: string, change: Change];

/** Of the two that submit here. */
export const codes = ['43', '44'] as const;

export const topicOf = (municipality: string): string => `oss.${municipality}.requests.v1`;

export function attributesOf(world: World, id: string = randomUUID()): Record<string, string> {
  return {
    ce_id: id,
    ce_source: 'urn:ura:municipality:43',
    ce_type: 'ura.request.submitted.v1',
    ce_subject: world.draft.caseId,
    ce_time: new Date().toISOString(),
    ce_dataschema: `${world.gateway}/openapi.json#/components/schemas/NewRequest`,
  };
}

/** The honest record that every vector starts from. */
export function honest(world: World): Crafted {
  const value = Buffer.from(JSON.stringify(world.draft));
  const attributes = attributesOf(world);
  const topic = topicOf(codes[0]);
  return {
    topic,
    key: world.draft.caseId,
    value,
    headers: [
      ['content-type', 'application/json'],
      ['ce_specversion', '1.0'],
      ...(Object.entries(attributes) as [string, string][]),
    ],
    header: {
      alg: 'ES256',
      kid: world.divjake.keyId,
      typ: 'ura-submission+jws',
      b64: false,
      crit: ['b64'],
      iat: Math.floor(Date.now() / 1000),
      ...attributes,
      topic,
    },
    signedBytes: value,
    sign: (input) => world.divjake.sign(input),
    jws: (jws) => jws,
  };
}

/** The record of a vector, ready to be produced. */
export async function craft(world: World, change: Change) {
  const start = honest(world);
  const crafted: Crafted = { ...start, ...(await change(start, world)) };
  const text = crafted.headerText ?? JSON.stringify(crafted.header);
  const encoded = Buffer.from(text).toString('base64url');
  const signature = await crafted.sign(Buffer.concat([Buffer.from(`${encoded}.`), crafted.signedBytes]));
  const jws = crafted.jws(`${encoded}..${Buffer.from(signature).toString('base64url')}`);
  return {
    topic: crafted.topic,
    key: crafted.key,
    value: crafted.value,
    headers: [...crafted.headers, ...(jws === undefined ? [] : [['ce_signature', jws] as [string, string]])],
  };
}

/** A signed member of the protected header exchanged, and its Kafka header with it. */
export const attribute = (name: string, value: string): Change => {
  return ({ header, headers }) => ({
    header: { ...header, [name]: value },
    headers: replaced(headers, name, value),
  });
};
/** A Kafka header exchanged after it was signed. */
export const exchanged = (name: string, value: string): Change => {
  return ({ headers }) => ({ headers: replaced(headers, name, value) });
};
export const without = (name: string): Change => {
  return ({ headers }) => ({ headers: headers.filter(([each]) => each !== name) });
};
export const header = (change: Record<string, unknown>): Change => {
  return (crafted) => ({ header: { ...crafted.header, ...change } });
};
/** Correctly signed, and not what may be asked. */
export const body = (change: (draft: RequestDraft) => string | Buffer | object): Change => {
  return (_, { draft }) => {
    const made = change(draft);
    const value =
      typeof made === 'string' || Buffer.isBuffer(made)
        ? Buffer.from(made)
        : Buffer.from(JSON.stringify(made));
    return { value, signedBytes: value };
  };
};
export const by = (who: (world: World) => Signer, kid?: (world: World) => string): Change => {
  return (crafted, world) => ({
    header: { ...crafted.header, kid: (kid ?? ((all) => who(all).keyId))(world) },
    sign: (input) => who(world).sign(input),
  });
};
export const withSecret: Change = (crafted, { divjakeKey }) => ({
  header: { ...crafted.header, alg: 'HS256' },
  sign: (input) =>
    createHmac('sha256', divjakeKey.publicKey.export({ type: 'spki', format: 'pem' }))
      .update(input)
      .digest(),
});

function replaced(headers: [string, string][], name: string, value: string): [string, string][] {
  return headers.map(([each, text]) => (each === name ? [each, value] : [each, text]));
}

export const rows = (
  row: string,
  list: readonly (readonly [name: string, code: string, change: Change])[],
): Vector[] => list.map(([name, code, change]) => [row, name, code, change]);
