import type { KeyObject } from 'node:crypto';
import { CompactEncrypt } from 'jose';
import type { EventHeaders } from '../../../src/signing/event-signature.js';
import { signEvent } from '../../../src/signing/event-signature.js';
import type { EventDecryptionKey } from '../../../src/signing/kafka-event/event-keys.js';
import type { RefusalCode } from '../../../src/signing/refusals.js';
import type { TrustedKey } from '../../../src/signing/signer.js';
import type { SigningKey } from '../../signing/http-sig/signing-keys.js';

export const now = Date.UTC(2026, 10, 20, 9, 0, 0);
export const honest = Buffer.from('{"municipality":"20","amount":100}');
export const forged = Buffer.from('{"municipality":"20","amount":666}');

export const attributes: EventHeaders = {
  ce_id: '0193a1b2-0000-7000-8000-000000000001',
  ce_source: 'https://ura.example/',
  ce_type: 'ura.request.answered.v1',
  ce_subject: '0193a1b2-0000-7000-8000-000000000002',
  ce_time: '2026-11-20T09:00:00.000Z',
  ce_dataschema: 'https://ura.example/contracts/events/result.v1.schema.json',
};

export type Encrypting = EventDecryptionKey & { readonly publicKey: KeyObject };

export interface World {
  readonly gateway: SigningKey;
  readonly attacker: SigningKey;
  /** Two keys of the municipality: `ec` on P-256, `rsa` of 2048 bits. */
  readonly ec: Encrypting;
  readonly rsa: Encrypting;
  /** Another municipality. */
  readonly fier: Encrypting;
  readonly anotherEc: Encrypting;
}

/** Everything that somebody who may write to the topic could write otherwise. */
export interface Event {
  signature: string;
  value: Buffer;
  /** What is encrypted. */
  inside?: Buffer;
  header: Record<string, unknown>;
  to: KeyObject;
  headers: Record<string, string>;
  /** After encryption. */
  jwe: (jwe: string) => string | Promise<string>;
  decryptionKeys: readonly EventDecryptionKey[];
  pinned: readonly TrustedKey[];
  requiresEncryption: boolean;
  isRevoked?: () => boolean;
}

export type Change = (event: Event, world: World) => Partial<Event> | Promise<Partial<Event>>;

/** One line of the table: an event that must be refused, with exactly this code. */
export type Vector = readonly [row: string, name: string, code: RefusalCode, change: Change];

/** The valid encrypted event with a change. */
export async function makeEvent(world: World, change: Change) {
  const event: Event = {
    signature: await signEvent(attributes, honest, world.gateway.signer, { now }),
    value: honest,
    header: {
      alg: 'ECDH-ES+A256KW',
      enc: 'A256GCM',
      kid: world.ec.keyId,
      typ: 'ura-event+jwe',
      cty: 'ura-signed-event',
    },
    to: world.ec.publicKey,
    headers: { 'content-type': 'application/jose', ce_specversion: '1.0', ...attributes },
    jwe: (jwe) => jwe,
    decryptionKeys: [world.ec, world.rsa],
    pinned: [world.gateway.trusted],
    requiresEncryption: false,
  };
  Object.assign(event, await change(event, world));
  const inside = event.inside ?? Buffer.concat([Buffer.from(`${event.signature}\n`), event.value]);
  const jwe = await encrypt(inside, event.header, event.to);
  return {
    ...event,
    received: {
      headers: new Map(Object.entries(event.headers)),
      value: Buffer.from(await event.jwe(jwe)),
    },
  };
}

function encrypt(inside: Uint8Array, header: Record<string, unknown>, to: KeyObject): Promise<string> {
  const known = header as { alg: string; enc: string };
  return new CompactEncrypt(inside).setProtectedHeader(known).encrypt(to);
}
