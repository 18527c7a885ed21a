import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readTrustedKeyFile } from '../../../src/signing/key-files.js';
import {
  openRestProfile,
  type RestChoice,
  type RestProfile,
  type SentRequest,
} from '../../../src/signing/profiles/index.js';
import { repetitionsAllowed } from '../../../src/signing/profiles/nonrepudiation.js';
import { makeKey, type SigningKey } from '../../signing/http-sig/signing-keys.js';
import { familyRequest } from '../../support/stack.js';
import { startWithClients } from './profile-clients.js';
import { sendBytes, type WireAnswer } from './wire.js';

/** A client, by its own view of its profile. */
export interface Party {
  readonly id: string;
  readonly choice: RestChoice;
  readonly key: SigningKey;
}
const party = (id: string, choice: RestChoice): Party => ({
  id,
  choice,
  key: makeKey('ecdsa-p256-sha256', id, `${id}-1`),
});
/** Clients under `nonrepudiation`, one for each profile. */
export const parties = [
  party('oss-http', { profile: 'http-sig' }),
  party('oss-jws', { profile: 'jws-detached' }),
  party('oss-modi', { profile: 'modi-rest', issuer: 'oss-modi', partnerIssuer: 'ura' }),
];
/** One of them without the modifier. */
export const plain = party('oss-plain', { profile: 'jws-detached' });

/** A signed message, before it is sent. */
export interface Signed {
  readonly profile: RestProfile;
  readonly sent: SentRequest;
  readonly target: string;
  readonly body: Buffer;
  readonly key: string;
}
export interface Draft {
  readonly messageId?: string;
  readonly target?: string;
  readonly body?: object;
  readonly shiftMs?: number;
  readonly key?: string;
}

/** A gateway that keeps the exchanges of some clients, and ways to speak with it. */
export type KeptWorld = Awaited<ReturnType<typeof openKeptWorld>>;

export async function openKeptWorld() {
  const clients = await startWithClients([
    ...parties.map(({ id, choice, key }) => ({
      id,
      key: key.trusted,
      nonrepudiation: true,
      profile: choice.profile === 'modi-rest' ? ({ profile: 'modi-rest', issuer: 'ura' } as const) : choice,
    })),
    { id: plain.id, key: plain.key.trusted, profile: plain.choice },
  ]);
  const { gateway, variables } = clients.stack;
  const port = Number(new URL(gateway.url).port);
  const file = `${variables.URA_DATA}/keys/gateway-http.public.jwk.json`;
  const gatewayKey = await readTrustedKeyFile(file, { partner: 'gateway' });

  async function sign({ choice, key }: Party, draft: Draft = {}): Promise<Signed> {
    const profile = openRestProfile(choice, {
      signer: key.signer,
      trusted: [gatewayKey],
      replaySet: repetitionsAllowed,
      clock: { now: () => Date.now() + (draft.shiftMs ?? 0) },
    });
    const { target = '/v1/requests', messageId = randomUUID() } = draft;
    const body = Buffer.from(JSON.stringify(draft.body ?? familyRequest(clients.stack.people.widow)));
    const sent = await profile.signRequest({
      messageId,
      method: 'POST',
      targetUri: `http://127.0.0.1:${port}${target}`,
      contentType: 'application/json',
      body,
    });
    return { profile, sent, target, body, key: draft.key ?? randomUUID() };
  }
  async function send({ sent, target, body, key }: Signed, ...more: string[]): Promise<WireAnswer> {
    const fields = { 'Content-Type': 'application/json', 'Idempotency-Key': key, ...sent.fields };
    const lines = [...Object.entries(fields).map(([name, value]) => `${name}: ${value}`), ...more];
    const head = `POST ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: ${body.length}\r\n${lines.join('\r\n')}\r\n\r\n`;
    const answer = await sendBytes(port, Buffer.from(head, 'latin1'), body);
    assert.ok(answer, 'closed without an answer');
    return answer;
  }
  /** Everything of an answer but what HTTP itself adds. */
  const essence = ({ status, rawHeaders, body }: WireAnswer) => {
    const headers: string[] = [];
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
      if (!/^(date|connection|keep-alive)$/i.test(name)) headers.push(name, value);
    }
    return { status, headers, body: body.toString('base64') };
  };
  const verify = ({ profile, sent }: Signed, { status, rawHeaders, body }: WireAnswer) =>
    profile.verifyAnswer({ status, headers: rawHeaders, body }, sent);
  const count = async (table: 'requests' | 'exchanges', where = 'true') => {
    const { rows: counted } = await clients.stack.database.query<{ count: number }>(
      `select count(*)::integer as count from ${table} where ${where}`,
    );
    return counted[0]?.count;
  };
  return { clients, port, gatewayKey, sign, send, essence, verify, count };
}
