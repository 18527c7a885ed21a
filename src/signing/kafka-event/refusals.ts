/** Why an encrypted event is not opened, or a submission not believed. For the log and the attack suite alone. */
export const eventRefusals = {
  'event-not-encrypted': 'The event is not encrypted although this consumer insists on it.',
  'event-signature-outside': 'An encrypted event carries a signature in its headers.',
  'event-signature-inside': 'What was encrypted does not begin with one line that holds a detached JWS.',
  'jwe-malformed': 'The value is not a compact JWE with a strict JSON header.',
  'jwe-header-not-allowed': 'The JWE header carries a parameter that the profile does not know.',
  'jwe-typ': 'typ or cty of the JWE is not the one expected.',
  'jwe-algorithm': 'alg or enc of the JWE is not the one that belongs to the key.',
  'jwe-key-unknown': 'The JWE names no key, or one that this consumer does not have.',
  'jwe-decryption': 'The JWE does not decrypt.',
  'submission-topic': 'The topic is none that submissions are read from.',
  'submission-too-large': 'The submission is larger than the gateway takes.',
  'submission-header': 'A header of the submission is absent or has not the form that it has to have.',
  'submission-key': 'The key of the record is not the case that the submission names as its subject.',
  'submission-addressee': 'The submission is meant for another gateway.',
} as const satisfies Record<string, string>;
