package interop;

/**
 * How the variants by action sign.
 *
 * @param profile which parts are signed
 * @param keyIdentifier a value of WSS4J's {@code signatureKeyIdentifier}
 * @param prefixList whether each Reference carries a PrefixList, as it does by WSS4J's default
 * @param isDefault leave parts and key identifier to WSS4J: only the Body, and issuer with serial number
 */
record Signing(Profile profile, String keyIdentifier, boolean prefixList, boolean isDefault) {
  /** A whole profile. */
  static Signing of(Profile profile) {
    return new Signing(profile, "DirectReference", true, false);
  }
}
