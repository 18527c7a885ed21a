import { setTimeout as wait } from 'node:timers/promises';
import { type Check, comes, must, mustBe } from '../check.js';

/** Shorter than any test wants to wait, long enough for a question to arrive on a busy machine. */
const hastyMs = 700;

/** Registries that are busy, slow, silent or away: what surely was not executed is told from what may have been. */
export const failureChecks: readonly Check[] = [
  {
    id: 'busy',
    mustHold: 'knows that nothing was executed when the registry says that it is busy',
    async run(scene) {
      const { executed } = scene.simulator.journal();
      must(scene.tell({ behaviour: 'fault', faultCode: 'BUSY' }), 'the simulator cannot be busy');
      mustBe(await scene.ask(scene.question()), 'unavailable', 'registry-busy');
      must(scene.simulator.journal().executed === executed, 'the registry executed it');
      return undefined;
    },
  },
  {
    id: 'slow',
    mustHold: 'waits for an answer that comes within the time for a call',
    async run(scene) {
      scene.tell({ behaviour: 'slow', delayMs: 200 });
      mustBe(await scene.ask(scene.question()), 'answered');
      return undefined;
    },
  },
  {
    id: 'timeout',
    mustHold: 'does not know what became of a question that is not answered in time, and keeps its bytes',
    async run(scene) {
      scene.tell({ behaviour: 'silent' });
      const exchanged = await scene.ask(scene.question(), await scene.open({ callTimeoutMs: hastyMs }));
      mustBe(exchanged, 'unknown', 'call-timeout');
      must((exchanged.requestBytes?.length ?? 0) > 0, 'no bytes of the question are kept');
      return undefined;
    },
  },
  {
    id: 'deadline',
    mustHold: 'gives up at the deadline of the exchange, and sends nothing after it',
    async run(scene) {
      scene.tell({ behaviour: 'silent' });
      const soon = scene.question(undefined, { deadlineAt: Date.now() + hastyMs });
      mustBe(await Promise.race([scene.ask(soon), tooLate()]), 'unknown', 'call-timeout');
      scene.tell({ behaviour: 'normal' });
      const { executed } = scene.simulator.journal();
      const over = await scene.ask(scene.question(undefined, { deadlineAt: Date.now() - 1 }));
      mustBe(over, 'unavailable', 'call-timeout');
      must(over.requestBytes === undefined, 'bytes are kept of what was never sent');
      must(scene.simulator.journal().executed === executed, 'it asked after the deadline');
      return undefined;
    },
  },
  {
    id: 'stopped',
    mustHold: 'does not know what became of a question that it was told to give up',
    async run(scene) {
      const { executed } = scene.simulator.journal();
      scene.tell({ behaviour: 'slow', delayMs: 60_000 });
      const stopping = new AbortController();
      const asked = scene.adapter.call(scene.question(), stopping.signal);
      await comes(() => scene.simulator.journal().executed > executed, 'the question never arrived');
      stopping.abort();
      mustBe(await asked, 'unknown', 'stopped');
      return undefined;
    },
  },
  {
    id: 'down',
    mustHold: 'does not know what became of a question whose connection was cut',
    async run(scene) {
      scene.tell({ behaviour: 'down' });
      mustBe(await scene.ask(scene.question()), 'unknown', 'connection-lost');
      return undefined;
    },
  },
  {
    id: 'nobody-there',
    mustHold: 'knows that nothing was executed when nobody listens, and keeps no bytes',
    async run(scene) {
      const gone = await scene.startAnother();
      await gone.close();
      const exchanged = await scene.ask(scene.question(), await scene.open({ endpoint: gone.endpoint }));
      mustBe(exchanged, 'unavailable', 'connect-refused');
      must(exchanged.requestBytes === undefined, 'bytes are kept of what was never sent');
      return undefined;
    },
  },
  {
    id: 'probe',
    mustHold: 'says whether the registry can be reached',
    async run(scene) {
      const other = await scene.startAnother();
      const adapter = await scene.open({ endpoint: other.endpoint });
      must(await adapter.probe(new AbortController().signal), 'it does not reach a registry that runs');
      await other.close();
      must(!(await adapter.probe(new AbortController().signal)), 'it reaches a registry that is gone');
      return undefined;
    },
  },
  {
    id: 'unmappable',
    mustHold: "sends no question that the registry's contract does not allow",
    async run(scene) {
      const { executed } = scene.simulator.journal();
      const { subject } = scene.question();
      const exchange = scene.question(undefined, { subject: { ...subject, notation: '' } });
      const exchanged = await scene.ask(exchange);
      mustBe(exchanged, 'invalid');
      must(exchanged.requestBytes === undefined, 'the question was sent');
      must(scene.simulator.journal().executed === executed, 'the registry executed it');
      return undefined;
    },
  },
];

async function tooLate(): Promise<never> {
  // Far from the deadline, so that only an adapter that ignores it comes so late.
  await wait(8_000, undefined, { ref: false });
  throw new Error('it still waits, long after the deadline');
}
