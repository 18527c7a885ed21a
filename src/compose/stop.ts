import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveConfig } from '../config/live-config.js';
import { stopServer } from '../http/listening.js';
import type { VerifyPool } from '../signing/xml/verify-in-worker.js';
import type { composeApplications } from './applications.js';
import type { Dispatching } from './dispatch.js';
import type { composeIntake } from './intake.js';
import type { ComposedProcedures } from './procedures.js';
import type { ComposedRegistries } from './registries.js';
import type { Relaying } from './relay.js';
import type { OpenStore } from './store.js';
import type { Topics } from './topics.js';

/** What runs in a gateway and has to end with it. */
export interface Running {
  /** How long it goes on to take requests while `/health/ready` fails already, milliseconds. */
  readonly drainMs: number;
  readonly server: Server;
  readonly live: LiveConfig;
  readonly topics: Topics;
  readonly intake: ReturnType<typeof composeIntake>;
  readonly dispatching: Dispatching;
  readonly applications: ReturnType<typeof composeApplications>;
  readonly procedures: ComposedProcedures;
  readonly registries: ComposedRegistries;
  readonly relaying: Relaying;
  readonly pool: VerifyPool;
  readonly store: OpenStore;
}

/** Calls in flight get this long to end when the process is asked to stop, milliseconds. */
const STOP_GRACE_MS = 5_000;
/** The outbox gets this long to empty after that, milliseconds. */
const RELAY_GRACE_MS = 2_000;

/** Ends a gateway in the direction in which requests go through it, so that nothing is taken that nobody finishes. */
export async function stopInOrder(running: Running): Promise<void> {
  const { server, dispatching, applications, relaying } = running;
  // Whoever spreads the load sees `/health/ready` fail, and sends nothing more.
  await sleep(running.drainMs);
  running.topics.stop();
  running.live.stop();
  dispatching.waiting.wakeAll();
  // Their offsets are committed as they end; what is in hand then is brought again and found to be taken.
  const intakeStopped = Promise.race([running.intake.stop(), sleep(STOP_GRACE_MS)]);
  const dispatched = dispatching.dispatcher.stop(STOP_GRACE_MS);
  await Promise.all([stopServer(server), dispatched, applications.webhooks.stop()]);
  await intakeStopped;
  await running.procedures.engine.stop();
  await running.registries.stop();
  // A broker that hangs must not hold up the stop: what it has not confirmed stays in the outbox.
  const relayed = relaying.relay.stop();
  await dispatching.signals.stop();
  await Promise.race([relayed, sleep(RELAY_GRACE_MS)]);
  await relaying.close(500);
  await relayed;
  await Promise.all([...running.registries.adapters.values()].map((adapter) => adapter.close()));
  await running.pool.close();
  await running.store.close();
}
