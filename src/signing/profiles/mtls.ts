import type { X509Certificate } from 'node:crypto';
import { SignatureRefused } from '../refusals.js';

/** A client or server certificate that a partner uses for TLS. */
export interface PinnedPeer {
  readonly partner: string;
  /** SHA-256 of the DER, lower-case hex. */
  readonly certificateSha256: string;
}

/**
 * Modifier `mtls`: binds a TLS connection to a partner by the thumbprint of the certificate that it showed, so
 * that a stolen signing key is of no use without the key of the connection. Call it before the message is
 * verified, and {@link requireSamePartner} after.
 *
 * @param certificate what the socket gives (`getPeerX509Certificate()`), undefined when none was shown.
 * @param pinned several for one partner, so that it can change its certificate without a pause.
 * @param now milliseconds since the epoch; dates are checked here because a pinned certificate may well be
 *   self-signed, and then the TLS layer was told not to judge it.
 * @throws {SignatureRefused} `peer-certificate-…`
 */
export function requirePeer(
  certificate: X509Certificate | undefined,
  pinned: readonly PinnedPeer[],
  now: number,
): PinnedPeer {
  if (certificate === undefined) throw new SignatureRefused('peer-certificate-absent');
  const thumbprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  const peer = pinned.find(({ certificateSha256 }) => certificateSha256 === thumbprint);
  if (peer === undefined) throw new SignatureRefused('peer-certificate-unknown');
  // Written so that an unreadable date (NaN) refuses too.
  if (!(Date.parse(certificate.validFrom) <= now && now <= Date.parse(certificate.validTo))) {
    throw new SignatureRefused('peer-certificate-not-valid-now');
  }
  return peer;
}

/** @throws {SignatureRefused} `peer-of-another-partner` when one partner's message came over another's connection. */
export function requireSamePartner(peer: PinnedPeer, verified: { readonly partner: string }): void {
  if (peer.partner !== verified.partner) throw new SignatureRefused('peer-of-another-partner');
}
