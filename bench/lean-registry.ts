import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { civilNamespace, operations } from '../adapters/civil/simulator/protocol.js';
import { startCivilSimulator } from '../adapters/civil/simulator/start.js';
import { contentOf, type Verification } from '../adapters/soap/simulator/verify-message.js';
import { systemClock } from '../src/clock.js';
import { readConfig } from '../src/config/read-config.js';
import { configFolderOf, dataFolderOf, prepareDevelopmentKeys } from '../src/environment.js';
import { readTrustedKeyFile } from '../src/signing/key-files.js';
import { SignatureRefused } from '../src/signing/refusals.js';
import { verifyEnvelope } from '../src/signing/xml/verify-envelope.js';

/*
 * The simulated civil registry, except that it verifies by the gateway's own code, as a process of its own:
 * `node lean-registry.js <port>`. The simulator's own verifier is another implementation on purpose, and takes ten times
 * as long: beside it, on the same two cores, one would measure the simulator.
 */
const port = Number(process.argv[2]);
const keysFolder = await prepareDevelopmentKeys(process.env, systemClock);
const config = await readConfig(configFolderOf(process.env), {
  ...process.env,
  URA_DATA: dataFolderOf(process.env),
});
const to = config.adapters.find(({ name }) => name === 'civil')?.to;
if (to === undefined) throw new Error('the configuration has no civil registry');
const read = (file: string): Promise<string> => readFile(join(keysFolder, file), 'utf8');
const gateway = await readTrustedKeyFile(join(keysFolder, 'gateway-wss.cert.pem'), { partner: 'gateway' });
const expected = {
  soapVersion: '1.1',
  to,
  actions: operations.map((operation) => `${civilNamespace}/${operation}`),
  keys: [gateway],
} as const;

function verify(text: string): Verification {
  try {
    const { messageId, action, replyTo, body } = verifyEnvelope(Buffer.from(text), {
      ...expected,
      now: systemClock.now(),
    });
    return { ok: true, message: { messageId, action, replyTo: replyTo ?? '', payload: contentOf(body) } };
  } catch (error) {
    if (!(error instanceof SignatureRefused)) throw error;
    return { ok: false, reason: error.code };
  }
}

const registry = await startCivilSimulator({
  port,
  privateKeyPem: await read('civil-wss.key.pem'),
  certificatePem: await read('civil-wss.cert.pem'),
  gatewayCertificatesPem: [await read('gateway-wss.cert.pem')],
  verify,
});
process.stdout.write(`civil registry: ${registry.soapUrl}\n`);
process.once('SIGTERM', () => void registry.close());
