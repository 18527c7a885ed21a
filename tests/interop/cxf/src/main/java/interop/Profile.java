package interop;

import java.util.Locale;

/** What is signed, of the variants by action. */
enum Profile {
  /** wss-x509-integrity. */
  INTEGRITY,
  /** The answer repeats the signature of the question, and signs that as well. */
  CONFIRMATION,
  /** Everything but the Body. */
  AUTH;

  static Profile of(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  /** First part of an address. */
  String path() {
    return this == INTEGRITY ? "" : "/" + name().toLowerCase(Locale.ROOT);
  }
}
