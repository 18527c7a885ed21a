import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../../src/clock.js';
import { uuidV7 } from '../../../src/ids.js';
import { findPackageRoot } from '../../../src/package-root.js';
import { behaviourSwitch, type Control, parseControlOf } from '../../civil/simulator/faults.js';
import { type Journal, openJournal } from '../../civil/simulator/journal.js';
import { openKept } from '../../civil/simulator/kept.js';
import { generatePopulation } from '../../civil/simulator/population.js';
import { requestSchema } from '../../soap/simulator/request-schema.js';
import { messageSigner } from '../../soap/simulator/sign-message.js';
import { createSoapServer } from '../../soap/simulator/soap-server.js';
import { strangerSigner } from '../../soap/simulator/stranger.js';
import { messageVerifier } from '../../soap/simulator/verify-message.js';
import { uri } from '../../soap/simulator/wire-names.js';
import { type Cadastre, deriveCadastre } from './cadastre.js';
import { deliver } from './deliver.js';
import { deliveryXml, executor, faultReply } from './execute.js';
import { type Behaviour, behaviours } from './faults.js';
import { type LateMatter, type LateMatters, openLateMatters } from './late-matters.js';
import { type FaultCode, faultCodes } from './protocol.js';
import type { Question } from './registry.js';

export interface PropertySimulatorSettings {
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
  /** Where late answers are brought. Without it they can only be asked for. */
  readonly callbackUrl?: string;
  /** Pause before an answer that nobody acknowledged is brought again. Default 1000. */
  readonly repeatMs?: number;
  /** JSON lines; read at the start when it is there. What is still owed stands beside it in `<file>.late`. */
  readonly journalFile?: string;
  readonly clock?: Clock;
  /** By which answers become ready, where days are to pass within a test. Default: `clock`. */
  readonly registryClock?: Clock;
}

export interface PropertySimulator {
  /** `http://host:port`, without a path. */
  readonly url: string;
  /** `http://host:port/soap`: where questions go. */
  readonly soapUrl: string;
  readonly port: number;
  readonly journal: Journal;
  readonly matters: LateMatters;
  readonly cadastre: Cadastre;
  /** The same as `POST /control`. */
  control(control: Control<Behaviour, FaultCode> | Behaviour): void;
  /** Ends all connections, waiting answers among them. */
  close(): Promise<void>;
}

/**
 * Starts the simulated cadastre.
 *
 * @throws {Error} when a key or certificate cannot be used, the journal cannot be read, or the port is taken.
 */
export async function startPropertySimulator(
  settings: PropertySimulatorSettings,
): Promise<PropertySimulator> {
  const { host = '127.0.0.1', clock = systemClock, journalFile, callbackUrl } = settings;
  const cadastre = deriveCadastre(generatePopulation(settings.seed ?? 2026, settings.people ?? 2000));
  const sign = messageSigner(settings.privateKeyPem, settings.certificatePem);
  const journal = openJournal('property', () => clock.now(), journalFile);
  const asked = openKept<Question>(journalFile === undefined ? undefined : `${journalFile}.property`);
  const matters = openLateMatters(journalFile === undefined ? undefined : `${journalFile}.late`);
  const behaviour = behaviourSwitch<Behaviour, FaultCode>();
  const closing = new AbortController();
  const ids = uuidV7(clock);
  const partner = {
    soapVersion: '1.2',
    partnerCertificatesPem: settings.gatewayCertificatesPem,
    clock,
  } as const;
  const verifyAcknowledgement = messageVerifier({ ...partner, address: () => uri.anonymous });

  const underWay = new Set<Promise<void>>();
  const promised = (matter: LateMatter): void => {
    if (callbackUrl === undefined) return;
    const delivery = deliver(
      {
        matters,
        callbackUrl,
        repeatMs: settings.repeatMs ?? 1000,
        sign,
        verify: verifyAcknowledgement,
        payloadOf: (each) => deliveryXml(cadastre, each),
        clock,
        ids,
        closing: closing.signal,
      },
      matter,
    );
    underWay.add(delivery);
    void delivery.finally(() => underWay.delete(delivery));
  };

  // Known only once the port is; no request comes before.
  let soapUrl = '';
  const schema = join(findPackageRoot(), 'contracts', 'registries', 'property', 'property.xsd');
  const server = createSoapServer({
    soapVersion: '1.2',
    verify: messageVerifier({ ...partner, address: () => settings.publicUrl ?? soapUrl }),
    sign,
    signAsStranger: await strangerSigner(clock.now()),
    executor: executor({
      cadastre,
      journal,
      matters,
      asked,
      isValid: requestSchema(schema),
      clock: settings.registryClock ?? clock,
      promised,
    }),
    // `parseControlOf` lets no other code through.
    fault: (code, message) => faultReply(code as FaultCode, message),
    journal,
    behaviour,
    behaviours,
    control(json) {
      const parsed = parseControlOf(json, behaviours, faultCodes);
      if (!parsed.ok) return parsed.reason;
      behaviour.set(parsed.control);
      return undefined;
    },
    clock,
    ids,
    closing: closing.signal,
  });
  server.listen(settings.port, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  soapUrl = `${url}/soap`;
  for (const matter of matters.undelivered()) promised(matter);

  return {
    url,
    soapUrl,
    port,
    journal,
    matters,
    cadastre,
    control: (control) => behaviour.set(typeof control === 'string' ? { behaviour: control } : control),
    async close() {
      closing.abort();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      await Promise.all(underWay);
      journal.close();
      matters.close();
      asked.close();
    },
  };
}
