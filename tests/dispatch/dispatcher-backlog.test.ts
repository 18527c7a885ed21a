import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Adapter, Exchange } from '../../adapters/adapter.js';
import { Dispatcher, type DispatchLane } from '../../src/dispatch/dispatcher.js';
import type { ClaimedRequest, Wanted } from '../../src/dispatch/lease-store.js';
import type { LeasedRequest } from '../../src/requests/request.js';
import type { Completion } from '../../src/results/complete.js';
import { acceptance } from '../requests/acceptance.js';
import { waitFor } from '../support/wait-for.js';
import { answered } from './dispatch-scene.js';

const hour = 3_600_000;
type Registry = 'civil' | 'tax';

/** A dispatcher of two registries whose store is only played: what counts here is when it looks for what. */
function twoRegistries() {
  const calls: Record<Registry, number> = { civil: 0, tax: 0 };
  const waiting: Record<Registry, number> = { civil: 0, tax: 0 };
  const play = {
    /** Before a look is answered. */
    look: async (_wanted: readonly Wanted[]): Promise<void> => {},
    call: async (_registry: Registry): Promise<void> => {},
    /** Before an outcome is written. */
    write: async (): Promise<void> => {},
  };
  const request = (adapter: Registry): LeasedRequest => ({
    ...acceptance({ request: { adapter } }).request,
    id: randomUUID(),
    state: 'dispatching',
    attempts: 1,
    updatedAt: Date.now(),
    deadlineAt: Date.now() + hour,
    abandoned: false,
  });
  const lane = (name: Registry): DispatchLane => {
    const operation = {
      name: 'family-composition',
      evidenceType: 'family-composition',
      idempotentByMessageId: true,
    };
    const adapter: Adapter = {
      name,
      operations: new Map([[operation.name, operation]]),
      async call(_: Exchange) {
        calls[name] += 1;
        await play.call(name);
        return {
          outcome: answered,
          requestBytes: Buffer.from('?'),
          answerBytes: Buffer.from('!'),
          answerMediaType: 'text/xml',
          timings: { signMs: 0, callMs: 0.001, verifyMs: 0 },
        };
      },
      probe: async () => true,
      close: async () => {},
    };
    const retry = { baseMs: 1, capMs: 5, maxInvalidAttempts: 3 };
    return { adapter, concurrency: 1, queueLimit: 16, retry, pollEveryMs: 1, statusPauseMs: 50 };
  };
  const dispatcher = new Dispatcher(
    { owner: 'me', leaseMs: hour, pollMs: hour },
    [lane('civil'), lane('tax')],
    {
      leases: {
        async claim(wanted) {
          await play.look(wanted);
          return wanted.flatMap(({ adapter, places }) => {
            const taken = Math.min(places, waiting[adapter as Registry]);
            waiting[adapter as Registry] -= taken;
            return Array.from(
              { length: taken },
              (): ClaimedRequest => ({ ...request(adapter as Registry), dueMs: 60_000 }),
            );
          });
        },
        renew: async (_, ids) => [...ids],
        release: async () => {},
      },
      requests: { overdue: async () => [] },
      completion: { apply: () => play.write() } as unknown as Completion,
      clock: { now: () => Date.now() },
      observer: { attempted: () => {}, alarm: () => {}, failed: (_, error) => assert.fail(error) },
    },
  );
  /** One that comes in now, as the intake hands it over. */
  const submit = (adapter: Registry): void => {
    const reserved = dispatcher.reserve(adapter, 'oss-fier');
    assert.ok(reserved);
    dispatcher.dispatch(request(adapter), reserved.place);
  };
  const share = (): number => dispatcher.lanes().find(({ adapter }) => adapter === 'civil')?.backlog ?? 0;
  return { dispatcher, calls, waiting, play, submit, share };
}

describe('a dispatcher with a backlog', function () {
  this.timeout(60_000);
  let scene: ReturnType<typeof twoRegistries>;
  beforeEach(() => {
    scene = twoRegistries();
  });
  afterEach(() => scene.dispatcher.stop(0));

  it('hears a lane that runs dry during the look of another', async () => {
    const { dispatcher, calls, waiting, play } = scene;
    Object.assign(waiting, { civil: 100, tax: 5 });
    let finishTax: () => void = () => {};
    const taxHolds = new Promise<void>((resolve) => (finishTax = resolve));
    let open: () => void = () => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    let looking: () => void = () => {};
    const looks = new Promise<void>((resolve) => (looking = resolve));
    play.call = async (registry) => {
      if (registry === 'tax') await taxHolds;
    };
    play.look = async (wanted) => {
      if (wanted.length > 1) return;
      looking();
      await gate;
    };
    dispatcher.start();
    await looks;
    finishTax();
    await waitFor(() => (calls.tax === 4 ? true : undefined), 'the four of the first look');
    await sleep(50);
    open();
    await waitFor(() => (calls.tax === 5 ? true : undefined), 'the fifth');
  });

  it('takes more and more of it while nobody else asks', async () => {
    const { dispatcher, waiting, play, share } = scene;
    waiting.civil = 1_000_000;
    play.call = () => sleep(5);
    dispatcher.start();
    await waitFor(() => (share() === 4 ? true : undefined), 'all that one call at once can have in stock');
  });

  it('yields to another registry whose requests take longer than they did without it', async () => {
    const { dispatcher, waiting, play, submit, share } = scene;
    let writeMs = 5;
    play.write = () => sleep(writeMs);
    for (let count = 0; count < 40; count += 1) {
      submit('tax');
      await sleep(10);
    }
    waiting.civil = 1_000_000;
    play.call = () => sleep(5);
    dispatcher.start();
    writeMs = 30;
    const counter = setInterval(() => submit('tax'), 50);
    await waitFor(() => (share() < 1 && share() > 0 ? true : undefined), 'rests').finally(() =>
      clearInterval(counter),
    );
  });
});
