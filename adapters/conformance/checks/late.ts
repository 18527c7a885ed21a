import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { SignatureRefused } from '../../../src/signing/refusals.js';
import type { Exchange, OpenedCallback } from '../../adapter.js';
import { type Check, comes, must, mustBe } from '../check.js';
import type { Scene } from '../scene.js';

/** Answers that are not there at once. */
export const lateChecks: readonly Check[] = [
  {
    id: 'late-by-poll',
    mustHold:
      'takes a promise for a promise, asks again until the answer is there, and takes no other ticket',
    async run(scene) {
      const { adapter } = scene;
      if (adapter.poll === undefined)
        return { notApplicable: 'the registry cannot be asked for late answers' };
      const far = await promised(scene, 600_000, ['late-poll', 'late']);
      must(far !== undefined, 'it can be asked for late answers, and no sample comes late');
      const still = await adapter.poll(far.exchange, far.ticket, new AbortController().signal);
      must(mustBe(still, 'pending').ticket === far.ticket, 'the ticket changed');
      const other = await adapter.poll(far.exchange, `${far.ticket}0`, new AbortController().signal);
      must(other.outcome.kind !== 'answered' && other.outcome.kind !== 'refused', 'another ticket was taken');
      const near = await promised(scene, 300, ['late-poll', 'late']);
      must(near !== undefined, 'the second question was not promised');
      await pollUntilAnswered(scene, near.exchange, near.ticket);
      return undefined;
    },
  },
  {
    id: 'late-by-callback',
    mustHold: 'opens an answer that the registry brings, ties it to its question alone, and acknowledges it',
    async run(scene) {
      const opened = await delivered(scene);
      if (opened === undefined) return { notApplicable: 'the registry never calls' };
      const { callback, exchange, ticket } = opened;
      must(callback.messageId === exchange.messageId, 'it names another question');
      const { evidence, evidenceType } = mustBe(await callback.read(exchange, ticket), 'answered');
      must(scene.validateEvidence(evidenceType, evidence).length === 0, 'the evidence is not valid');
      mustBe(await callback.read({ ...exchange, messageId: randomUUID() }, ticket), 'invalid');
      mustBe(await callback.read(exchange, `${ticket}0`), 'invalid');
      return undefined;
    },
  },
  {
    id: 'callback-tampered',
    mustHold: 'opens no callback whose content was changed on its way',
    async run(scene) {
      const { adapter, callbacks } = scene;
      const open = adapter.openCallback;
      if (open === undefined) return { notApplicable: 'the registry never calls' };
      const verdicts: string[] = [];
      // Before the honest message: otherwise the replay set alone would refuse it.
      callbacks.answer = async (message) => {
        verdicts.push(await whatBecomesOf(open({ ...message, body: changed(message.body) })));
        throw new Error('never acknowledged');
      };
      must(
        (await promised(scene, 100, ['late-callback'])) !== undefined,
        'no sample is answered by a callback',
      );
      await comes(() => verdicts.length > 0, 'no callback was brought');
      must(verdicts[0] === 'refused', `the changed message was ${verdicts[0]}`);
      return undefined;
    },
  },
];

/** Another UUID in the place of every one: the question that it names among them. */
function changed(body: Uint8Array): Uint8Array {
  const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=<)/g;
  return Buffer.from(Buffer.from(body).toString('utf8').replace(uuid, randomUUID()));
}

async function whatBecomesOf(opening: Promise<OpenedCallback>): Promise<string> {
  try {
    await opening;
    return 'opened';
  } catch (error) {
    return error instanceof SignatureRefused ? 'refused' : 'neither opened nor refused';
  }
}

interface Promised {
  readonly exchange: Exchange;
  readonly ticket: string;
}

/** Asks until one question is promised for later; each operation whose samples succeed is tried. */
async function promised(
  scene: Scene,
  delayMs: number,
  behaviours: readonly string[],
): Promise<Promised | undefined> {
  const told = behaviours.some((behaviour) => scene.tell({ behaviour, delayMs }));
  if (!told) return undefined;
  for (const sample of scene.samples.filter(({ situation }) => situation === 'success')) {
    const exchange = scene.question(sample);
    const { outcome } = await scene.ask(exchange);
    if (outcome.kind === 'pending') return { exchange, ticket: outcome.ticket };
  }
  return undefined;
}

/** @throws {Violation} when the answer is something else, or has not come within five seconds. */
export async function pollUntilAnswered(
  { adapter, validateEvidence }: Scene,
  exchange: Exchange,
  ticket: string,
): Promise<void> {
  must(adapter.poll !== undefined, 'it takes a promise, and cannot ask for what was promised');
  const endsAt = performance.now() + 5_000;
  for (;;) {
    const exchanged = await adapter.poll(exchange, ticket, new AbortController().signal);
    if (exchanged.outcome.kind !== 'pending') {
      const { evidence, evidenceType } = mustBe(exchanged, 'answered');
      must(validateEvidence(evidenceType, evidence).length === 0, 'the evidence is not valid');
      return;
    }
    must(performance.now() < endsAt, 'the late answer never came');
    await wait(50);
  }
}

/** A callback that the adapter opened and acknowledged; undefined where the registry never calls. */
async function delivered(
  scene: Scene,
): Promise<(Promised & { readonly callback: OpenedCallback }) | undefined> {
  const { adapter, callbacks } = scene;
  if (adapter.openCallback === undefined) return undefined;
  const seen: OpenedCallback[] = [];
  callbacks.answer = async (message) => {
    const opened = await adapter.openCallback?.(message);
    if (opened === undefined) throw new Error('it opens no callbacks');
    const answer = await opened.acknowledge('taken');
    seen.push(opened);
    return answer;
  };
  const question = await promised(scene, 300, ['late-callback']);
  must(question !== undefined, 'it opens callbacks, and no sample is answered by one');
  await comes(() => seen.length > 0, 'no callback was brought that it opened');
  const [callback] = seen;
  must(callback !== undefined, 'no callback was opened');
  return { ...question, callback };
}
