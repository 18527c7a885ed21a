import type { Clock } from '../../clock.js';
import { UraError } from '../../errors.js';
import { buildReceipt, type ReceiptParts } from '../../evidence/receipt.js';
import type { ArchiveStore } from '../../months/archive-store.js';
import type { StoredRequest } from '../../requests/request.js';
import type { RequestStore } from '../../requests/request-store.js';
import type { Completion } from '../../results/complete.js';
import type { Call, Handler } from '../exchange.js';
import { answerPage, pageOf } from './paging.js';
import { toResource } from './request-resource.js';
import { senderOf } from './sender.js';
import { signatureProof } from './signature-proof.js';

export interface RequestHandlerParts extends ReceiptParts {
  readonly store: RequestStore;
  readonly archive: Pick<ArchiveStore, 'isArchived'>;
  readonly completion: Completion;
  readonly clock: Clock;
}

/** Everything under `/v1/requests` but the submission itself. */
export function requestHandlers(parts: RequestHandlerParts): Record<string, Handler> {
  const own = async (call: Call): Promise<StoredRequest> => {
    const id = call.operation.path.id as string;
    const request = await parts.store.find(senderOf(call).client.id, id);
    if (request) return request;
    // Another client's request is as unknown as one that never was: 403 would say that it exists. Nor is it looked for
    // in the archive: all that is said comes from the time in the id.
    const detail = (await parts.archive.isArchived(id))
      ? 'Requests of that time are archived: the operator of the gateway can look for it.'
      : 'No request of this client has that id.';
    throw new UraError('unknown-request', detail);
  };

  return {
    getRequest: async (call) => ({ status: 200, body: toResource(await own(call)) }),

    listRequests: async (call) => {
      const { query } = call.operation;
      const page = pageOf(query);
      const { client } = senderOf(call);
      const caseId = query.caseId as string;
      const found = await parts.store.listByCase(client.id, caseId, page.limit + 1, page.afterId);
      return answerPage(found, page, ({ id }) => id, toResource);
    },

    cancelRequest: async (call) => {
      const request = await own(call);
      if (request.state === 'cancelled') return { status: 200, body: toResource(request) };
      if (request.inquiry !== undefined) {
        throw new UraError(
          'not-cancellable',
          'The registry may have executed it and is asked what became of it: wait for the result.',
        );
      }
      const { reason } = call.body as { reason: string };
      const cancelled = await parts.completion.apply(request, null, {
        to: 'cancelled',
        reason: { code: 'cancelled-by-client', detail: reason },
        evidence: [
          {
            kind: 'cancellation',
            bytes: call.bodyBytes,
            mediaType: 'application/json',
            ...signatureProof(call, 'POST'),
          },
        ],
      });
      const present = await own(call);
      // Two cancellations at once: the second finds what it wanted.
      if (!cancelled && present.state !== 'cancelled') {
        throw new UraError('not-cancellable', 'It has ended, or the registry is being asked at this moment.');
      }
      return { status: 200, body: toResource(present) };
    },

    getReceipt: async (call) => ({ status: 200, body: await buildReceipt(parts, await own(call)) }),
  };
}
