import { createHash } from 'node:crypto';
import {
  openRestProfile,
  type RawHeaders,
  type RestProfile,
  type SentRequest,
} from '../../../src/signing/profiles/index.js';
import type { TrustedKey } from '../../../src/signing/signer.js';
import { makeKey, type SigningKey, signWith } from '../../signing/http-sig/signing-keys.js';
import { Seen } from '../../signing/profiles/seen.js';
import { type Issued, issue, makeAuthority, trust } from '../../support/certificates.js';

export const now = Date.now();
export const iat = Math.floor(now / 1000);
export const service = 'https://tax.example/v1/clearances';
export const honest = Buffer.from('{"amount":100}');
export const forged = Buffer.from('{"amount":666}');
export const jti = '0195f7a0-0000-7000-8000-000000000001';

/** The receiver's partners and their keys. */
export interface World {
  /** Holds `gateway-1`, pinned as a certificate. */
  readonly gateway: Issued;
  readonly gatewayKey: SigningKey;
  /** Another partner, `oss-1`. */
  readonly other: SigningKey;
  /** A twin of the gateway's certificate with a key of the attacker. */
  readonly attacker: Issued;
  readonly pinned: readonly TrustedKey[];
}

/** Everything that an attacker, or a partner gone bad, could write otherwise. */
export interface Message {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  /** Texts, where JSON.stringify cannot write them. */
  headerText?: string;
  claimsText?: string;
  sign: (input: Buffer, world: World) => Buffer;
  /** After signing. */
  token: (token: string) => string;
  tokenField: string;
  /** By turns name and value; the token is added. */
  headers: string[];
  body: Buffer;
  method: string;
  targetUri: string;
  pinned: readonly TrustedKey[];
  nowMs: number;
  isRevoked?: () => boolean;
  /** Sends the message this often and looks at the last time. */
  times: number;
}

export type Change = (message: Message, world: World) => Partial<Message>;

export async function makeWorld(): Promise<World> {
  const authority = await makeAuthority('Government CA');
  const gateway = await issue(authority, { name: 'gateway' });
  const attacker = await issue(authority, { name: 'gateway', selfSigned: true });
  const other = makeKey('ecdsa-p256-sha256', 'oss', 'oss-1');
  const pin = trust(gateway, 'gateway', 'ecdsa-p256-sha256');
  const { privateKey } = gateway;
  const signer = {
    keyId: pin.keyId,
    algorithm: pin.algorithm,
    sign: async (data: Uint8Array) => signWith(pin.algorithm, privateKey, data),
  };
  return {
    gateway,
    attacker,
    other,
    gatewayKey: { signer, trusted: pin, privateKey },
    pinned: [pin, other.trusted],
  };
}

export function digestOf(body: Uint8Array): string {
  return `SHA-256=${createHash('sha256').update(body).digest('base64')}`;
}

/** The valid message with a change. */
export function write(world: World, change: Change): Message {
  const message: Message = {
    header: { alg: 'ES256', typ: 'JWT', kid: world.gatewayKey.signer.keyId },
    claims: {
      iss: 'gateway',
      sub: 'gateway',
      aud: service,
      jti,
      iat,
      exp: iat + 120,
      signed_headers: [{ digest: digestOf(honest) }, { 'content-type': 'application/json' }],
    },
    sign: (input, { gateway }) => signWith('ecdsa-p256-sha256', gateway.privateKey, input),
    token: (token) => token,
    tokenField: 'Agid-JWT-Signature',
    headers: ['Content-Type', 'application/json', 'Digest', digestOf(honest)],
    body: honest,
    method: 'POST',
    targetUri: service,
    pinned: world.pinned,
    nowMs: now,
    times: 1,
  };
  return Object.assign(message, change(message, world));
}

/** The valid message with a change, given to the receiver. @returns what the receiver makes of it. */
export async function send(world: World, change: Change): Promise<unknown> {
  const message = write(world, change);
  const receiver = openRestProfile(
    { profile: 'modi-rest', issuer: 'tax' },
    {
      signer: world.other.signer,
      trusted: message.pinned,
      replaySet: new Seen(),
      clock: { now: () => message.nowMs },
      ...(message.isRevoked === undefined ? {} : { isRevoked: message.isRevoked }),
    },
  );
  return deliver(receiver, message, world);
}

/** Gives a message to a receiver as often as it says. @returns what the receiver makes of it the last time. */
export async function deliver(
  receiver: Pick<RestProfile, 'verifyRequest'>,
  message: Message,
  world: World,
): Promise<unknown> {
  const { method, targetUri, body } = message;
  let result: unknown;
  for (let time = 0; time < message.times; time++) {
    result = await receiver.verifyRequest({ method, targetUri, headers: headersOf(message, world), body });
  }
  return result;
}

function headersOf(message: Message, world: World): RawHeaders {
  const encode = (text: string) => Buffer.from(text).toString('base64url');
  const input = [
    encode(message.headerText ?? JSON.stringify(message.header)),
    encode(message.claimsText ?? JSON.stringify(message.claims)),
  ].join('.');
  const value = message.sign(Buffer.from(input), world).toString('base64url');
  const token = message.token(`${input}.${value}`);
  return [...message.headers, message.tokenField, token];
}

/** Two sides that ask and answer, for attacks on answers. */
export function makeExchange(world: World): {
  readonly asking: RestProfile;
  readonly answering: RestProfile;
  ask(messageId: string): Promise<SentRequest>;
  answerTo(
    sent: SentRequest,
    messageId: string,
  ): Promise<{ status: number; headers: string[]; body: Buffer }>;
} {
  const clock = { now: () => now };
  const tax = makeKey('ecdsa-p256-sha256', 'tax', 'tax-1');
  const asking = openRestProfile(
    { profile: 'modi-rest', issuer: 'gateway' },
    {
      signer: world.gatewayKey.signer,
      trusted: [tax.trusted, world.other.trusted],
      replaySet: new Seen(),
      clock,
    },
  );
  const answering = openRestProfile(
    { profile: 'modi-rest', issuer: 'tax' },
    { signer: tax.signer, trusted: world.pinned, replaySet: new Seen(), clock },
  );
  const contentType = 'application/json';
  return {
    asking,
    answering,
    ask: (messageId) =>
      asking.signRequest({ messageId, method: 'POST', targetUri: service, contentType, body: honest }),
    async answerTo(sent, messageId) {
      const headers = ['Content-Type', contentType, ...Object.entries(sent.fields).flat()];
      const received = { method: 'POST', targetUri: service, headers, body: honest };
      const request = await answering.verifyRequest(received);
      const fields = await answering.signAnswer(
        { messageId, status: 200, contentType, body: honest },
        request,
      );
      return {
        status: 200,
        headers: ['Content-Type', contentType, ...Object.entries(fields).flat()],
        body: honest,
      };
    },
  };
}
