import { type Check, must, mustBe, type NotApplicable } from '../check.js';
import type { Scene } from '../scene.js';

const noStatus: NotApplicable = { notApplicable: 'the registry does not tell what became of a message id' };

/** What must not be executed twice, and how it is found out whether it was executed. */
export const statusChecks: readonly Check[] = [
  {
    id: 'act-again',
    mustHold:
      'has a simulator that executes an act each time that it comes, so that a blind repetition is seen',
    async run(scene) {
      const acts = samplesOfActs(scene);
      if (acts.length === 0) return { notApplicable: 'every operation is executed once for each message id' };
      for (const sample of acts) {
        const exchange = scene.question(sample);
        const { executed } = scene.simulator.journal();
        mustBe(await scene.ask(exchange), 'answered');
        mustBe(await scene.ask(exchange), 'answered');
        const times = scene.simulator.journal().executed - executed;
        must(times === 2, `${sample.operation}: the journal shows ${times} executions of two`);
      }
      return undefined;
    },
  },
  {
    id: 'status-executed',
    mustHold:
      'finds an answer that was lost by asking what became of its message id, and executes nothing by it',
    async run(scene) {
      if (scene.adapter.status === undefined) return noStatus;
      const [act] = samplesOfActs(scene);
      const exchange = scene.question(act);
      scene.tell({ behaviour: 'drop-after-execution', count: 1 });
      mustBe(await scene.ask(exchange), 'unknown', 'connection-lost');
      const { executed } = scene.simulator.journal();
      for (let nth = 0; nth < 2; nth += 1) {
        const told = await scene.adapter.status(exchange, new AbortController().signal);
        const { evidence, evidenceType } = mustBe(told, 'answered');
        const [error] = scene.validateEvidence(evidenceType, evidence);
        must(error === undefined, `the evidence is not valid: ${error}`);
        must(told.answerSignedBy !== undefined, 'no name of the key');
        must((told.answerBytes?.length ?? 0) > 0, 'no bytes of the answer');
      }
      must(scene.simulator.journal().executed === executed, 'asking executed something');
      return undefined;
    },
  },
  {
    id: 'status-refused',
    mustHold: 'hands on a refusal that was lost',
    async run(scene) {
      if (scene.adapter.status === undefined) return noStatus;
      const sample = scene.samples.find(({ situation }) => situation === 'refusal');
      if (sample === undefined) return { notApplicable: 'the simulator has no sample of a refusal' };
      const exchange = scene.question(sample);
      const { code } = mustBe(await scene.ask(exchange), 'refused');
      const told = mustBe(await scene.adapter.status(exchange, new AbortController().signal), 'refused');
      must(told.code === code, `the code is ${told.code}, and was ${code}`);
      return undefined;
    },
  },
  {
    id: 'status-not-executed',
    mustHold: 'knows from the registry that a message id was not executed, and takes nothing else for that',
    async run(scene) {
      const { status } = scene.adapter;
      if (status === undefined) return noStatus;
      const ask = () => status(scene.question(), new AbortController().signal);
      mustBe(await ask(), 'unavailable', 'not-executed');
      scene.tell({ behaviour: 'fault', faultCode: 'BUSY', count: 1 });
      mustBe(await ask(), 'unavailable', 'registry-busy');
      scene.tell({ behaviour: 'drop-after-execution', count: 1 });
      mustBe(await ask(), 'unknown', 'connection-lost');
      return undefined;
    },
  },
  {
    id: 'status-untrusted',
    mustHold:
      'believes no word about a message id that is not signed, signed by a stranger or about another one',
    async run(scene) {
      if (scene.adapter.status === undefined) return noStatus;
      for (const behaviour of ['unsigned', 'wrong-signer', 'other-answer']) {
        const exchange = scene.question();
        mustBe(await scene.ask(exchange), 'answered');
        must(scene.tell({ behaviour, count: 1 }), `the simulator has no behaviour ${behaviour}`);
        mustBe(await scene.adapter.status(exchange, new AbortController().signal), 'invalid');
      }
      return undefined;
    },
  },
];

function samplesOfActs({ samples, adapter }: Scene) {
  return samples.filter(
    ({ situation, operation }) =>
      situation === 'success' && adapter.operations.get(operation)?.idempotentByMessageId === false,
  );
}
