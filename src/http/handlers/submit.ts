import { continueTrace } from '../../observe/traceparent.js';
import { type AcceptParts, accept, type RequestBody } from '../../requests/accept.js';
import type { StoredRequest } from '../../requests/request.js';
import { isFinal } from '../../requests/states.js';
import type { Waiting } from '../../results/waiting.js';
import type { Answer } from '../answer.js';
import type { Call, Handler } from '../exchange.js';
import { toResource } from './request-resource.js';
import { senderOf } from './sender.js';
import { signatureProof } from './signature-proof.js';

/** A client may wait for what another process works on, so the store is looked at this often, milliseconds. */
const LOOK_AGAIN_MS = 1_000;

/** `POST /v1/requests` */
export function submitHandler(parts: AcceptParts & { readonly waiting: Waiting }): Handler {
  return async (call) => {
    const { client } = senderOf(call);
    const { headers } = call;
    const { request } = await accept(parts, {
      id: call.id,
      client,
      idempotencyKey: headers['idempotency-key'] as string,
      body: call.body as RequestBody,
      bodyBytes: call.bodyBytes,
      ...(call.proof ? { sameBytes: call.proof.sameBytes } : {}),
      traceparent: continueTrace(headers.traceparent),
      proof: signatureProof(call, 'POST'),
    });
    const waitSeconds = waitOf(headers.prefer);
    if (waitSeconds !== undefined) call.giveWay();
    const present = waitSeconds === undefined ? request : await wait(parts, call, request, waitSeconds);
    return answerOf(present, waitSeconds);
  };
}

function answerOf(request: StoredRequest, waitSeconds: number | undefined): Answer {
  return {
    status: isFinal(request.state) ? 200 : 202,
    headers: {
      location: `/v1/requests/${request.id}`,
      ...(waitSeconds === undefined ? {} : { 'preference-applied': `wait=${waitSeconds}` }),
    },
    body: toResource(request),
  };
}

/** RFC 7240 §4.3; the API description has already checked the form. */
function waitOf(prefer: string | undefined): number | undefined {
  const seconds = /wait=(\d+)/.exec(prefer ?? '')?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

async function wait(
  { waiting, store, clock }: AcceptParts & { readonly waiting: Waiting },
  call: Call,
  accepted: StoredRequest,
  seconds: number,
): Promise<StoredRequest> {
  const until = clock.now() + seconds * 1000;
  let request = accepted;
  for (;;) {
    const leftMs = until - clock.now();
    if (isFinal(request.state) || leftMs <= 0 || call.signal.aborted || waiting.stopped || !waiting.hasRoom)
      return request;
    const ended = await waiting.until(request.id, Math.min(leftMs, LOOK_AGAIN_MS), call.signal);
    request = ended ?? (await store.find(request.clientId, request.id)) ?? request;
  }
}
