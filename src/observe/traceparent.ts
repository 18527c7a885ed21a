import { randomBytes } from 'node:crypto';

const pattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/**
 * Continues the caller's trace, or begins one, with a span id of our own (W3C Trace Context, level 1).
 *
 * @param received the `traceparent` header; anything malformed counts as absent, as the recommendation demands.
 * @returns a `traceparent` value to store with the request and to send on.
 */
export function continueTrace(
  received: string | undefined,
  random: (size: number) => Buffer = randomBytes,
): string {
  const [, traceId, parentId, flags] = pattern.exec(received ?? '') ?? [];
  const usable = traceId !== undefined && !/^0+$/.test(traceId) && !/^0+$/.test(parentId ?? '');
  return `00-${usable ? traceId : random(16).toString('hex')}-${random(8).toString('hex')}-${usable ? flags : '01'}`;
}
