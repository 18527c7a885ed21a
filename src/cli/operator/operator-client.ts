import { setTimeout as sleep } from 'node:timers/promises';
import { createHttpTransport } from '../../client/http-transport.js';
import { seenAnswers } from '../../client/seen-answers.js';
import { type CallParts, callGateway } from '../../client/signed-call.js';
import type { Clock } from '../../clock.js';
import { uuidV7 } from '../../ids.js';
import { openRestProfile, signatureFieldsOf } from '../../signing/profiles/index.js';
import type { Signer, TrustedKey } from '../../signing/signer.js';

/** How an operator reaches the gateway. */
export interface OperatorClientOptions {
  /** Scheme, host and port as the gateway itself knows them. */
  readonly gateway: string;
  readonly signer: Signer;
  /** The gateway's pinned keys. */
  readonly gatewayKeys: readonly TrustedKey[];
  readonly clock: Clock;
}

/** A batch of some hundred requests takes its time, and so does a store under load. */
const CALL_TIMEOUT_MS = 60_000;
const TRIES = 3;

/** Speaks with the operators' API: signs each call, verifies each answer. */
export class OperatorClient {
  readonly #parts: CallParts;

  constructor({ gateway, signer, gatewayKeys, clock }: OperatorClientOptions) {
    const choice = { profile: 'http-sig' } as const;
    this.#parts = {
      origin: new URL(gateway).origin,
      profile: openRestProfile(choice, {
        signer,
        trusted: gatewayKeys,
        replaySet: seenAnswers(() => clock.now()),
        clock,
      }),
      signatureFields: signatureFieldsOf(choice),
      repeatsMessages: false,
      clock,
      ids: uuidV7(clock),
      http: createHttpTransport(),
      tries: TRIES,
      pause: (durationMs) => sleep(durationMs),
    };
  }

  /**
   * @param path below `/operator/v1`.
   * @throws {UraRefused} {UraUnreachable} {UraAnswerUntrusted}
   */
  async get<Resource>(
    path: string,
    query: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Resource> {
    const pairs = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
    );
    const search = pairs.length === 0 ? '' : `?${pairs.join('&')}`;
    const answer = await callGateway(this.#parts, {
      method: 'GET',
      path: `/operator/v1${path}${search}`,
      timeoutMs: CALL_TIMEOUT_MS,
    });
    return answer as Resource;
  }

  /** @throws as {@link get}. Repeating it with the same key takes the action once. */
  async post<Resource>(path: string, body: object, idempotencyKey: string): Promise<Resource> {
    const answer = await callGateway(this.#parts, {
      method: 'POST',
      path: `/operator/v1${path}`,
      headers: { 'idempotency-key': idempotencyKey },
      body,
      timeoutMs: CALL_TIMEOUT_MS,
    });
    return answer as Resource;
  }

  /** Closes idle connections. */
  close(): void {
    this.#parts.http.close();
  }
}
