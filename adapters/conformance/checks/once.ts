import { isDeepStrictEqual } from 'node:util';
import { type Check, must, mustBe } from '../check.js';

/** What is asked again is executed once. */
export const onceChecks: readonly Check[] = [
  {
    id: 'duplicate',
    mustHold: 'asks the same exchange twice under one message id: executed once, with the same answer',
    async run(scene) {
      const exchange = scene.question();
      const before = scene.simulator.journal();
      const first = mustBe(await scene.ask(exchange), 'answered');
      const second = mustBe(await scene.ask(exchange), 'answered');
      const { executed, repeated } = scene.simulator.journal();
      must(executed === before.executed + 1, `the registry executed it ${executed - before.executed} times`);
      must(repeated === before.repeated + 1, 'the registry did not see a repetition');
      must(isDeepStrictEqual(first.evidence, second.evidence), 'the second answer differs from the first');
      return undefined;
    },
  },
  {
    id: 'drop-after-execution',
    mustHold:
      'does not know what became of a question whose answer was lost, and finds the answer by asking again',
    async run(scene) {
      const exchange = scene.question();
      const operation = scene.adapter.operations.get(exchange.operation);
      const { executed } = scene.simulator.journal();
      scene.tell({ behaviour: 'drop-after-execution', count: 1 });
      mustBe(await scene.ask(exchange), 'unknown', 'connection-lost');
      must(scene.simulator.journal().executed === executed + 1, 'the simulator did not execute it');
      if (operation?.idempotentByMessageId !== true) {
        return { notApplicable: 'the registry promises nothing about repetitions' };
      }
      mustBe(await scene.ask(exchange), 'answered');
      must(scene.simulator.journal().executed === executed + 1, 'the registry executed it again');
      return undefined;
    },
  },
];
