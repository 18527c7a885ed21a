import { join } from 'node:path';
import { findPackageRoot } from '../../../src/package-root.js';
import { waitFor } from '../../support/wait-for.js';
import { type Child, startChild } from './child.js';

/** One `ura serve` of several on one database and one Kafka. */
export interface GatewayNode {
  readonly name: string;
  readonly url: string;
  /** The present process; the last one when it is dead. */
  readonly process: Child;
  /** Starts it, and waits until it answers unless told otherwise. */
  start(waits?: boolean): Promise<void>;
  /** Waits until it answers. */
  ready(): Promise<void>;
  kill(): Promise<void>;
  end(): Promise<void>;
}

export interface GatewayNodeSettings {
  readonly name: string;
  readonly port: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logFolder: string;
  /** Most open files; default: as many as we may. */
  readonly openFiles?: number;
}

/** Long, because a start takes seconds of CPU and the machine may be busy with everything else. */
const readyLimitMs = 180_000;

export function gatewayNode(settings: GatewayNodeSettings): GatewayNode {
  const { name, port, logFolder, openFiles } = settings;
  const url = `http://127.0.0.1:${port}`;
  const main = join(findPackageRoot(), 'dist', 'src', 'main.js');
  let child: Child | undefined;
  const present = (): Child => {
    if (!child) throw new Error(`gateway ${name} was never started`);
    return child;
  };
  const answers = async (): Promise<true | undefined> => {
    if (!present().alive) throw new Error(`gateway ${name} ended by itself:\n${present().tail()}`);
    try {
      const answer = await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(2_000) });
      await answer.arrayBuffer();
      return answer.ok ? true : undefined;
    } catch {
      return undefined;
    }
  };
  const ready = async (): Promise<void> => {
    await waitFor(answers, `gateway ${name}`, readyLimitMs).catch((error: Error) => {
      throw new Error(`${error.message}; its log ends with\n${present().tail()}`);
    });
  };
  return {
    name,
    url,
    get process() {
      return present();
    },
    async start(waits = true) {
      const node = [process.execPath, '--enable-source-maps', main, 'serve'];
      const limited = ['bash', '-c', `ulimit -n ${openFiles}; exec "$@"`, 'bash', ...node];
      const [command = '', ...args] = openFiles === undefined ? node : limited;
      child = startChild({
        command,
        args,
        environment: { ...settings.environment, PORT: String(port), URA_LOG: 'info' },
        logFile: join(logFolder, `gateway-${name}.log`),
        hasChannel: true,
      });
      if (waits) await ready();
    },
    ready,
    kill: () => present().kill(),
    async end() {
      child?.signal('SIGCONT');
      await child?.end();
    },
  };
}
