import { randomInt } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { cutOff } from '../../support/cut-off.js';
import { percentile } from '../scene/client-journal.js';
import { registryNames } from '../scene/configuration.js';
import type { GatewayNode } from '../scene/gateway-node.js';
import type { Scene } from '../scene/scene.js';
import { type Campaign, pause } from './campaign.js';

/** So many connections are opened at once, so that the kernel's queue of those to be accepted does not overflow. */
const BATCH = 200;
/** A gateway may grow by so much under all of it, bytes: what an idle connection costs, many times over. */
const GROWTH_LIMIT = 512 << 20;
const MIB = 1 << 20;

/** Clients that send slowly, send nothing, or vanish; the healthy ones must not notice, and memory stays bounded. */
export const clients: Campaign = {
  name: 'clients',
  about: 'slow clients, idle connections, clients that vanish in the middle of a request',
  bounds: {
    slow: { long: 500, short: 50, about: 'clients that send a byte a second' },
    idle: { long: 10_000, short: 500, about: 'connections that are opened and say nothing' },
    vanishing: { long: 5_000, short: 200, about: 'clients that vanish in the middle of a request' },
    seconds: { long: 60, short: 6, about: 'seconds that all of it lasts' },
  },
  brokers: 1,

  async prepare() {
    // Each idle connection takes a descriptor of the gateway; the default of a shell is too low for that.
    return { settings: { openFiles: 16_000 }, release: async () => {} };
  },

  async play(scene, { bound, progress, signal }) {
    const [target] = scene.nodes as [GatewayNode];
    const load = scene.fleet.start({ workers: 4, registries: registryNames, pauseMs: 100, waitSeconds: 5 });
    await pause((bound('seconds') * 1_000) / 2, signal);
    const usual = scene.journal.attempts.length;
    const before = target.process.memory();
    progress(`usual: ${figures(scene, 0, usual)}; node a has ${mib(before)}`);

    const crowd = new Crowd(target);
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, target.process.memory());
    }, 200);
    try {
      for (let opened = 0; opened < bound('idle'); opened += BATCH) {
        await crowd.open(Math.min(BATCH, bound('idle') - opened), () => {});
      }
      progress(`${crowd.standing} idle connections stand; node a has ${mib(target.process.memory())}`);
      await crowd.open(bound('slow'), dribble);
      const until = Date.now() + bound('seconds') * 1_000;
      for (let vanished = 0; Date.now() < until; ) {
        if (vanished < bound('vanishing')) {
          await crowd.open(Math.min(BATCH, bound('vanishing') - vanished), vanish);
          vanished += BATCH;
        }
        await pause(250, signal);
      }
      progress(
        `with all of them: ${figures(scene, usual)}; at most ${mib(most)}; ${crowd.refused} were turned away`,
      );
    } finally {
      clearInterval(watch);
      crowd.close();
    }
    await load.stop();
    await pause(1_000, signal);
    progress(`when they are gone node a has ${mib(target.process.memory())}`);
    const grew = most - before;
    return grew > GROWTH_LIMIT ? [`node a grew by ${mib(grew)}`] : [];
  },
};

/** Connections that are there for the trouble. */
class Crowd {
  readonly #sockets = new Set<Socket>();
  readonly #port: number;
  refused = 0;

  constructor({ url }: GatewayNode) {
    this.#port = Number(new URL(url).port);
  }

  get standing(): number {
    return this.#sockets.size;
  }

  /** Opens so many, and has each do its worst. */
  async open(count: number, behave: (socket: Socket) => void): Promise<void> {
    await Promise.all(
      Array.from(
        { length: count },
        () =>
          new Promise<void>((resolve) => {
            const socket = connect(this.#port, '127.0.0.1');
            this.#sockets.add(socket);
            socket.on('connect', () => {
              behave(socket);
              resolve();
            });
            socket.on('error', () => {
              this.refused += 1;
              resolve();
            });
            socket.on('close', () => {
              this.#sockets.delete(socket);
              resolve();
            });
            socket.resume();
          }),
      ),
    );
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

const head =
  'POST /v1/requests HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 4000\r\n';

/** Slowloris: one byte of a head that never ends, each second. */
function dribble(socket: Socket): void {
  let at = 0;
  const timer = setInterval(() => {
    socket.write(at < head.length ? (head[at] as string) : 'x');
    at += 1;
  }, 1_000);
  socket.on('close', () => clearInterval(timer));
}

/** Half a head or half a body, and then nothing but a reset. */
function vanish(socket: Socket): void {
  const isBody = randomInt(2) === 0;
  socket.write(isBody ? `${head}\r\n{"service":` : head.slice(0, randomInt(head.length)));
  setTimeout(() => cutOff(socket), randomInt(200));
}

function figures({ journal }: Scene, from: number, to?: number): string {
  const attempts = journal.attempts.slice(from, to);
  const accepted = attempts.filter(({ id }) => id !== undefined).map(({ durationMs }) => durationMs);
  const [p50, p99] = [percentile(accepted, 0.5), percentile(accepted, 0.99)];
  return `${accepted.length} of ${attempts.length} submissions taken, p50 ${p50} ms, p99 ${p99} ms`;
}

function mib(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`;
}
