import { boundEventHeaders, type EventHeaders, signEvent, verifyEvent } from '../event-signature.js';
import { decryptSigned } from '../kafka-event/decrypt.js';
import { encryptedMediaType, encryptSigned } from '../kafka-event/encrypt.js';
import { type EventDecryptionKey, type EventRecipient, encryptionOf } from '../kafka-event/event-keys.js';
import { SignatureRefused } from '../refusals.js';
import type { Signer } from '../signer.js';
import { findPinnedKey } from './http-sig.js';
import type { ProfileParts } from './profile.js';

export const profileName = 'kafka-event';

/** Kafka headers and value of a record, in CloudEvents' binary form. */
export interface SealedEvent {
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Uint8Array;
}

/** An event before it is sealed. */
export interface EventToSeal {
  readonly attributes: EventHeaders;
  readonly value: Uint8Array;
  /** Of the value; default `application/json`. */
  readonly contentType?: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The gateway's side. */
export interface EventSealer {
  /**
   * Signs an event and, for a municipality that opted in, encrypts it. It signs first and encrypts the signature
   * together with the value: a signature over the clear value that stood beside the ciphertext would let anybody
   * who reads the topic try out guesses of the value, and one over the ciphertext would prove nothing to those
   * who have only the value. Because the signature binds the CloudEvents attributes, and the value names its
   * municipality, a recipient cannot encrypt it again for somebody else and pass it off as meant for them. There
   * is no unsigned form: to encrypt, one needs nothing but the public key.
   *
   * @param recipient absent: the value stays readable, its signature stands in `ce_signature`.
   * @returns beside what is sent, the signature over the readable value, for the gateway's own evidence.
   */
  seal(event: EventToSeal, recipient?: EventRecipient): Promise<SealedEvent & { readonly signature: string }>;
}

export function eventSealer({ signer }: { readonly signer: Signer }): EventSealer {
  return {
    async seal({ attributes, value, contentType = 'application/json', now }, recipient) {
      const signature = await signEvent(attributes, value, signer, { now });
      const bound = Object.fromEntries(boundEventHeaders.map((name) => [name, attributes[name]]));
      const headers = { ce_specversion: '1.0', ...bound };
      if (recipient === undefined) {
        return {
          headers: { 'content-type': contentType, ...headers, ce_signature: signature },
          value,
          signature,
        };
      }
      return {
        headers: { 'content-type': encryptedMediaType, ...headers },
        value: await encryptSigned(signature, value, recipient),
        signature,
      };
    },
  };
}

/** What a consumer opens events with. */
export interface EventOpening extends Pick<ProfileParts, 'trusted' | 'clock' | 'isRevoked'> {
  /** The municipality's own; default none, and then no encrypted event can be opened. */
  readonly decryptionKeys?: readonly EventDecryptionKey[];
  /** Refuses events that are not encrypted. Default false: older events of the topic are signed only. */
  readonly requiresEncryption?: boolean;
}

/** Headers by name, as a consumer has them after it refused names that stand twice. */
export interface ReceivedEvent {
  readonly headers: ReadonlyMap<string, string>;
  readonly value: Uint8Array;
}

/** A verified event. */
export interface OpenedEvent {
  readonly attributes: EventHeaders;
  /** The bytes that were signed; with `signature` and the attributes they are the proof. */
  readonly value: Uint8Array;
  readonly signature: string;
  readonly wasEncrypted: boolean;
  readonly keyId: string;
  readonly partner: string;
  /** Milliseconds since the epoch. */
  readonly signedAt: number;
}

/** The municipality's side. */
export interface EventOpener {
  /** @throws {SignatureRefused} with the exact code. */
  open(event: ReceivedEvent): Promise<OpenedEvent>;
}

/** @throws {TypeError} when a decryption key is none that events are encrypted to. */
export function eventOpener(opening: EventOpening): EventOpener {
  for (const { privateKey } of opening.decryptionKeys ?? []) encryptionOf(privateKey);
  const findKey = findPinnedKey(opening);
  return {
    async open(event) {
      const plain = await decryptEvent(event, opening);
      const { value } = plain;
      const signature = plain.headers.get('ce_signature');
      if (signature === undefined) throw new SignatureRefused('signature-missing');
      const attributes = attributesOf(plain.headers);
      const now = opening.clock.now();
      const verified = await verifyEvent({ ...attributes, ce_signature: signature }, value, findKey, { now });
      return { attributes, value, signature, wasEncrypted: plain !== event, ...verified };
    },
  };
}

/**
 * The event as if it had never been encrypted: `ce_signature` among the headers, the readable value, and the
 * same object when it was not encrypted at all. **Nothing is verified yet**: whoever calls verifies next.
 *
 * @throws {SignatureRefused} `event-…` or `jwe-…`
 */
export async function decryptEvent<Event extends ReceivedEvent>(
  event: Event,
  {
    decryptionKeys = [],
    requiresEncryption = false,
  }: Pick<EventOpening, 'decryptionKeys' | 'requiresEncryption'>,
): Promise<Event> {
  const { headers } = event;
  if (headers.get('content-type') !== encryptedMediaType) {
    if (requiresEncryption) throw new SignatureRefused('event-not-encrypted');
    return event;
  }
  // Two signatures would be two answers to the question who signed.
  if (headers.has('ce_signature')) throw new SignatureRefused('event-signature-outside');
  const { signature, value } = await decryptSigned(event.value, decryptionKeys);
  const readable = new Map(headers);
  readable.set('content-type', 'application/json').set('ce_signature', signature);
  return { ...event, headers: readable, value };
}

function attributesOf(headers: ReadonlyMap<string, string>): EventHeaders {
  const attributes: Record<string, string> = {};
  for (const name of boundEventHeaders) {
    const value = headers.get(name);
    if (value === undefined) throw new SignatureRefused('jws-binding', name);
    attributes[name] = value;
  }
  return attributes as EventHeaders;
}
