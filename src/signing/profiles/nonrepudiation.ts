import type { ReplaySet } from '../replay-set.js';

/** Names one exchange: message ids are the partner's own, so they are kept apart by partner. */
export interface ExchangeId {
  readonly profile: string;
  readonly partner: string;
  readonly messageId: string;
}

/** A request as it came, before anything was done for it. */
export interface KeptRequest extends ExchangeId {
  /** SHA-256 of the body (SOAP: of the canonical Body), base64: what a repetition must have in common. */
  readonly bodySha256: string;
  /** Where it was sent to, if the transport knows: a repetition must have that in common too. Default: empty. */
  readonly target?: string;
  /** Exactly as received, signature and all. */
  readonly requestBytes: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** An answer as it was sent. */
export interface KeptAnswer {
  readonly status: number;
  /** Signed fields among them, by turns name and value. */
  readonly headers: readonly string[];
  readonly bytes: Uint8Array;
}

/** Keeps exchanges for as long as the law wants them. Shared by all nodes. */
export interface ExchangeStore {
  /** @returns undefined when there is none. */
  find(id: ExchangeId): Promise<(KeptRequest & { readonly answer?: KeptAnswer }) | undefined>;
  /**
   * Keeps a request, atomically. One that is kept without an answer, came before `abandonedBefore` and is the same
   * in `bodySha256` and `target` is kept as if it were new: whoever worked on it is gone.
   *
   * @param abandonedBefore milliseconds since the epoch.
   * @returns false when this exchange is kept already; then nothing changed.
   */
  keep(request: KeptRequest, abandonedBefore: number): Promise<boolean>;
  /** Adds the answer to a kept request that has none; the first one stays. */
  keepAnswer(id: ExchangeId, answer: KeptAnswer): Promise<void>;
  /** Marks a kept request that has no answer as abandoned. */
  abandon(id: ExchangeId): Promise<void>;
}

/**
 * A request is abandoned when it has no answer after so long, milliseconds: its process died. Longer than anything
 * that a client waits for in one call.
 */
const abandonedAfterMs = 60_000;

/** What is to be done with a request that verified. */
export type Reception =
  /** Nobody sent it before: do it, answer it, `answered()`. */
  | { readonly kind: 'new' }
  /** Send this again, byte for byte; the request was not executed a second time. */
  | { readonly kind: 'repeated'; readonly answer: KeptAnswer }
  /** It is being worked on: 409 with Retry-After, or wait. */
  | { readonly kind: 'under-way' }
  /** The same message id with another body: 409. One of the two is not what its sender takes it for. */
  | { readonly kind: 'conflict' };

/**
 * Modifier `nonrepudiation`: raw bytes are stored before anything is done, a repetition gets the stored answer,
 * and a repetition with another body gets none. That the signed answer carries the request's digest is the work
 * of the profile below: `http-sig` and `wss-signature-confirmation` sign the request's signature along,
 * `modi-rest` and `jws-detached` its digest; `abilityOf(name).tiesAnswers` says which profiles do.
 *
 * The profile below must get {@link repetitionsAllowed} as its replay set, or it would refuse repetitions.
 */
export interface Nonrepudiation {
  /** Call it with a request that verified, before anything is done for it. */
  receive(request: KeptRequest): Promise<Reception>;
  /** Call it with the signed answer, before it is sent. */
  answered(id: ExchangeId, answer: KeptAnswer): Promise<void>;
  /** Call it instead where there is only a failure that passes: the next repetition is `new` again. */
  failed(id: ExchangeId): Promise<void>;
}

export function nonrepudiation(store: ExchangeStore): Nonrepudiation {
  return {
    async receive(request) {
      // The insert decides, not the look-up before it: two nodes may have the same request at once.
      if (await store.keep(request, request.receivedAt - abandonedAfterMs)) return { kind: 'new' };
      const kept = await store.find(request);
      if (kept === undefined || !isSame(kept, request)) return { kind: 'conflict' };
      return kept.answer === undefined ? { kind: 'under-way' } : { kind: 'repeated', answer: kept.answer };
    },
    answered: (id, answer) => store.keepAnswer(id, answer),
    failed: (id) => store.abandon(id),
  };
}

function isSame(one: KeptRequest, other: KeptRequest): boolean {
  return one.bodySha256 === other.bodySha256 && (one.target ?? '') === (other.target ?? '');
}

/**
 * A replay set that finds everything new. Only for requests that go through {@link Nonrepudiation} next, where
 * the message id is inserted with the request itself; never for answers.
 */
export const repetitionsAllowed: ReplaySet = { remember: async () => true };
