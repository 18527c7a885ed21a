import { randomUUID } from 'node:crypto';
import type { ReceivedRequest, RestProfile } from '../../../src/signing/profiles/index.js';
import { type RefusalCode, SignatureRefused } from '../../../src/signing/refusals.js';
import type { Stack } from '../../support/stack.js';
import { waitFor } from '../../support/wait-for.js';
import { sendBytes, type WireAnswer } from './wire.js';

/**
 * A receiver like those of the profiles' own attack suites, with a whole gateway behind it: requests go to
 * `POST /v1/requests`, and the exact code of a refusal is read from the gateway's log.
 */
export function overHttp(stack: Stack): Pick<RestProfile, 'verifyRequest'> {
  return {
    async verifyRequest(received) {
      const answer = await post(stack, received);
      const code = await refusalOf(stack, answer);
      if (code !== undefined) throw new SignatureRefused(code as RefusalCode);
      const client = accessLine(stack, answer)?.client as string;
      return {
        partner: client,
        keyId: '',
        messageId: '',
        createdAt: 0,
        expiresAt: 0,
        bodySha256: '',
      };
    },
  };
}

/** Sends the fields and the body as they are; only what HTTP needs is added. */
export async function post(stack: Stack, { headers, body }: Pick<ReceivedRequest, 'headers' | 'body'>) {
  const { host, port } = new URL(stack.gateway.url);
  const pairs = [
    'Host',
    host,
    'Idempotency-Key',
    randomUUID(),
    'Content-Length',
    String(body.length),
    ...headers,
  ];
  let head = 'POST /v1/requests HTTP/1.1\r\n';
  for (let at = 0; at < pairs.length; at += 2) head += `${pairs[at]}: ${pairs[at + 1]}\r\n`;
  const answer = await sendBytes(Number(port), Buffer.concat([Buffer.from(`${head}\r\n`, 'latin1'), body]));
  if (answer === undefined) throw new Error('closed without an answer');
  return answer;
}

/**
 * Why a message was turned away before its sender was known: the code in the log, which only the operator sees.
 *
 * @returns undefined when the signature was accepted, whatever was said about the content.
 */
export async function refusalOf(stack: Stack, answer: WireAnswer): Promise<string | undefined> {
  const { code, requestId } = JSON.parse(answer.body.toString()) as { code?: string; requestId?: string };
  if (code === undefined || requestId === undefined) return undefined;
  const line = await waitFor(() => accessLine(stack, answer), 'the line of the access log');
  if (line.client !== undefined) return undefined;
  return typeof line.reason === 'string' ? line.reason.split(' ')[0] : code;
}

function accessLine(stack: Stack, answer: WireAnswer): Record<string, unknown> | undefined {
  const { requestId, id } = JSON.parse(answer.body.toString()) as { requestId?: string; id?: string };
  return stack.log.find((line) => line.requestId === (requestId ?? id) && line.operation !== undefined);
}
