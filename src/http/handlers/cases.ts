import { UraError } from '../../errors.js';
import { continueTrace } from '../../observe/traceparent.js';
import type { CaseEvidence, LoadedCase } from '../../procedures/case.js';
import { type ChangeParts, cancelCase, retryStep } from '../../procedures/change-case.js';
import { type CaseBody, type SubmitCaseParts, submitCase } from '../../procedures/submit-case.js';
import type { Answer } from '../answer.js';
import type { Call, Handler } from '../exchange.js';
import { toCaseResource } from './case-resource.js';
import { answerPage, pageOf } from './paging.js';
import { senderOf } from './sender.js';
import { signatureProof } from './signature-proof.js';

export type CaseHandlerParts = SubmitCaseParts & ChangeParts;

/** Everything under `/v1/procedures` and `/v1/cases`. */
export function caseHandlers(parts: CaseHandlerParts): Record<string, Handler> {
  const answer = (loaded: LoadedCase | undefined): Answer => ({ status: 200, body: show(known(loaded)) });
  const show = (loaded: LoadedCase): Record<string, unknown> =>
    toCaseResource(loaded, parts.engine.planOf(loaded));

  return {
    submitCase: async (call) => {
      const { client } = senderOf(call);
      const { stored } = await submitCase(parts, {
        id: call.id,
        client,
        procedure: call.operation.path.code as string,
        idempotencyKey: call.headers['idempotency-key'] as string,
        body: call.body as CaseBody,
        signed: signedBy(call, 'submission'),
        traceparent: continueTrace(call.headers.traceparent),
      });
      const loaded = known(await parts.store.find(client.id, stored.id));
      return { status: 202, headers: { location: `/v1/cases/${stored.id}` }, body: show(loaded) };
    },

    getCase: async (call) => answer(await parts.store.find(clientOf(call), idOf(call))),

    listCases: async (call) => {
      const { query } = call.operation;
      const page = pageOf(query);
      const caseId = query.caseId as string;
      const found = await parts.store.listByCase(clientOf(call), caseId, page.limit + 1, page.afterId);
      return answerPage(found, page, ({ stored }) => stored.id, show);
    },

    cancelCase: async (call) => {
      const { reason } = call.body as { reason: string };
      return answer(
        await cancelCase(parts, clientOf(call), idOf(call), reason, signedBy(call, 'cancellation')),
      );
    },

    retryStep: async (call) => {
      const wanted = call.body as { deadline?: string; byHand?: boolean };
      const step = call.operation.path.step as string;
      const signed = signedBy(call, 'retry');
      const loaded = known(await retryStep(parts, clientOf(call), idOf(call), step, wanted, signed));
      return { status: 202, headers: { location: `/v1/cases/${loaded.stored.id}` }, body: show(loaded) };
    },
  };
}

/** Another client's case is as unknown as one that never was. */
function known(loaded: LoadedCase | undefined): LoadedCase {
  if (!loaded) throw new UraError('unknown-case', 'No case of this client has that id.');
  return loaded;
}

function clientOf(call: Call): string {
  return senderOf(call).client.id;
}

function idOf(call: Call): string {
  return call.operation.path.id as string;
}

function signedBy(call: Call, kind: CaseEvidence['kind']): CaseEvidence {
  return { kind, bytes: call.bodyBytes, mediaType: 'application/json', ...signatureProof(call, 'POST') };
}
