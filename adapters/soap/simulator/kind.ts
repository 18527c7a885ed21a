import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '../../../src/clock.js';
import { uuidV7 } from '../../../src/ids.js';
import type { SoapChoice } from '../../../src/signing/profiles/index.js';
import { behaviourSwitch, behaviours, parseControlOf } from '../../civil/simulator/faults.js';
import { openJournal } from '../../civil/simulator/journal.js';
import { generatePopulation } from '../../civil/simulator/population.js';
import type { Population } from '../../civil/simulator/register.js';
import type { Sample, Simulator, SimulatorKind, SimulatorSettings } from '../../simulator-kind.js';
import { faultReply, soapExecutor } from './execute.js';
import type { SimulatedSoapRegistry } from './registry.js';
import { requestSchema } from './request-schema.js';
import { messageSigner } from './sign-message.js';
import { createSoapServer } from './soap-server.js';
import { strangerSigner } from './stranger.js';
import { messageVerifier } from './verify-message.js';

const defaultSeed = 2026;
const defaultPeople = 2000;

/** A simulated SOAP registry that answers at once, behind the interface that all simulators share. */
export function soapSimulatorKind(parts: {
  readonly defaultPort: number;
  /** Stem of its key files: `<key>.key.pem` and `<key>.cert.pem`. */
  readonly key: string;
  readonly registry: (population: Population) => SimulatedSoapRegistry;
  readonly samples: (population: Population) => readonly Sample[];
}): SimulatorKind<SoapChoice> {
  return {
    gateway: { profile: { profile: 'wss-x509-integrity' } },
    defaultPort: parts.defaultPort,
    start(settings) {
      const { seed = defaultSeed, people = defaultPeople } = settings;
      // The same people as in the civil register of the same seed.
      return start(parts.registry(generatePopulation(seed, people)), parts.key, settings);
    },
    samples: ({ seed = defaultSeed, people = defaultPeople }) =>
      parts.samples(generatePopulation(seed, people)),
  };
}

/** @throws {Error} when a key cannot be used, the journal cannot be read, or the port is taken. */
async function start(
  registry: SimulatedSoapRegistry,
  key: string,
  { keysFolder, host = '127.0.0.1', clock = systemClock, ...settings }: SimulatorSettings,
): Promise<Simulator> {
  const { soapVersion, xsdPath } = registry.definition;
  const read = (file: string): Promise<string> => readFile(join(keysFolder, file), 'utf8');
  const sign = messageSigner(await read(`${key}.key.pem`), await read(`${key}.cert.pem`));
  const partnerCertificatesPem = [await read('gateway-wss.cert.pem')];
  const journal = openJournal(registry.definition.name, () => clock.now(), settings.journalFile);
  const behaviour = behaviourSwitch<keyof typeof behaviours, string>();
  const closing = new AbortController();
  const obey = (json: string): string | undefined => {
    const parsed = parseControlOf(json, behaviours, registry.faultCodes);
    if (!parsed.ok) return parsed.reason;
    behaviour.set(parsed.control);
    return undefined;
  };

  // Known only once the port is; no request comes before.
  let endpoint = '';
  const address = () => settings.publicUrl ?? endpoint;
  const server = createSoapServer({
    soapVersion,
    verify: messageVerifier({ soapVersion, partnerCertificatesPem, address, clock }),
    sign,
    signAsStranger: await strangerSigner(clock.now()),
    executor: soapExecutor({ registry, journal, isValid: requestSchema(xsdPath), clock }),
    fault: (code, message) => faultReply(registry, code, message),
    journal,
    behaviour,
    behaviours,
    control: obey,
    clock,
    ids: uuidV7(clock),
    closing: closing.signal,
  });
  server.listen(settings.port, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  endpoint = `${url}/soap`;

  return {
    url,
    endpoint,
    port,
    control(control) {
      const problem = obey(JSON.stringify(control));
      if (problem !== undefined) throw new TypeError(problem);
    },
    journal: () => ({ executed: journal.executed, repeated: journal.repeated }),
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
