import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '../../../src/clock.js';
import { uuidV7 } from '../../../src/ids.js';
import { messageSigner } from '../../soap/simulator/sign-message.js';
import { strangerSigner } from '../../soap/simulator/stranger.js';
import { messageVerifier, type Verification } from '../../soap/simulator/verify-message.js';
import { executor } from './execute.js';
import { type Behaviour, behaviourSwitch, type Control } from './faults.js';
import { type Journal, openJournal } from './journal.js';
import { generatePopulation } from './population.js';
import type { Population } from './register.js';
import { civilSchema } from './request-schema.js';
import { createCivilServer } from './server.js';

export interface CivilSimulatorSettings {
  /** 0 takes a free one. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 2026. */
  readonly seed?: number;
  /** Default 2000; at least 40. */
  readonly people?: number;
  readonly privateKeyPem: string;
  readonly certificatePem: string;
  /** Pinned; several while the gateway changes its key. */
  readonly gatewayCertificatesPem: readonly string[];
  /** Address of the SOAP endpoint as the gateway knows it: what wsa:To must be. Default: `soapUrl`. */
  readonly publicUrl?: string;
  /** JSON lines; read at the start when it is there. Default: the journal is in memory only. */
  readonly journalFile?: string;
  readonly clock?: Clock;
  /** Default: another implementation than the gateway's, see `verify-message.ts`. */
  readonly verify?: (text: string) => Verification;
}

export interface CivilSimulator {
  /** `http://host:port`, without a path. */
  readonly url: string;
  /** `http://host:port/soap`: where questions go. */
  readonly soapUrl: string;
  readonly port: number;
  readonly journal: Journal;
  readonly population: Population;
  /** The same as `POST /control`. */
  control(control: Control | Behaviour): void;
  /** Ends all connections, waiting answers among them. */
  close(): Promise<void>;
}

/**
 * Starts the simulated civil status registry.
 *
 * @throws {Error} when a key or certificate cannot be used, the journal cannot be read, or the port is taken.
 */
export async function startCivilSimulator(settings: CivilSimulatorSettings): Promise<CivilSimulator> {
  const { host = '127.0.0.1', clock = systemClock } = settings;
  const population = generatePopulation(settings.seed ?? 2026, settings.people ?? 2000);
  const sign = messageSigner(settings.privateKeyPem, settings.certificatePem);
  const isValid = civilSchema();
  const journal = openJournal('civil', () => clock.now(), settings.journalFile);
  const behaviour = behaviourSwitch();
  const closing = new AbortController();

  // Known only once the port is; no request comes before.
  let soapUrl = '';
  const verify =
    settings.verify ??
    messageVerifier({
      soapVersion: '1.1',
      partnerCertificatesPem: settings.gatewayCertificatesPem,
      address: () => settings.publicUrl ?? soapUrl,
      clock,
    });
  const server = createCivilServer({
    verify,
    sign,
    signAsStranger: await strangerSigner(clock.now()),
    executor: executor({ population, journal, isValid, clock }),
    journal,
    behaviour,
    clock,
    ids: uuidV7(clock),
    closing: closing.signal,
  });
  server.listen(settings.port, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  soapUrl = `${url}/soap`;

  return {
    url,
    soapUrl,
    port,
    journal,
    population,
    control: (control) => behaviour.set(typeof control === 'string' ? { behaviour: control } : control),
    async close() {
      closing.abort();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      journal.close();
    },
  };
}
