import { registryNames } from './configuration.js';
import type { Scene } from './scene.js';

/** Everybody who has to do with the gateways on a usual day. */
export interface Everybody {
  /** Submissions that a gateway accepted so far, over HTTP. */
  readonly accepted: number;
  stop(): Promise<void>;
}

/**
 * Clients that ask, have acts done and wait for late answers, over HTTP; one that submits the same over Kafka; cases of
 * a procedure; and an operator.
 */
export function startEverybody({ fleet, operator }: Scene): Everybody {
  const common = { registries: registryNames, natures: ['question', 'act', 'late'], pauseMs: 100 } as const;
  const overHttp = fleet.start({ ...common, workers: 4, cases: 0.1 });
  const overKafka = fleet.start({ ...common, workers: 1, over: 'kafka' });
  const desk = operator.start({ meddles: true });
  return {
    get accepted() {
      return overHttp.accepted;
    },
    async stop() {
      await Promise.all([overHttp.stop(), overKafka.stop(), desk.stop()]);
    },
  };
}
