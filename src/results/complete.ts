import type { Exchanged } from '../../adapters/adapter.js';
import type { Clock } from '../clock.js';
import type { Delay, EvidenceItem, Inquiry, Reason, Result, StoredRequest } from '../requests/request.js';
import { type FinalState, isFinal } from '../requests/states.js';
import type { EventMaker } from './result-event.js';
import type { ResultStore, Step } from './result-store.js';

export interface CompletionParts {
  readonly store: ResultStore;
  readonly events: EventMaker;
  readonly clock: Clock;
  /** What kept a request waiting that ends at this moment, and what proves it. Default: nothing ever does. */
  readonly delaysOf?: (
    request: StoredRequest,
    at: number,
  ) => Promise<{ readonly delays: readonly Delay[]; readonly evidence: readonly EvidenceItem[] }>;
  /** Called after the commit of a final step, with the request as it now stands. */
  readonly onFinished: (request: StoredRequest, state: FinalState) => void;
}

/** What becomes of a request, before it is turned into rows. */
export interface Change {
  readonly to: Step['to'];
  /** Only if it still stands there; for whoever decided after reading it. */
  readonly from?: Step['to'];
  /** With `from`: only if no other attempt was begun since this many. */
  readonly attempts?: number;
  readonly result?: Result;
  readonly reason?: Reason;
  /** Not looked at again before; for `retry-wait` and `awaiting-answer`. Milliseconds. */
  readonly delayMs?: number;
  /** For `awaiting-answer`: what the registry calls the matter. */
  readonly ticket?: string;
  /** For `awaiting-officer`: municipality whose officers can answer. Default: the one that asked. */
  readonly office?: string;
  /** For `retry-wait`: nobody knows whether the registry executed it, and it is asked. */
  readonly inquiry?: Inquiry;
  readonly evidence: readonly EvidenceItem[];
}

/** The single way into every state after `dispatching`: all ends of all requests pass here. */
export class Completion {
  readonly #parts: CompletionParts;

  constructor(parts: CompletionParts) {
    this.#parts = parts;
  }

  /**
   * Takes one step in one transaction: state, evidence and, when the state is final, the event.
   *
   * @returns false when the request is not ours to change any more; the caller must drop its work.
   * @throws when the store does not answer: nothing is known to be written, and trying again is safe.
   */
  async apply(request: StoredRequest, leaseOwner: string | null, change: Change): Promise<boolean> {
    const { store, events, clock, delaysOf, onFinished } = this.#parts;
    const at = clock.now();
    const common = {
      requestId: request.id,
      leaseOwner,
      to: change.to,
      at,
      ...(change.from ? { from: change.from } : {}),
      ...(change.attempts === undefined ? {} : { attempts: change.attempts }),
      ...(change.reason ? { reason: change.reason } : {}),
      ...(change.result ? { result: change.result } : {}),
      ...(change.delayMs === undefined ? {} : { delayMs: change.delayMs }),
      ...(change.ticket === undefined ? {} : { ticket: change.ticket }),
      ...(change.office === undefined ? {} : { office: change.office }),
      ...(change.inquiry === undefined ? {} : { inquiry: change.inquiry }),
    };
    if (!isFinal(change.to)) return store.take({ ...common, evidence: change.evidence });

    const { delays, evidence } = (await delaysOf?.(request, at)) ?? { delays: [], evidence: [] };
    const late = delays.length > 0 ? { delays } : {};
    // Before the event is made: it names by digest what this step stores, and is signed.
    const items = [...change.evidence, ...evidence];
    const ending = { state: change.to, at, ...change, evidence: items };
    const { event, proof } = await events.make(request, ending);
    const taken = await store.take({ ...common, ...late, event, evidence: [...items, proof] });
    if (taken) onFinished({ ...ended(request, change, at), ...late }, change.to);
    return taken;
  }
}

/** The request as this step has stored it, so that nobody needs to read it again. */
function ended(request: StoredRequest, { result, reason, to }: Change, at: number): StoredRequest {
  const { reason: _earlier, inquiry: _open, ...kept } = request;
  return {
    ...kept,
    state: to,
    updatedAt: at,
    finishedAt: at,
    ...(result ? { result } : {}),
    ...(reason ? { reason } : {}),
  };
}

/** The raw bytes of one exchange with a registry, as evidence. */
export function exchangeEvidence(request: StoredRequest, exchanged: Exchanged): EvidenceItem[] {
  const items: EvidenceItem[] = [];
  const meta = { adapter: request.adapter, operation: request.operation, attempt: request.attempts };
  if (exchanged.requestBytes) {
    items.push({
      kind: 'registry-request',
      bytes: exchanged.requestBytes,
      mediaType: exchanged.requestMediaType ?? 'text/xml',
      meta: { ...meta, ...exchanged.requestMeta },
    });
  }
  if (exchanged.answerBytes) {
    items.push({
      kind: 'registry-answer',
      bytes: exchanged.answerBytes,
      mediaType: exchanged.answerMediaType ?? 'application/octet-stream',
      ...(exchanged.answerSignedBy ? { signedBy: exchanged.answerSignedBy } : {}),
      meta: {
        ...meta,
        ...exchanged.answerMeta,
        outcome: exchanged.outcome.kind,
        ...(exchanged.outcome.kind === 'invalid' ? { reason: exchanged.outcome.reason } : {}),
      },
    });
  }
  return items;
}
