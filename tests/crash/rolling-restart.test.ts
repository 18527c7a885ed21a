import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { openOwnClient } from '../../src/cli/own-client.js';
import { UraClient } from '../../src/client/index.js';
import { type CollectedResults, collectResults } from '../support/collect-results.js';
import { configCopy } from '../support/config-copy.js';
import { freePort } from '../support/free-port.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';

const CHECK_EVERY_MS = 100;

/** What a load balancer does: asks who is ready, and sends each request to one of those. It repeats nothing. */
async function openBalancer(ports: readonly number[]) {
  let ready: number[] = [];
  const check = setInterval(async () => {
    const asked = ports.map(async (port) => {
      const ok = await fetch(`http://127.0.0.1:${port}/health/ready`).then(
        (answer) => answer.ok,
        () => false,
      );
      return ok ? [port] : [];
    });
    ready = (await Promise.all(asked)).flat();
  }, CHECK_EVERY_MS);
  let turn = 0;
  const server: Server = createServer((incoming, outgoing) => {
    turn += 1;
    const port = ready[turn % Math.max(1, ready.length)];
    if (port === undefined) {
      outgoing.writeHead(502).end();
      return;
    }
    const { method, url, headers } = incoming;
    const passed = httpRequest({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(passed);
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port,
    isReady: (wanted: number) => ready.includes(wanted),
    close() {
      clearInterval(check);
      server.closeAllConnections();
      server.close();
    },
  };
}

describe('a rolling restart', function () {
  this.timeout(180_000);
  let stack: Stack;
  let results: CollectedResults;
  let removeConfig: () => Promise<void>;

  before(async () => {
    const config = await configCopy({
      'gateway.json': (content) => ({
        ...content,
        http: { ...(content.http as object), drainMs: 1_500 },
        dispatch: { leaseMs: 5_000, pollMs: 200, defaultDeadlineMinutes: 10 },
      }),
    });
    removeConfig = config.remove;
    stack = await startStack({ withGateway: false, config: config.folder });
    results = await collectResults(stack.variables);
  });
  after(async () => {
    await results.stop();
    await stack.stop();
    await removeConfig();
  });

  it('fails no request, loses none and finishes none twice', async () => {
    const ports = [await freePort(), await freePort()];
    const balancer = await openBalancer(ports);
    const origins = [balancer.port, ...ports].map((port) => `http://127.0.0.1:${port}`);
    await configChange(origins);
    const start = (port: number): Promise<GatewayProcess> =>
      startGatewayProcess({ ...stack.variables, PORT: String(port) });
    const nodes = await Promise.all(ports.map(start));
    try {
      const client = new UraClient({
        gateway: `http://127.0.0.1:${balancer.port}`,
        ...(await openOwnClient(stack.variables, { municipality: '20' })),
        // A repetition would hide what is looked for.
        tries: 1,
      });
      const until = (port: number) =>
        new Promise<void>((resolve) => {
          const timer = setInterval(() => {
            if (!balancer.isReady(port)) return;
            clearInterval(timer);
            resolve();
          }, CHECK_EVERY_MS);
        });
      await Promise.all(ports.map(until));

      let restarting = true;
      const accepted: string[] = [];
      const failed: unknown[] = [];
      const load = Promise.all(
        Array.from({ length: 4 }, async () => {
          while (restarting) {
            try {
              const wait = accepted.length % 2 === 0 ? { waitSeconds: 5 } : {};
              const draft = familyRequest(stack.people.headOfSix);
              accepted.push((await client.submit(draft, { idempotencyKey: randomUUID(), ...wait })).id);
            } catch (error) {
              failed.push(error);
            }
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
        }),
      );
      for (const [index, port] of ports.entries()) {
        assert.equal(await nodes[index]?.terminate(), 0);
        nodes[index] = await start(port);
        await until(port);
      }
      restarting = false;
      await load;
      assert.deepEqual(failed, []);
      assert.ok(accepted.length > 20, `${accepted.length} requests`);
      for (const id of accepted) await results.next(id);
      for (const id of accepted) assert.equal(new Set(results.of(id).map((event) => event.id)).size, 1);
    } finally {
      balancer.close();
      await Promise.all(nodes.map((node) => node.terminate()));
    }
  });

  /** The balancer's address is what clients sign. */
  async function configChange(publicOrigins: readonly string[]): Promise<void> {
    const file = `${stack.variables.URA_CONFIG}/gateway.json`;
    const content = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(file, JSON.stringify({ ...content, publicOrigins }));
  }
});
