import type { Outcome } from '../../../contracts/outcome.js';
import type { Sample } from '../../simulator-kind.js';
import { type Check, must, mustBe } from '../check.js';
import type { Scene } from '../scene.js';
import { pollUntilAnswered } from './late.js';

/** Situations whose samples must come to something else than an answer. */
const special = ['refusal', 'manual', 'late'];

/** What is asked by the simulator's own samples, and what must come of it. */
export const sampleChecks: readonly Check[] = [
  {
    id: 'operations',
    mustHold:
      'has the operations that it promises, each of a known evidence type and with a sample that succeeds',
    async run({ kind, adapter, samples, validateEvidence }) {
      const promised = kind.operations().map(({ name }) => name);
      must(promised.length > 0, 'it promises no operation');
      must([...adapter.operations.keys()].join() === promised.join(), 'it opens with other operations');
      must(adapter.name === kind.name, 'it opens under another name');
      for (const { name, evidenceType } of adapter.operations.values()) {
        const [error] = validateEvidence(evidenceType, undefined);
        must(error !== '/ unknown-evidence-type', `${name}: there is no canonical schema ${evidenceType}`);
        const succeeds = samples.some((each) => each.operation === name && each.situation === 'success');
        must(succeeds, `${name}: no sample of a success`);
      }
      const odd = samples.find(({ operation }) => !adapter.operations.has(operation));
      must(odd === undefined, `a sample of ${odd?.operation}, which it does not have`);
      return undefined;
    },
  },
  situation('success', 'answered', 'answers what the registry knows'),
  situation('empty', 'answered', 'takes an empty answer for an answer'),
  situation('refusal', 'refused', "hands on the registry's refusal, with its code"),
  situation('manual', 'manual', 'leaves to an officer what the registry leaves to people'),
  {
    id: 'other-samples',
    mustHold: 'answers the samples of every further situation',
    async run(scene) {
      const known = ['success', 'empty', ...special];
      const further = scene.samples.filter((sample) => !known.includes(sample.situation));
      if (further.length === 0) return { notApplicable: 'the simulator has no further situation' };
      for (const sample of further) await comesTo(scene, sample, 'answered');
      return undefined;
    },
  },
  {
    id: 'late-samples',
    mustHold: 'takes a promise for a promise, and gets the answer by asking again',
    async run(scene) {
      const late = scene.samples.filter(({ situation }) => situation === 'late');
      if (late.length === 0) return { notApplicable: 'the simulator has no sample that comes late' };
      for (const sample of late) {
        const exchange = scene.question(sample);
        const { ticket } = mustBe(await scene.ask(exchange), 'pending');
        await pollUntilAnswered(scene, exchange, ticket);
      }
      return undefined;
    },
  },
  {
    id: 'evidence-valid',
    mustHold: 'gives evidence that its canonical schema accepts and that is about what was asked',
    async run(scene) {
      for (const sample of scene.samples.filter(({ situation }) => !special.includes(situation))) {
        const exchange = scene.question(sample);
        const { evidence, evidenceType } = mustBe(await scene.ask(exchange), 'answered');
        const operation = scene.adapter.operations.get(exchange.operation);
        must(evidenceType === operation?.evidenceType, `${exchange.operation}: evidence of another type`);
        const [error] = scene.validateEvidence(evidenceType, evidence);
        must(error === undefined, `${exchange.operation}: ${error}`);
        must(operation.mismatch !== undefined, `${exchange.operation}: cannot tell an answer about another`);
        const differs = operation.mismatch(evidence, exchange);
        must(differs === undefined, `${exchange.operation}: ${differs}`);
      }
      return undefined;
    },
  },
  {
    id: 'evidence-bytes',
    mustHold:
      'keeps question and answer as they were sent and received, and says which key verified the answer',
    async run(scene) {
      const asked = scene.samples.filter(({ situation }) => ['success', 'refusal'].includes(situation));
      for (const sample of asked) {
        const { requestBytes, answerBytes, answerSignedBy } = await scene.ask(scene.question(sample));
        const { situation, operation } = sample;
        must((requestBytes?.length ?? 0) > 0, `${operation}, ${situation}: no bytes of the question`);
        must((answerBytes?.length ?? 0) > 0, `${operation}, ${situation}: no bytes of the answer`);
        must(answerSignedBy !== undefined, `${operation}, ${situation}: no name of the key`);
      }
      return undefined;
    },
  },
];

function situation(name: string, kind: Outcome['kind'], mustHold: string): Check {
  return {
    id: name,
    mustHold,
    async run(scene) {
      const samples = scene.samples.filter((sample) => sample.situation === name);
      if (samples.length === 0) return { notApplicable: 'the simulator has no such sample' };
      for (const sample of samples) await comesTo(scene, sample, kind);
      return undefined;
    },
  };
}

async function comesTo(scene: Scene, sample: Sample, kind: Outcome['kind']): Promise<void> {
  mustBe(await scene.ask(scene.question(sample)), kind);
}
