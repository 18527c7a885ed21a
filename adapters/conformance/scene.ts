import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEvidenceValidator, type ValidateEvidence } from '../../contracts/canonical/validate.js';
import { type Clock, systemClock } from '../../src/clock.js';
import { uuidV7 } from '../../src/ids.js';
import { generateDevelopmentKeys } from '../../src/signing/development-keys.js';
import { createVerifyPool } from '../../src/signing/xml/verify-in-worker.js';
import type { Adapter, Exchange, Exchanged } from '../adapter.js';
import type { AdapterKind } from '../adapter-kind.js';
import type { Sample, Simulator, SimulatorControl } from '../simulator-kind.js';
import { type CallbackReceiver, startCallbackReceiver } from './callback-receiver.js';
import { prepareAdapter } from './gateway-profile.js';

/** An adapter, its simulated registry and everything around them, all real. */
export interface Scene {
  readonly kind: AdapterKind;
  readonly adapter: Adapter;
  readonly simulator: Simulator;
  readonly samples: readonly Sample[];
  readonly callbacks: CallbackReceiver;
  readonly validateEvidence: ValidateEvidence;
  /** A new question with a message id of its own; of the first sample that succeeds unless one is given. */
  question(sample?: Sample, changes?: Partial<Exchange>): Exchange;
  /** Asks, and waits for the outcome. */
  ask(exchange: Exchange, adapter?: Adapter): Promise<Exchanged>;
  /** @returns false when the simulator has no such behaviour. */
  tell(control: SimulatorControl): boolean;
  /** Another adapter, to the same registry or to one at another address. */
  open(changes: { readonly callTimeoutMs?: number; readonly endpoint?: string }): Promise<Adapter>;
  /** Another registry with the same keys, on a port of its own. */
  startAnother(): Promise<Simulator>;
  close(): Promise<void>;
}

export interface SceneOptions {
  /** Development keys that are there already; missing ones are made. Default: a folder of its own, removed at the end. */
  readonly keysFolder?: string;
  readonly clock?: Clock;
}

const population = { seed: 2026, people: 300 } as const;
/** Longer than any answer of a simulator that was not told to wait. */
const callTimeoutMs = 10_000;

/** @throws {Error} when the simulator does not start or the adapter does not open. */
export async function openScene(kind: AdapterKind, options: SceneOptions = {}): Promise<Scene> {
  const { clock = systemClock } = options;
  const closing: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const one of closing.splice(0).reverse()) await one();
  };
  try {
    let { keysFolder } = options;
    if (keysFolder === undefined) {
      const folder = await mkdtemp(join(tmpdir(), 'ura-conformance-'));
      closing.push(() => rm(folder, { recursive: true, force: true }));
      keysFolder = folder;
    }
    await generateDevelopmentKeys(keysFolder, { clock, registryKeys: kind.keys });
    const callbacks = await startCallbackReceiver(`/v1/callbacks/${kind.name}`);
    closing.push(() => callbacks.close());

    const stand = await kind.simulator();
    const settings = { ...population, port: 0, keysFolder, callbackUrl: callbacks.url, clock };
    const start = async (): Promise<Simulator> => {
      const started = await stand.start(settings);
      let closed: Promise<void> | undefined;
      const once = { ...started, close: () => (closed ??= started.close()) };
      closing.push(once.close);
      return once;
    };
    const simulator = await start();

    const validateEvidence = createEvidenceValidator();
    const ids = uuidV7(clock);
    const pool = createVerifyPool();
    closing.push(() => pool.close());
    const openAdapter = await prepareAdapter(kind, keysFolder, {
      clock,
      validateEvidence,
      pool,
      nextId: () => ids.next(),
    });
    const open: Scene['open'] = async ({ endpoint = simulator.endpoint, ...timeouts }) => {
      const adapter = await openAdapter({
        endpoint,
        to: endpoint,
        callbackUrl: callbacks.url,
        connectTimeoutMs: 2_000,
        callTimeoutMs,
        maxSockets: 8,
        options: stand.gateway.options?.({ endpoint, to: endpoint }) ?? {},
        ...timeouts,
      });
      closing.push(() => adapter.close());
      return adapter;
    };
    const adapter = await open({});
    const samples = stand.samples(population);
    const success = samples.find(({ situation }) => situation === 'success');
    if (success === undefined) throw new Error(`the simulator of ${kind.name} has no sample of a success`);

    return {
      kind,
      adapter,
      simulator,
      samples,
      callbacks,
      validateEvidence,
      question: (sample = success, changes = {}) => questionOf(sample, clock, changes),
      // One signal for each call: listeners add up on a shared one.
      ask: (exchange, by = adapter) => by.call(exchange, new AbortController().signal),
      tell(control) {
        try {
          simulator.control(control);
          return true;
        } catch (error) {
          if (error instanceof TypeError) return false;
          throw error;
        }
      },
      open,
      startAnother: start,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function questionOf(
  { operation, subject, parameters }: Sample,
  clock: Clock,
  changes: Partial<Exchange>,
): Exchange {
  return {
    messageId: randomUUID(),
    operation,
    subject,
    parameters,
    purpose: 'social-housing',
    legalBasis: 'Ligji 22/2018, neni 13',
    requester: { organisation: 'Bashkia Shembull', officer: 'officer-117', unit: 'Zyra me një ndalesë' },
    caseId: '20-2026-000117',
    deadlineAt: clock.now() + 60_000,
    ...changes,
  };
}
