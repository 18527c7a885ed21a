import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { NotInTime } from '../../support/wait-for.js';
import type { RegistryName } from './configuration.js';
import { type CourierParts, openHttpCourier, openKafkaCourier, type Submission } from './couriers.js';
import { type Nature, type Questions, questions } from './drafts.js';

/** How a group of clients behaves. */
export interface LoadSettings {
  /** Clients that submit at once. */
  readonly workers: number;
  readonly registries: readonly RegistryName[];
  /** What may be asked of them. Default: questions alone. */
  readonly natures?: readonly Nature[];
  /** Default `http`. */
  readonly over?: 'http' | 'kafka';
  /** Pause of a client after each submission, milliseconds. */
  readonly pauseMs?: number;
  /** How long each waits for the result in the same call, seconds. Default: sometimes 2, sometimes not at all. */
  readonly waitSeconds?: number;
  /** Ends by itself after so many submissions. Default: goes on until stopped. */
  readonly submissions?: number;
  /** Share of submissions that are cases of a procedure. Default 0. */
  readonly cases?: number;
}

/** A running group of clients. */
export interface Load {
  /** How many were accepted so far. */
  readonly accepted: number;
  /** Resolves when all `submissions` were accepted. */
  readonly done: Promise<void>;
  /** Takes no new submissions, and goes on with those under way until each is accepted. */
  stop(): Promise<void>;
}

export interface Fleet {
  start(settings: LoadSettings): Load;
  /** Ends every load, whether or not it was stopped. */
  close(): Promise<void>;
}

export interface FleetParts extends CourierParts {
  /** Nobody insists longer than this on one submission, milliseconds. */
  readonly insistMs: number;
}

/** No broker may be there for longer than no gateway is. */
const INSIST_ON_KAFKA_FACTOR = 4;
/** A few submissions share a matter, so that there is an order to keep. */
const MATTER_LENGTH = 4;

/**
 * Clients of two municipalities. Each submission is sent, under one idempotency key, to one gateway after another, or
 * to Kafka, until it is taken; every attempt is written down.
 */
export async function openFleet(parts: FleetParts): Promise<Fleet> {
  const couriers = { http: await openHttpCourier(parts), kafka: await openKafkaCourier(parts) };
  const asking = questions();
  const { gateways } = parts;
  let isClosed = false;
  return {
    start(settings) {
      const { over = 'http' } = settings;
      const insistMs = over === 'kafka' ? parts.insistMs * INSIST_ON_KAFKA_FACTOR : parts.insistMs;
      return startLoad(settings, asking, async (submission) => {
        const idempotencyKey = randomUUID();
        const until = Date.now() + insistMs;
        for (let turn = randomInt(gateways.length); ; turn += 1) {
          if (isClosed) throw new Error('the fleet was closed before this was taken');
          if (await couriers[over].send(submission, idempotencyKey, turn)) return;
          if (Date.now() > until) throw new NotInTime(`nobody took ${idempotencyKey} within ${insistMs} ms`);
          await sleep(50 + randomInt(250));
        }
      });
    },
    async close() {
      isClosed = true;
      await Promise.all(Object.values(couriers).map((courier) => courier.close()));
    },
  };
}

function startLoad(
  settings: LoadSettings,
  asking: Questions,
  insist: (submission: Submission) => Promise<void>,
): Load {
  const { workers, registries, natures = ['question'], pauseMs = 0, cases = 0 } = settings;
  let left = settings.submissions ?? Number.POSITIVE_INFINITY;
  let accepted = 0;
  const work = async (): Promise<void> => {
    let caseId = '';
    for (let position = 0; left > 0; position += 1) {
      left -= 1;
      if (position % MATTER_LENGTH === 0) caseId = `CHAOS-${randomUUID().slice(0, 13)}`;
      const waitSeconds = settings.waitSeconds ?? randomInt(2) * 2;
      if (randomInt(1_000) < cases * 1_000) {
        const body = asking.nextCase(caseId);
        await insist({ kind: 'case', municipality: '20', caseId, body, waitSeconds: 0 });
      } else {
        const question = asking.next(registries, natures);
        const { municipality, registry } = question;
        await insist({
          kind: 'request',
          municipality,
          caseId,
          body: question.draft(caseId),
          waitSeconds,
          registry,
        });
      }
      accepted += 1;
      if (pauseMs > 0) await sleep(randomInt(2 * pauseMs));
    }
  };
  const done = Promise.all(Array.from({ length: workers }, work)).then(() => {});
  // Whoever stops or waits learns of a failure; until then it is nobody's unhandled rejection.
  done.catch(() => {});
  return {
    get accepted() {
      return accepted;
    },
    done,
    stop() {
      left = 0;
      return done;
    },
  };
}
