import assert from 'node:assert/strict';
import type { Adapter, Exchange, Exchanged } from '../../../adapters/adapter.js';
import type { RestKind } from '../../../adapters/adapter-kind.js';
import type { behaviours } from '../../../adapters/rest/simulator/control.js';
import {
  type Sample,
  type Simulator,
  type SimulatorControl,
  standardBehaviours,
} from '../../../adapters/simulator-kind.js';
import type { Outcome } from '../../../contracts/outcome.js';
import { restKinds } from './definitions.js';
import { connect, question, startRegistry, textOf, unstopped } from './simulated-registry.js';

/** What each registry's own profile says about an answer that nobody signed, or somebody else, or for somebody else. */
const reasons = {
  'http-sig': { unsigned: 'signature-missing', stranger: 'keyid-unknown', other: 'signature-mismatch' },
  'modi-rest': { unsigned: 'modi-token-missing', stranger: 'keyid-unknown', other: 'answer-not-bound' },
} as const;
type Reasons = (typeof reasons)['http-sig'];

/** All REST registries alike: the adapter against the real simulator, over real HTTP. */
for (const kind of restKinds) {
  describe(`${kind.name} adapter with a simulated registry that misbehaves`, () => {
    const people = 300;
    let simulator: Simulator;
    let adapter: Adapter;
    let success: Sample;
    let profile: keyof typeof reasons;

    before(async () => {
      simulator = await startRegistry(kind, { people });
      adapter = await connect(kind, simulator.endpoint);
      const { samples: samplesOf, gateway } = await kind.simulator();
      profile = gateway.profile.profile as keyof typeof reasons;
      const samples = samplesOf({ people });
      success = samples.find(({ situation }) => situation === 'success') as Sample;
    });
    after(async () => {
      await adapter.close();
      await simulator.close();
    });
    beforeEach(() => simulator.control({ behaviour: 'normal' }));

    const exchange = (changes: Partial<Exchange> = {}) =>
      question(success.operation, success.subject, { parameters: success.parameters, ...changes });
    const ask = (asked: Exchange = exchange()) => adapter.call(asked, unstopped());
    async function told(control: SimulatorControl, callTimeoutMs = 10_000): Promise<Exchanged> {
      simulator.control(control);
      const hasty = await connect(kind, simulator.endpoint, { callTimeoutMs });
      try {
        return await hasty.call(exchange(), unstopped());
      } finally {
        await hasty.close();
      }
    }

    const invalid = (reason: string): Outcome => ({ kind: 'invalid', reason });
    const unknown = (reason: Extract<Outcome, { kind: 'unknown' }>['reason']): Outcome => {
      return { kind: 'unknown', reason };
    };
    /** Name, what the adapter makes of it, and whether the registry executed. */
    const table: Readonly<
      Record<keyof typeof behaviours, readonly [Outcome | 'answered' | keyof Reasons, 0 | 1]>
    > = {
      normal: ['answered', 1],
      slow: ['answered', 1],
      late: ['answered', 1],
      fault: [{ kind: 'unavailable', reason: 'registry-busy' }, 0],
      unsigned: ['unsigned', 1],
      'unsigned-fault': [unknown('unsigned-fault'), 1],
      'wrong-signer': ['stranger', 1],
      'other-answer': ['other', 1],
      'other-subject': [invalid('other-subject'), 1],
      garbage: [unknown('http-status'), 1],
      silent: [unknown('call-timeout'), 1],
      'half-open': [unknown('call-timeout'), 0],
      stalled: [unknown('call-timeout'), 1],
      'drop-after-execution': [unknown('connection-lost'), 1],
      down: [unknown('connection-lost'), 0],
    };

    for (const [behaviour, [expected, executed]] of Object.entries(table)) {
      it(`${behaviour}: ${typeof expected === 'string' ? expected : Object.values(expected).join(' ')}`, async () => {
        const before = simulator.journal().executed;
        const control = { behaviour, ...(behaviour === 'slow' ? { delayMs: 50 } : {}) };
        // Long enough to be executed; only those that never answer wait for the end of it.
        const isEndless = ['silent', 'half-open', 'stalled'].includes(behaviour);
        const exchanged = await told(control, isEndless ? 700 : 10_000);
        if (behaviour === 'late' && exchanged.outcome.kind === 'pending') {
          assert.ok(adapter.poll, 'only what can be asked for later may come late');
        } else if (expected === 'answered') {
          assert.equal(exchanged.outcome.kind, 'answered', JSON.stringify(exchanged.outcome));
          assert.notEqual(exchanged.answerSignedBy, undefined);
        } else {
          const outcome = typeof expected === 'string' ? invalid(reasons[profile][expected]) : expected;
          assert.deepEqual(exchanged.outcome, outcome);
        }
        assert.equal(simulator.journal().executed, before + executed);
        // Whatever may have been executed is proved by what was sent, and by all that came back.
        assert.match(textOf(exchanged.requestBytes), /"messageId"/);
        assert.equal(exchanged.requestMediaType, 'application/json');
      });
    }

    it('knows every behaviour that all simulators share', () => {
      for (const name of standardBehaviours) assert.ok(Object.hasOwn(table, name), name);
    });

    it('lets a behaviour befall every second question only', async () => {
      simulator.control({ behaviour: 'drop-after-execution', every: 2 });
      const kinds: string[] = [];
      for (let nth = 0; nth < 4; nth += 1) kinds.push((await ask()).outcome.kind);
      assert.deepEqual(kinds, ['answered', 'unknown', 'answered', 'unknown']);
    });

    it('answers a repetition with the stored answer, and refuses the id for another question', async () => {
      const asked = exchange();
      const first = await ask(asked);
      const { executed, repeated } = simulator.journal();
      const second = await ask(asked);
      assert.deepEqual(second.outcome, first.outcome);
      assert.notDeepEqual(second.requestMeta, first.requestMeta, 'each attempt is signed anew');
      assert.deepEqual(simulator.journal(), { executed, repeated: repeated + 1 });
      const { outcome } = await ask({ ...asked, purpose: 'kindergarten-registration' });
      assert.ok(outcome.kind === 'refused');
      assert.equal(outcome.code, 'BAD_REQUEST');
      assert.equal(simulator.journal().executed, executed);
    });

    it('finds the answer again after the connection was lost', async () => {
      simulator.control({ behaviour: 'drop-after-execution', count: 1 });
      const asked = exchange();
      assert.equal((await ask(asked)).outcome.kind, 'unknown');
      const { executed } = simulator.journal();
      assert.equal((await ask(asked)).outcome.kind, 'answered');
      assert.equal(simulator.journal().executed, executed);
    });

    it('gives up when the deadline comes before the answer, and does not ask after it', async () => {
      simulator.control({ behaviour: 'slow', delayMs: 60_000 });
      const late = await ask(exchange({ deadlineAt: Date.now() + 400 }));
      assert.deepEqual(late.outcome, unknown('call-timeout'));
      const { executed } = simulator.journal();
      const over = await ask(exchange({ deadlineAt: Date.now() - 1 }));
      assert.deepEqual(over.outcome, { kind: 'unavailable', reason: 'call-timeout' });
      assert.equal(over.requestBytes, undefined);
      assert.equal(simulator.journal().executed, executed);
    });

    it('does not know what became of a call that was stopped', async () => {
      simulator.control({ behaviour: 'silent' });
      const stopping = new AbortController();
      const { executed } = simulator.journal();
      const asked = adapter.call(exchange(), stopping.signal);
      while (simulator.journal().executed === executed)
        await new Promise((resolve) => setTimeout(resolve, 5));
      stopping.abort();
      assert.deepEqual((await asked).outcome, unknown('stopped'));
    });

    it('knows that nothing was executed when nobody listens', async () => {
      const gone = await startRegistry(kind, { people: 40 });
      const lost = await connect(kind, gone.endpoint);
      assert.equal(await lost.probe(unstopped()), true);
      await gone.close();
      const { outcome, requestBytes, answerBytes } = await lost.call(exchange(), unstopped());
      assert.deepEqual(outcome, { kind: 'unavailable', reason: 'connect-refused' });
      assert.deepEqual([requestBytes, answerBytes], [undefined, undefined]);
      assert.equal(await lost.probe(unstopped()), false);
      await lost.close();
    });

    it('does not know what became of a question whose signature the registry refused', async () => {
      const misaddressed = await connect(kind, simulator.endpoint, { to: 'https://elsewhere.example/v1' });
      const { executed } = simulator.journal();
      const { outcome } = await misaddressed.call(exchange(), unstopped());
      assert.deepEqual(outcome, unknown('unsigned-fault'));
      assert.equal(simulator.journal().executed, executed);
      await misaddressed.close();
    });

    it('keeps what is needed to verify question and answer again', async () => {
      const { requestMeta, answerMeta, answerMediaType } = await ask();
      assert.equal(requestMeta?.method, 'POST');
      assert.match(String(requestMeta?.targetUri), new RegExp(`^${simulator.endpoint}/`));
      assert.equal(answerMeta?.status, 200);
      assert.equal(answerMediaType, 'application/json');
      const fields =
        profile === 'http-sig'
          ? ['contentDigest', 'signatureInput', 'signature']
          : ['digest', 'agidJwtSignature'];
      for (const field of fields) {
        assert.ok(requestMeta?.[field], field);
        assert.ok(answerMeta?.[field], field);
        assert.notEqual(requestMeta?.[field], answerMeta?.[field]);
      }
    });
  });
}

describe('a REST adapter', () => {
  it('does not start with an address that no path can be put below', async () => {
    const [kind] = restKinds as readonly [RestKind];
    for (const to of ['urn:al:ura:registry:tax', 'http://127.0.0.1:1/v1?x=1', 'ftp://127.0.0.1/v1', 'no']) {
      await assert.rejects(connect(kind, 'http://127.0.0.1:1/v1', { to }), /^Error: to is not/);
    }
    await assert.rejects(connect(kind, 'urn:x'), /^Error: endpoint is not/);
  });
});
