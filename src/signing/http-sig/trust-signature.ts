import { SignatureRefused } from '../refusals.js';
import type { TrustedKey } from '../signer.js';
import { isAllowed, type ReadSignature } from './read-signature.js';
import { type Component, signatureBase } from './signature-base.js';
import { requireUsableKey, verifyValue } from './verify-value.js';

/** Selects a pinned key by the identifier that a message names; never fetches one. */
export type FindKey = (keyId: string) => TrustedKey | undefined;

/** Oldest signature that is accepted, seconds. */
export const maxAgeSeconds = 300;

/** How far a sender's clock may be ahead of ours, milliseconds. */
export const futureToleranceMs = 5_000;

/**
 * The covered list holds exactly the required components, in any order.
 *
 * @returns the lines of the signature base, in the sender's order.
 * @throws {SignatureRefused} `component-missing`, `component-not-allowed`.
 */
export function requireCoverage(covered: readonly string[], required: readonly Component[]): Component[] {
  const lines: Component[] = [];
  for (const identifier of covered) {
    const component = required.find(([name]) => name === identifier);
    if (component === undefined) throw new SignatureRefused('component-not-allowed');
    lines.push(component);
  }
  // Repetitions were refused when the list was read, so the counts decide.
  for (const [name] of required) {
    if (!covered.includes(name)) throw new SignatureRefused('component-missing', name);
  }
  return lines;
}

/** @throws {SignatureRefused} `created-in-future`, `message-too-old`, `message-expired`, `lifetime-invalid`. */
export function requireFresh(created: number, expires: number | undefined, now: number): void {
  if (created * 1000 > now + futureToleranceMs) throw new SignatureRefused('created-in-future');
  if (expires !== undefined) {
    if (expires <= created || expires - created > maxAgeSeconds)
      throw new SignatureRefused('lifetime-invalid');
    if (now >= expires * 1000) throw new SignatureRefused('message-expired');
  }
  if (now > (created + maxAgeSeconds) * 1000) throw new SignatureRefused('message-too-old');
}

/**
 * Selects the key and verifies the value over the base.
 *
 * @throws {SignatureRefused} `keyid-unknown`, `algorithm-not-allowed`, `algorithm-mismatch`, `key-unfit`,
 * `key-not-valid-now`, `signature-mismatch`.
 */
export function trustSignature(
  signature: ReadSignature,
  lines: readonly Component[],
  findKey: FindKey,
  now: number,
): TrustedKey {
  const key = findKey(signature.keyId);
  if (key === undefined || key.keyId !== signature.keyId) throw new SignatureRefused('keyid-unknown');
  if (!isAllowed(key.algorithm)) throw new SignatureRefused('algorithm-not-allowed');
  if (signature.algorithm !== undefined && signature.algorithm !== key.algorithm) {
    throw new SignatureRefused('algorithm-mismatch');
  }
  requireUsableKey(key, now);
  const base = signatureBase(lines, signature.parameters);
  if (!verifyValue(key.algorithm, key.publicKey, base, signature.value)) {
    throw new SignatureRefused('signature-mismatch');
  }
  return key;
}
