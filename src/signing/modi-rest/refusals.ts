/**
 * Why a message signed by `modi-rest` is not accepted, as far as it is particular to that profile; what is true
 * of every JWS stands in `httpRefusals`. For the log and the attack suite alone.
 */
export const modiRefusals = {
  'modi-token-missing': 'There is no Agid-JWT-Signature field.',
  'modi-token-malformed': 'Agid-JWT-Signature is not a compact JWS.',
  'modi-key-selector': 'The header does not name its key by exactly one of x5c, x5t#S256 and kid.',
  'modi-digest-missing': 'There is no Digest field.',
  'modi-digest-malformed': 'Digest is not one canonical SHA-256 value.',
  'modi-digest-mismatch': 'Digest does not fit the body.',
  'modi-claims-malformed': 'The claims are not a JSON object that can be read in one way only.',
  'modi-claim': 'A claim that the profile requires is absent or of the wrong type.',
  'modi-audience': 'The token is made for somebody else.',
  'modi-issuer': 'The token names another issuer than the holder of the key.',
  'modi-signed-headers': 'signed_headers is not a list of single names with text values, none twice.',
  'modi-header-unsigned': 'A field that must be signed does not stand in signed_headers.',
  'modi-header-differs': 'A signed field differs from the one that came, or did not come.',
} as const satisfies Record<string, string>;
