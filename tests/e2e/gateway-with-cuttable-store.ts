import { type Gateway, startGateway } from '../../src/compose.js';
import { prepareEnvironment } from '../../src/environment.js';
import { createLogger } from '../../src/observe/logger.js';
import type { Stack } from '../support/stack.js';
import { type CuttablePort, cuttablePort } from './cuttable-port.js';

/** A gateway in this process whose way to its store can be cut. */
export interface GatewayWithCuttableStore {
  readonly gateway: Gateway;
  readonly way: CuttablePort;
  stop(): Promise<void>;
}

/** @param stack started without a gateway. */
export async function startWithCuttableStore(stack: Stack): Promise<GatewayWithCuttableStore> {
  const url = new URL(stack.variables.DATABASE_URL as string);
  const way = await cuttablePort(url.hostname, Number(url.port || 5432));
  url.hostname = '127.0.0.1';
  url.port = String(way.port);
  const clock = { now: Date.now };
  const environment = await prepareEnvironment({ ...stack.variables, DATABASE_URL: url.href }, clock);
  const gateway = await startGateway(environment, createLogger('silent'), clock);
  return {
    gateway,
    way,
    async stop() {
      way.open();
      await gateway.stop();
      await way.close();
    },
  };
}
