import { UraRefused } from '../../client/errors.js';
import { createHttpTransport, type HttpTransport, UraClient, type WireRequest } from '../../client/index.js';
import { readProblem } from '../../client/read-problem.js';
import type { Clock } from '../../clock.js';
import type { OwnClient } from '../own-client.js';
import type { Progress } from './progress.js';

export interface SubmitSettings {
  readonly gatewayUrl: string;
  readonly own: OwnClient;
  readonly clock: Clock;
  /** Called after each step of a request. */
  readonly onChange: (changed: Progress) => void;
}

/** The demo's client, with all that it sent in mind. */
export interface DemoClient {
  readonly ura: UraClient;
  /** Sends every request over real signed HTTP, replays last, and writes down what came back. */
  submitAll(all: readonly Progress[]): Promise<void>;
}

/** Requests on their way at once. */
const concurrency = 4;

export function demoClient({ gatewayUrl, own, clock, onChange }: SubmitSettings): DemoClient {
  const { http, sent } = rememberSent(createHttpTransport());
  const ura = new UraClient({ gateway: gatewayUrl, clock, http, ...own });

  const send = async (progress: Progress, work: () => Promise<void>): Promise<void> => {
    progress.submittedAt = clock.now();
    const since = performance.now();
    try {
      await work();
    } catch (error) {
      if (error instanceof UraRefused) progress.turnedAway = { status: error.status, code: error.code };
      else progress.failure = (error as Error).message;
    }
    progress.askedMs = performance.now() - since;
    onChange(progress);
  };
  const submit = (progress: Progress): Promise<void> =>
    send(progress, async () => {
      const { draft, idempotencyKey } = progress.planned;
      const resource = await ura.submit(draft, { idempotencyKey });
      progress.requestId = resource.id;
      progress.acceptedAt = Date.parse(resource.acceptedAt);
    });
  const replay = (progress: Progress): Promise<void> =>
    send(progress, async () => {
      const wire = sent.get(progress.planned.idempotencyKey);
      if (wire === undefined) throw new Error('what should be replayed was never sent');
      const answer = await http.send(wire);
      if (answer.status >= 400) throw readProblem(answer, false);
      const { id } = JSON.parse(Buffer.from(answer.body).toString()) as { id: string };
      progress.requestId = id;
    });

  return {
    ura,
    async submitAll(all) {
      const fresh = all.filter(({ planned }) => planned.replayOf === undefined);
      await Promise.all(
        Array.from({ length: concurrency }, async () => {
          for (let next = fresh.shift(); next !== undefined; next = fresh.shift()) await submit(next);
        }),
      );
      for (const progress of all) if (progress.planned.replayOf !== undefined) await replay(progress);
    },
  };
}

/** A transport that keeps the first bytes that went out under each idempotency key. */
function rememberSent(http: HttpTransport) {
  const sent = new Map<string, WireRequest>();
  const remembering: HttpTransport = {
    send(request) {
      const key = request.headers['idempotency-key'];
      if (key !== undefined && !sent.has(key)) sent.set(key, request);
      return http.send(request);
    },
    close: () => http.close(),
  };
  return { http: remembering, sent };
}
