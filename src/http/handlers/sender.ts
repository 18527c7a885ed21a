import type { Call } from '../exchange.js';

/** The verified sender; a handler of a signed operation is never called without one. */
export function senderOf(call: Call): NonNullable<Call['sender']> {
  if (!call.sender) throw new Error(`operation ${call.operation.id} was called without a verified sender`);
  return call.sender;
}
