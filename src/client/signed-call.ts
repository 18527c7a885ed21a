import type { Clock } from '../clock.js';
import type { Ids } from '../ids.js';
import type { RestProfile, SentRequest } from '../signing/profiles/index.js';
import { SignatureRefused } from '../signing/refusals.js';
import { UraAnswerUntrusted, UraRefused, UraUnreachable } from './errors.js';
import { type HttpTransport, TransportFailure, type WireAnswer } from './http-transport.js';
import { readProblem } from './read-problem.js';

/** One call to the gateway, before it is signed. */
export interface GatewayCall {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Path and query, encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Reads the verified body of a good answer. Default: as JSON. */
  readonly read?: (bytes: Uint8Array) => unknown;
  readonly timeoutMs: number;
}

export interface CallParts {
  /** `https://ura.example`, without a path. */
  readonly origin: string;
  readonly profile: Pick<RestProfile, 'signRequest' | 'verifyAnswer'>;
  /** Fields by which an answer claims to be signed. */
  readonly signatureFields: readonly string[];
  /** The gateway keeps its answers for us: a repetition is the same message again, and gets the same answer. */
  readonly repeatsMessages: boolean;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly http: HttpTransport;
  readonly tries: number;
  /** Pauses before another try, milliseconds. */
  readonly pause: (durationMs: number) => Promise<void>;
}

/** Longest time that a refusal may ask to wait and be waited for inside a call, seconds. */
const longestWaitSeconds = 5;

/**
 * Signs a call, sends it, verifies the answer. Each try is signed anew, with its own message id, so a repetition is
 * never taken for a replay; that it is not executed twice is the work of the idempotency key. Under
 * `nonrepudiation` the signed message is repeated as it is, for as long as it is fresh.
 *
 * @returns the answer's JSON, or what `read` makes of its bytes.
 * @throws {UraRefused} {UraUnreachable} {UraAnswerUntrusted}
 */
export async function callGateway(parts: CallParts, call: GatewayCall): Promise<unknown> {
  let message: Message | undefined;
  for (let tried = 1; ; tried += 1) {
    try {
      if (message === undefined || !parts.repeatsMessages) message = await sign(parts, call);
      return await tryOnce(parts, call, message);
    } catch (error) {
      const pauseMs = tried < parts.tries ? pauseBefore(error, tried) : undefined;
      if (pauseMs === undefined) {
        throw error instanceof TransportFailure ? new UraUnreachable(error.code, tried) : error;
      }
      await parts.pause(pauseMs);
    }
  }
}

/** Undefined where another try cannot help. */
function pauseBefore(error: unknown, tried: number): number | undefined {
  if (error instanceof TransportFailure) {
    return error.code === 'answer-too-large' ? undefined : 200 * 2 ** (tried - 1);
  }
  if (error instanceof UraRefused && (error.code === 'unavailable' || error.code === 'message-under-way')) {
    const seconds = error.retryAfterSeconds ?? 1;
    return seconds <= longestWaitSeconds ? seconds * 1000 : undefined;
  }
  return undefined;
}

/** A call as it is signed and sent. */
interface Message {
  readonly url: string;
  readonly body: Uint8Array | undefined;
  readonly sent: SentRequest;
}

async function sign(parts: CallParts, call: GatewayCall): Promise<Message> {
  const url = parts.origin + call.path;
  const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
  const sent = await parts.profile.signRequest({
    messageId: parts.ids.next(),
    method: call.method,
    targetUri: url,
    ...(body && { contentType: 'application/json', body }),
  });
  return { url, body, sent };
}

async function tryOnce(parts: CallParts, call: GatewayCall, { url, body, sent }: Message): Promise<unknown> {
  const answer = await parts.http.send({
    method: call.method,
    url,
    headers: {
      accept: 'application/json, application/problem+json',
      ...call.headers,
      ...(body && { 'content-type': 'application/json' }),
      ...sent.fields,
    },
    body,
    timeoutMs: call.timeoutMs,
  });
  const verified = await verify(parts, answer, sent);
  if (answer.status >= 200 && answer.status < 300) {
    if (!verified) throw new UraAnswerUntrusted(answer.status, 'signature-missing');
    return call.read ? call.read(answer.body) : readJson(answer);
  }
  if (answer.status < 400) throw new UraAnswerUntrusted(answer.status, 'redirect');
  throw readProblem(answer, verified);
}

/** Whether the answer is signed. A signature that is there has to be right, whatever the status. */
async function verify(parts: CallParts, answer: WireAnswer, sent: SentRequest): Promise<boolean> {
  const names = answer.rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  if (names.includes('content-encoding')) throw new UraAnswerUntrusted(answer.status, 'compressed');
  if (!parts.signatureFields.some((field) => names.includes(field))) return false;
  try {
    const received = { status: answer.status, headers: answer.rawHeaders, body: answer.body };
    await parts.profile.verifyAnswer(received, sent);
    return true;
  } catch (error) {
    if (error instanceof SignatureRefused) throw new UraAnswerUntrusted(answer.status, error.code);
    throw error;
  }
}

function readJson(answer: WireAnswer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(answer.body));
  } catch {
    throw new UraAnswerUntrusted(answer.status, 'not-json');
  }
}
