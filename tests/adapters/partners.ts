import { systemClock } from '../../src/clock.js';
import { fileSigner } from '../../src/signing/file-signer.js';
import type { ReplaySet } from '../../src/signing/replay-set.js';
import type { TrustedKey } from '../../src/signing/signer.js';
import { type WssX509Integrity, wssX509Integrity } from '../../src/signing/wss-x509-integrity.js';
import { type Issued, issue, makeAuthority, trust } from '../support/certificates.js';

/** A gateway and a registry that pinned each other's certificate, and somebody whom neither knows. */
export interface Partners {
  readonly gateway: Issued;
  readonly registry: Issued;
  readonly stranger: Issued;
  /** The gateway's side of the default profile. */
  readonly profile: WssX509Integrity;
}

export async function makePartners(): Promise<Partners> {
  const authority = await makeAuthority('Ura Test');
  const gateway = await issue(authority, { name: 'gateway' });
  const registry = await issue(authority, { name: 'civil' });
  const stranger = await issue(authority, { name: 'stranger' });
  return { gateway, registry, stranger, profile: profileOf(gateway, [trusted(registry, 'civil')]) };
}

export function trusted(issued: Issued, partner: string): TrustedKey {
  return trust(issued, partner, 'ecdsa-p256-sha256');
}

/** Either side of the default profile, with a replay set of its own. */
export function profileOf(own: Issued, others: readonly TrustedKey[], clock = systemClock): WssX509Integrity {
  const signer = fileSigner({
    keyId: 'own',
    privateKey: own.privateKeyPem,
    certificate: own.certificatePem,
  });
  return wssX509Integrity({ signer, trusted: others, replaySet: inMemory(), clock });
}

function inMemory(): ReplaySet {
  const seen = new Set<string>();
  return {
    async remember({ profile, signer, messageId }) {
      const key = JSON.stringify([profile, signer, messageId]);
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    },
  };
}
