import type { RequestExpectation } from '../wss-x509-integrity.js';
import type { VerifiedEnvelope } from '../xml/expectation.js';
import type { SoapProfile } from './profile.js';
import { verifyOnce, type WssParts } from './wss.js';

export const profileName = 'wss-legacy-sha1';

export interface WssLegacyParts extends WssParts {
  /** Somebody decided that this partner's SHA-1 is accepted for now. Nothing else turns the profile on. */
  readonly enabled: true;
  /** Called for each message that SHA-1 was used in: count it, log it, alarm. It cannot be left out. */
  readonly onLegacyUse: (use: LegacyUse) => void;
}

/** Names no person and no content. */
export interface LegacyUse {
  readonly partner: string;
  readonly keyId: string;
  readonly messageId: string;
}

/**
 * Verifies what `wss-x509-integrity` verifies, and also rsa-sha1 and SHA-1 digests, for a registry that has not
 * moved on yet. It signs nothing: choose another profile for that direction. Collisions of SHA-1 are affordable,
 * so the registry's signature no longer proves that it saw this content and no other (RFC 6194, FIPS 186-5).
 *
 * @throws {TypeError} without `enabled: true` or without `onLegacyUse`.
 */
export function wssLegacySha1(parts: WssLegacyParts): SoapProfile {
  if (parts.enabled !== true || typeof parts.onLegacyUse !== 'function') {
    throw new TypeError(`${profileName} is off: it needs enabled: true and onLegacyUse.`);
  }
  const verify = async (bytes: Uint8Array, expected: RequestExpectation): Promise<VerifiedEnvelope> => {
    const verified = await verifyOnce(profileName, bytes, expected, { acceptSha1: true }, parts);
    if (verified.sha1Used) {
      const { key, messageId } = verified;
      parts.onLegacyUse({ partner: key.partner, keyId: key.keyId, messageId });
    }
    return verified;
  };
  const refuse = () => Promise.reject(new TypeError(`${profileName} only verifies.`));
  return { signRequest: refuse, signAnswer: refuse, verifyRequest: verify, verifyAnswer: verify };
}
