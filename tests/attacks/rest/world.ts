import { randomUUID } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Adapter, Exchange } from '../../../adapters/adapter.js';
import { createRestAdapter } from '../../../adapters/rest/rest-adapter.js';
import { taxDefinition } from '../../../adapters/tax/definition.js';
import { createEvidenceValidator } from '../../../contracts/canonical/validate.js';
import { systemClock } from '../../../src/clock.js';
import { uuidV7 } from '../../../src/ids.js';
import {
  openRestProfile,
  type ProfileParts,
  type RestChoice,
  type RestProfile,
  type VerifiedHttpRequest,
} from '../../../src/signing/profiles/index.js';
import { makeKey, type SigningKey } from '../../signing/http-sig/signing-keys.js';
import { Seen } from '../../signing/profiles/seen.js';

export type ProfileName = 'http-sig' | 'modi-rest' | 'jws-detached';

/** A question as the registry got it. */
export interface Asked {
  readonly verified: VerifiedHttpRequest;
  /** By turns name and value. */
  readonly headers: readonly string[];
  readonly body: { readonly messageId: string };
}

/** What goes back, byte for byte. */
export interface OnTheWire {
  readonly status: number;
  /** A field may stand twice. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

/** An attacker who holds the response itself: cuts, floods, compresses. */
export type Handling = (response: ServerResponse, honest: OnTheWire) => void;

export type Attack = (world: World, asked: Asked) => Promise<OnTheWire | Handling>;

/** A registry that answers as an attacker wants, and the real adapter that asks it over real HTTP. */
export interface World {
  readonly profile: ProfileName;
  readonly adapter: Adapter;
  readonly registryKey: SigningKey;
  readonly gatewayKey: SigningKey;
  /** The registry's side, with changes: another key, another time. */
  registry(changes?: Partial<ProfileParts>, settings?: object): RestProfile;
  /** The honest answer, signed; each part can be another one. */
  answer(asked: Asked, changes?: Partial<Answer>): Promise<OnTheWire>;
  /** How often the mapping saw an answer. */
  mapped: number;
  /** Requests that came to the place to which redirects lead. */
  redirected: number;
  readonly redirectTarget: string;
  attack: Attack;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
  readonly signer: RestProfile;
}

export const subject = { scheme: 'NID', notation: 'J00101999W' } as const;

const gatewayChoices: Readonly<Record<ProfileName, RestChoice>> = {
  'http-sig': { profile: 'http-sig' },
  'modi-rest': { profile: 'modi-rest', issuer: 'gateway' },
  'jws-detached': { profile: 'jws-detached' },
};

export function question(): Exchange {
  return {
    messageId: randomUUID(),
    operation: 'clearance',
    subject,
    parameters: {},
    purpose: 'social-housing',
    legalBasis: 'Ligji 22/2018',
    requester: { organisation: 'Bashkia Divjakë', officer: 'e.hoxha', unit: 'Zyra me një ndalesë' },
    caseId: 'DIV-1',
    deadlineAt: Date.now() + 3_600_000,
  };
}

/** JSON of the honest answer, with changes. */
export function clearance(messageId: string, changes: object = {}): Buffer {
  const taxpayer = { kind: 'PERSON', number: subject.notation };
  const issuedAt = '2026-03-02T09:14:27Z';
  const validThrough = '2026-04-01';
  const content = { messageId, taxpayer, taxOffice: 'Fier', status: 'DEBT', validThrough, issuedAt };
  return Buffer.from(JSON.stringify({ ...content, ...changes }));
}

/** JSON of a refusal, with changes. */
export function problem(messageId: string, changes: object = {}): Buffer {
  const code = 'TAXPAYER_NOT_FOUND';
  const content = { messageId, type: 'about:blank', title: code, status: 404, detail: 'None.', code };
  return Buffer.from(JSON.stringify({ ...content, ...changes }));
}

export async function makeWorld(profile: ProfileName): Promise<World> {
  const registryKey = makeKey('ecdsa-p256-sha256', 'tax', 'tax-1');
  const gatewayKey = makeKey('ecdsa-p256-sha256', 'gateway', 'gateway-1');
  const registry: World['registry'] = (changes = {}, settings = {}) =>
    openRestProfile(
      { ...(profile === 'modi-rest' ? { profile, issuer: 'tax' } : { profile }), ...settings } as RestChoice,
      {
        signer: registryKey.signer,
        trusted: [gatewayKey.trusted],
        replaySet: new Seen(),
        clock: systemClock,
        ...changes,
      },
    );
  const honestRegistry = registry();
  const definition = taxDefinition();

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.url !== '/v1/clearances') {
      world.redirected += 1;
      response.end();
      return;
    }
    const body = Buffer.concat(chunks);
    const { rawHeaders: headers } = request;
    const received = { method: 'POST', targetUri: `${base}/clearances`, headers, body };
    const verified = await honestRegistry.verifyRequest(received);
    const asked = { verified, headers, body: JSON.parse(body.toString()) as Asked['body'] };
    const made = await world.attack(world, asked);
    if (typeof made === 'function') made(response, await world.answer(asked));
    else send(response, made);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const base = `${origin}/v1`;
  const ids = uuidV7(systemClock);
  const adapter = await createRestAdapter(
    {
      ...definition,
      operations: definition.operations.map((operation) => ({
        ...operation,
        toEvidence(content) {
          world.mapped += 1;
          return operation.toEvidence(content);
        },
      })),
    },
    {
      endpoint: base,
      to: base,
      callbackUrl: `${origin}/callback`,
      connectTimeoutMs: 2_000,
      callTimeoutMs: 4_000,
      maxSockets: 4,
      options: {},
    },
    {
      profile: openRestProfile(gatewayChoices[profile], {
        signer: gatewayKey.signer,
        trusted: [registryKey.trusted],
        replaySet: new Seen(),
        clock: systemClock,
      }),
      clock: systemClock,
      validateEvidence: createEvidenceValidator(),
      nextId: () => ids.next(),
    },
  );
  const world: World = {
    profile,
    adapter,
    registryKey,
    gatewayKey,
    registry,
    async answer({ verified, body }, changes = {}) {
      const answer: Answer = {
        status: 200,
        contentType: 'application/json',
        body: clearance(body.messageId),
        signer: honestRegistry,
        ...changes,
      };
      const fields = await answer.signer.signAnswer({ ...answer, messageId: ids.next() }, verified);
      const headers = [['content-type', answer.contentType] as const, ...Object.entries(fields)];
      return { status: answer.status, headers, body: answer.body };
    },
    mapped: 0,
    redirected: 0,
    redirectTarget: `${origin}/elsewhere`,
    attack: async (_, asked) => world.answer(asked),
    async close() {
      await adapter.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return world;
}

export function send(response: ServerResponse, { status, headers, body }: OnTheWire): void {
  response.writeHead(status, headers.flat());
  response.end(body);
}

/** An answer with one field replaced, or without it. */
export function withField(answer: OnTheWire, name: string, change: (value: string) => string | undefined) {
  const headers = answer.headers.flatMap(([field, value]): [string, string][] => {
    if (field !== name) return [[field, value]];
    const changed = change(value);
    return changed === undefined ? [] : [[field, changed]];
  });
  if (JSON.stringify(headers) === JSON.stringify(answer.headers))
    throw new Error(`nothing changed in ${name}`);
  return { ...answer, headers };
}
