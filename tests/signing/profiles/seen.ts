import type { ReplaySet, SignedMessageId } from '../../../src/signing/replay-set.js';

/** A replay set in memory that shows what it was told. */
export class Seen implements ReplaySet {
  readonly messages: SignedMessageId[] = [];
  broken = false;

  async remember(message: SignedMessageId): Promise<boolean> {
    if (this.broken) throw new Error('The store does not answer.');
    const isNew = !this.messages.some(
      ({ profile, signer, messageId }) =>
        profile === message.profile && signer === message.signer && messageId === message.messageId,
    );
    if (isNew) this.messages.push(message);
    return isNew;
  }
}
