import {
  openRestProfile,
  type ProfileParts,
  type RawHeaders,
  type RestChoice,
  type RestProfile,
} from '../../../src/signing/profiles/index.js';
import type { SignatureAlgorithm } from '../../../src/signing/signer.js';
import { makeKey, type SigningKey } from '../http-sig/signing-keys.js';
import { Seen } from './seen.js';

export const now = Date.UTC(2026, 10, 20, 9, 0, 0);
export const service = 'https://tax.example/v1/clearances';

/** A gateway that asks and a registry that answers; each has the other's public key pinned. */
export interface RestParties {
  readonly clock: { nowMs: number; now(): number };
  readonly gatewayKey: SigningKey;
  readonly registryKey: SigningKey;
  readonly seenByGateway: Seen;
  readonly seenByRegistry: Seen;
  gateway(choice: RestChoice, extra?: Partial<ProfileParts>): RestProfile;
  registry(choice: RestChoice, extra?: Partial<ProfileParts>): RestProfile;
}

export function makeRestParties(algorithm: SignatureAlgorithm = 'ecdsa-p256-sha256'): RestParties {
  const gatewayKey = makeKey(algorithm, 'gateway');
  const registryKey = makeKey(algorithm, 'tax');
  const clock = {
    nowMs: now,
    now() {
      return this.nowMs;
    },
  };
  const seenByGateway = new Seen();
  const seenByRegistry = new Seen();
  const parts = (own: SigningKey, other: SigningKey, replaySet: Seen): ProfileParts => ({
    signer: own.signer,
    trusted: [other.trusted],
    replaySet,
    clock,
  });
  return {
    clock,
    gatewayKey,
    registryKey,
    seenByGateway,
    seenByRegistry,
    gateway: (choice, extra = {}) =>
      openRestProfile(choice, { ...parts(gatewayKey, registryKey, seenByGateway), ...extra }),
    registry: (choice, extra = {}) =>
      openRestProfile(choice, { ...parts(registryKey, gatewayKey, seenByRegistry), ...extra }),
  };
}

/** Fields as Node's `rawHeaders` gives them. */
export function raw(fields: Readonly<Record<string, string>>, ...more: readonly string[]): RawHeaders {
  return [...Object.entries(fields).flat(), ...more];
}
