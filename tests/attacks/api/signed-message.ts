import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { openOwnClient } from '../../../src/cli/own-client.js';
import { fileSigner } from '../../../src/signing/file-signer.js';
import { signRequest } from '../../../src/signing/http-sig/index.js';
import type { Signer } from '../../../src/signing/signer.js';
import { familyRequest, type Stack } from '../../support/stack.js';

/** Header fields in the order of sending. */
export type Fields = [name: string, value: string][];

/** An HTTP request in parts, so that any of them can be changed after it was signed. */
export interface Message {
  method: string;
  target: string;
  fields: Fields;
  body: Buffer;
}

/** What is signed; everything left out is as an honest client sends it. */
export interface Draft {
  readonly method?: string;
  readonly target?: string;
  /** Object: sent as JSON. Text or bytes: as they are. */
  readonly body?: unknown;
  readonly contentType?: string;
  /** Beside those of the signature. A name given here replaces the honest one. */
  readonly fields?: Fields;
  readonly signer?: Signer;
  /** Scheme, host and port that is signed. */
  readonly origin?: string;
  /** Milliseconds added to the time of signing. */
  readonly shiftMs?: number;
  readonly nonce?: string;
}

/** Who can sign, and for which gateway. */
export interface World {
  readonly port: number;
  readonly origin: string;
  /** Divjakë, which is granted what `honest` asks. */
  readonly divjake: Signer;
  /** Fier, another client of the gateway. */
  readonly fier: Signer;
  /** Somebody whose key nobody registered. */
  readonly stranger: Signer;
  readonly nid: string;
  /** A request that Fier made before. */
  readonly idOfFier: string;
  /** A request that Divjakë made before, its key and body. */
  readonly earlier: { readonly id: string; readonly key: string; readonly body: object };
  /** The body that is accepted. */
  honest(): Record<string, unknown>;
  sign(draft?: Draft): Promise<Message>;
}

export async function openWorld(
  stack: Pick<Stack, 'variables' | 'people' | 'client'> & { readonly gateway: { readonly url: string } },
): Promise<World> {
  const { port } = new URL(stack.gateway.url);
  const origin = `http://127.0.0.1:${port}`;
  const signerOf = async (municipality: '20' | '21'): Promise<Signer> =>
    (await openOwnClient(stack.variables, { municipality })).signer;
  const divjake = await signerOf('20');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const nid = stack.people.headOfSix;
  const honest = (): Record<string, unknown> => familyRequest(nid, 'DIV-ATTACK');
  const earlier = { key: randomUUID(), body: honest() };
  const ours = await (await stack.client()).submit(familyRequest(nid, 'DIV-ATTACK'), {
    idempotencyKey: earlier.key,
    waitSeconds: 20,
  });
  const theirs = await (await stack.client('21')).submit(
    {
      ...familyRequest(nid, 'FR-1'),
      service: 'AL012001',
      purpose: 'residence-proof',
      requester: { organisation: 'Bashkia Fier', officer: 'b.leka', unit: 'Zyra' },
    },
    { idempotencyKey: randomUUID(), waitSeconds: 20 },
  );
  return {
    port: Number(port),
    origin,
    divjake,
    fier: await signerOf('21'),
    stranger: fileSigner({ keyId: 'nobody-knows-me', privateKey }),
    nid,
    idOfFier: theirs.id,
    earlier: { ...earlier, id: ours.id },
    honest,
    sign: (draft = {}) => sign({ honest, divjake, origin, port }, draft),
  };
}

async function sign(
  { honest, divjake, origin, port }: Pick<World, 'honest' | 'divjake' | 'origin'> & { port: string },
  draft: Draft,
): Promise<Message> {
  const { method = 'POST', target = '/v1/requests', signer = divjake } = draft;
  const body = bytesOf('body' in draft ? draft.body : method === 'POST' ? honest() : undefined);
  const contentType = draft.contentType ?? 'application/json';
  const signature = await signRequest(
    {
      method,
      targetUri: `${draft.origin ?? origin}${target}`,
      ...(body.length === 0 ? {} : { contentType, body }),
    },
    signer,
    { now: Date.now() + (draft.shiftMs ?? 0), nonce: draft.nonce ?? randomUUID() },
  );
  const fields: Fields = [
    ['Host', `127.0.0.1:${port}`],
    ...(body.length === 0 ? [] : ([['Content-Type', contentType]] satisfies Fields)),
    ...(method === 'POST' ? ([['Idempotency-Key', randomUUID()]] satisfies Fields) : []),
    ...(Object.entries(signature) as Fields),
  ];
  for (const [name, value] of draft.fields ?? []) set(fields, name, value);
  return { method, target, fields, body };
}

function bytesOf(body: unknown): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

/** Replaces a field, or adds it. */
export function set(fields: Fields, name: string, value: string): void {
  const found = fields.find(([present]) => present.toLowerCase() === name.toLowerCase());
  if (found) found[1] = value;
  else fields.push([name, value]);
}

/** The value of a field. */
export function get(fields: Fields, name: string): string {
  return fields.find(([present]) => present.toLowerCase() === name.toLowerCase())?.[1] ?? '';
}

/** The bytes of a message as HTTP/1.1 has them. */
export function toBytes({ method, target, fields, body }: Message): Buffer {
  const framed: Fields = fields.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name))
    ? fields
    : [...fields, ['Content-Length', String(body.length)]];
  const head = `${method} ${target} HTTP/1.1\r\n${framed.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}
