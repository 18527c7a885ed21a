import { UraRefused } from '../../client/errors.js';
import { createHttpTransport, type HttpTransport, UraClient, type WireRequest } from '../../client/index.js';
import { readProblem } from '../../client/read-problem.js';
import type { Clock } from '../../clock.js';
import type { OwnClient } from '../own-client.js';
import type { Progress } from './progress.js';

export interface DeskSettings {
  readonly gatewayUrl: string;
  readonly own: OwnClient;
  readonly clock: Clock;
  /** Called after each step of a matter. */
  readonly onChange: (changed: Progress) => void;
}

/** The front desk of the municipality, with all that it sent in mind. */
export interface FrontDesk {
  readonly ura: UraClient;
  /** Opens the case of a matter. */
  open(progress: Progress): Promise<void>;
  /** Tries what the gateway has to turn away. */
  attempt(progress: Progress): Promise<void>;
}

export function frontDesk({ gatewayUrl, own, clock, onChange }: DeskSettings): FrontDesk {
  const { http, sent } = rememberSent(createHttpTransport());
  const ura = new UraClient({ gateway: gatewayUrl, clock, http, ...own });

  const replay = async (idempotencyKey: string): Promise<string> => {
    const wire = sent.get(idempotencyKey);
    if (wire === undefined) throw new Error('what should be replayed was never sent');
    const answer = await http.send(wire);
    if (answer.status >= 400) throw readProblem(answer, false);
    return (JSON.parse(Buffer.from(answer.body).toString()) as { id: string }).id;
  };

  return {
    ura,
    async open(progress) {
      const { planned } = progress;
      if (planned.kind !== 'case') throw new TypeError('this matter is no case');
      await timed(progress, { clock, onChange }, async () => {
        const { service, draft, idempotencyKey } = planned;
        const { id, steps } = await ura.submitCase(service, draft, { idempotencyKey });
        progress.steps = steps;
        return id;
      });
    },
    async attempt(progress) {
      const { planned } = progress;
      if (planned.kind !== 'misuse') throw new TypeError('this matter is no misuse');
      const { attempt, idempotencyKey } = planned;
      await timed(progress, { clock, onChange }, async () =>
        'draft' in attempt
          ? (await ura.submit(attempt.draft, { idempotencyKey })).id
          : replay(attempt.replayOf),
      );
    },
  };
}

/** Sends a matter and writes down what came back; it does not throw. */
export async function timed(
  progress: Progress,
  { clock, onChange }: Pick<DeskSettings, 'clock' | 'onChange'>,
  send: () => Promise<string>,
): Promise<void> {
  progress.submittedAt = clock.now();
  const since = performance.now();
  try {
    progress.id = await send();
  } catch (error) {
    if (error instanceof UraRefused) progress.turnedAway = { status: error.status, code: error.code };
    else progress.failure = (error as Error).message;
  }
  progress.askedMs = performance.now() - since;
  onChange(progress);
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
