import type { Clock } from '../clock.js';
import type { Ids } from '../ids.js';
import { requestSignatureOf, signRequest, verifyResponse } from '../signing/http-sig/index.js';
import { SignatureRefused } from '../signing/refusals.js';
import type { Signer, TrustedKey } from '../signing/signer.js';
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
  readonly signer: Signer;
  readonly findKey: (keyId: string) => TrustedKey | undefined;
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
 * Signs a call, sends it, verifies the answer. Each try is signed anew, with its own nonce, so a repetition is
 * never taken for a replay; that it is not executed twice is the work of the idempotency key.
 *
 * @returns the answer's JSON, or what `read` makes of its bytes.
 * @throws {UraRefused} {UraUnreachable} {UraAnswerUntrusted}
 */
export async function callGateway(parts: CallParts, call: GatewayCall): Promise<unknown> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await tryOnce(parts, call);
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
  if (error instanceof UraRefused && error.code === 'unavailable') {
    const seconds = error.retryAfterSeconds ?? 1;
    return seconds <= longestWaitSeconds ? seconds * 1000 : undefined;
  }
  return undefined;
}

async function tryOnce(parts: CallParts, call: GatewayCall): Promise<unknown> {
  const url = parts.origin + call.path;
  const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
  const signed = await signRequest(
    { method: call.method, targetUri: url, ...(body && { contentType: 'application/json', body }) },
    parts.signer,
    { now: parts.clock.now(), nonce: parts.ids.next() },
  );
  const answer = await parts.http.send({
    method: call.method,
    url,
    headers: {
      accept: 'application/json, application/problem+json',
      ...call.headers,
      ...(body && { 'content-type': 'application/json' }),
      ...signed,
    },
    body,
    timeoutMs: call.timeoutMs,
  });
  const verified = verify(parts, answer, signed);
  if (answer.status >= 200 && answer.status < 300) {
    if (!verified) throw new UraAnswerUntrusted(answer.status, 'signature-missing');
    return call.read ? call.read(answer.body) : readJson(answer);
  }
  if (answer.status < 400) throw new UraAnswerUntrusted(answer.status, 'redirect');
  throw readProblem(answer, verified);
}

/** Whether the answer is signed. A signature that is there has to be right, whatever the status. */
function verify(parts: CallParts, answer: WireAnswer, signed: { readonly signature: string }): boolean {
  const names = answer.rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  if (names.includes('content-encoding')) throw new UraAnswerUntrusted(answer.status, 'compressed');
  if (!names.includes('signature') && !names.includes('signature-input')) return false;
  try {
    verifyResponse(
      { status: answer.status, headers: answer.rawHeaders, body: answer.body },
      requestSignatureOf(signed),
      parts.findKey,
      { now: parts.clock.now() },
    );
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
