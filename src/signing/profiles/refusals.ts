/** Why the other side of a TLS connection is not accepted (modifier `mtls`). For the log alone. */
export const peerRefusals = {
  'peer-certificate-absent': 'The other side showed no certificate.',
  'peer-certificate-unknown': 'The certificate of the other side is not pinned.',
  'peer-certificate-not-valid-now': 'The pinned certificate of the other side is outside its validity dates.',
  'peer-of-another-partner': 'The connection belongs to another partner than the signature.',
} as const satisfies Record<string, string>;

/** Why a request is held against no profile at all. For the log alone. */
export const claimRefusals = {
  'profile-ambiguous': 'The message carries signatures of two profiles.',
  'profile-not-offered': 'No client signs by the profile that the message claims.',
} as const satisfies Record<string, string>;
