/** Remembers which signed messages were already accepted, for as long as they could be sent again. */
export interface ReplaySet {
  /**
   * Inserts atomically. Call it only after the signature verified, or strangers could fill the set or burn
   * somebody else's message ids.
   *
   * @returns true when the message is new, false when it was seen before.
   * @throws when the store does not answer: the caller must then refuse the message (fail closed).
   */
  remember(message: SignedMessageId): Promise<boolean>;
}

export interface SignedMessageId {
  /** Name of the profile, for example `http-sig`. */
  readonly profile: string;
  /** Partner whose key verified the message. */
  readonly signer: string;
  /** Nonce, jti or wsa:MessageID. */
  readonly messageId: string;
  /** Milliseconds since the epoch: when the message stops being fresh, plus skew. */
  readonly expiresAt: number;
}
