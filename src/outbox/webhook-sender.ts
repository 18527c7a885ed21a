import { randomInt } from 'node:crypto';
import type { Transport } from '../../adapters/transport.js';
import type { Clock } from '../clock.js';
import { signRequest } from '../signing/http-sig/index.js';
import type { Signer } from '../signing/signer.js';
import type { DueWebhook, WebhookStore } from './webhook-store.js';

export interface WebhookSenderParts {
  readonly store: WebhookStore;
  readonly transport: Transport;
  readonly signer: Signer;
  readonly clock: Clock;
  /** Nonces. */
  readonly nextId: () => string;
  /** Where a client wants to be called; undefined when it does not any more. */
  readonly urlOf: (clientId: string) => string | undefined;
  readonly onFailed: (webhook: DueWebhook, reason: string) => void;
  /** Given up: the client still has GET and its topic, but somebody should know. */
  readonly onGivenUp: (webhook: DueWebhook) => void;
}

const EVERY_MS = 500;
const LIMIT = 16;
const TIMEOUT_MS = 10_000;
const BASE_MS = 1_000;
const CAP_MS = 3_600_000;

/**
 * Calls clients that want to be told over HTTP: CloudEvents in structured form, signed by `http-sig`, at least once
 * and in the order of each application, until the client answers 2xx or the call is given up.
 */
export class WebhookSender {
  readonly #parts: WebhookSenderParts;
  readonly #abort = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(parts: WebhookSenderParts) {
    this.#parts = parts;
  }

  start(onError: (error: Error) => void): void {
    this.#timer = setInterval(() => {
      this.#running ??= this.#round()
        .catch(onError)
        .finally(() => {
          this.#running = undefined;
        });
    }, EVERY_MS);
  }

  /** Ends calls that are under way; they are made again by whoever runs next. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#abort.abort();
    await this.#running;
    this.#parts.transport.close();
  }

  async #round(): Promise<void> {
    for (;;) {
      const due = await this.#parts.store.claim(LIMIT, TIMEOUT_MS * 2);
      await Promise.all(due.map((webhook) => this.#send(webhook)));
      if (due.length === 0 || this.#abort.signal.aborted) return;
    }
  }

  async #send(webhook: DueWebhook): Promise<void> {
    const { store, clock, urlOf, onFailed, onGivenUp } = this.#parts;
    const url = urlOf(webhook.clientId);
    const failure = url === undefined ? undefined : await this.#call(new URL(url), webhook.body);
    if (failure === undefined) return store.remove(webhook.seq);
    onFailed(webhook, failure);
    if (clock.now() >= webhook.giveUpAt) {
      onGivenUp(webhook);
      return store.remove(webhook.seq);
    }
    const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(webhook.attempts - 1, 20));
    await store.postpone(webhook.seq, Math.round(ceiling * (0.5 + randomInt(1 << 20) / (1 << 21))));
  }

  /** @returns why it was not taken; undefined when it was. */
  async #call(target: URL, body: Uint8Array): Promise<string | undefined> {
    const { transport, signer, clock, nextId } = this.#parts;
    const contentType = 'application/cloudevents+json';
    const request = { method: 'POST', targetUri: target.href, contentType, body };
    const fields = await signRequest(request, signer, { now: clock.now(), nonce: nextId() });
    const posted = await transport.post(target, {
      headers: { 'content-type': contentType, ...fields },
      body,
      connectTimeoutMs: TIMEOUT_MS / 2,
      callTimeoutMs: TIMEOUT_MS,
      maxAnswerBytes: 64 * 1024,
      signal: this.#abort.signal,
    });
    if (posted.kind === 'failed') return posted.reason;
    return posted.status >= 200 && posted.status < 300 ? undefined : `status ${posted.status}`;
  }
}
