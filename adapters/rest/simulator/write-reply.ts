import type { Reply, SimulatedRegistry } from './registry.js';

/** An answer before it is signed. */
export interface WrittenReply {
  readonly status: number;
  readonly contentType: 'application/json' | 'application/problem+json';
  readonly body: Buffer;
}

/** @param messageId of the question; absent where the question's signature was not accepted. */
export function writeReply(
  reply: Reply,
  messageId: string | undefined,
  { refusals }: Pick<SimulatedRegistry, 'refusals'>,
): WrittenReply {
  switch (reply.kind) {
    case 'answer':
      return written(200, 'application/json', { messageId, ...reply.content });
    case 'promise':
      return written(202, 'application/json', {
        messageId,
        ticket: reply.ticket,
        notBefore: reply.notBefore,
      });
    case 'refusal': {
      const { code, detail } = reply;
      const status = refusals[code] ?? 400;
      const problem = { messageId, type: 'about:blank', title: code, status, detail, code };
      return written(status, 'application/problem+json', problem);
    }
  }
}

/** What a sender learns whose signature was not accepted: nothing but that. */
export function signatureRefused(): WrittenReply {
  return written(401, 'application/problem+json', {
    type: 'about:blank',
    title: 'Unauthorized',
    status: 401,
    detail: 'The signature was not accepted.',
    code: 'SIGNATURE_REFUSED',
  });
}

function written(status: number, contentType: WrittenReply['contentType'], content: object): WrittenReply {
  return { status, contentType, body: Buffer.from(JSON.stringify(content)) };
}
