import { randomUUID } from 'node:crypto';
import type { ValidateEvidence } from '../../contracts/canonical/validate.js';
import type { Clock } from '../../src/clock.js';
import type { SoapProfile } from '../../src/signing/profiles/profile.js';
import type { Adapter, Exchange, Exchanged } from '../adapter.js';
import { createTransport } from '../transport.js';
import { askStatus } from './ask-status.js';
import { createBodyReader } from './body-reader.js';
import { encodeRequest } from './encode-request.js';
import { askAgain } from './late-answer.js';
import { openCallback } from './open-callback.js';
import { invalid, readAnswer } from './read-answer.js';
import { type Machinery, sendQuestion } from './send-question.js';
import type { SoapDefinition, SoapOperation } from './soap-definition.js';
import { openSoapEncoding } from './soap-encoding.js';
import { compileXsd } from './xsd-validation.js';

export interface SoapSettings {
  /** Where the registry listens, `https:` outside of a development machine. */
  readonly endpoint: string;
  /** `wsa:To`: the address of the registry as the registry knows it, which need not be where it is reached. */
  readonly to: string;
  /** `wsa:To` of what the registry sends by itself. Without it no callback is opened. */
  readonly callbackUrl?: string;
  /** Name look-up, TCP and TLS. */
  readonly connectTimeoutMs: number;
  /** From sending to the last byte of the answer; the exchange's deadline may end it sooner. */
  readonly callTimeoutMs: number;
  /** Connections at the same time. */
  readonly maxSockets: number;
  /** Trust and client certificate of the TLS layer; the platform's trust when absent. PEM. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

/** What an adapter does not make itself. */
export interface SoapParts {
  /** Signs questions and verifies answers, and the other way round for callbacks; `wssX509Integrity(...)` is one. */
  readonly profile: SoapProfile;
  readonly clock: Clock;
  readonly validateEvidence: ValidateEvidence;
  /** Ids (UUID) of messages beside the exchange's own. Default: random. */
  readonly nextId?: () => string;
}

/**
 * An adapter for one SOAP registry: encode, validate, sign, send, verify, validate, decode, map.
 *
 * @throws {Error} when the WSDL or the schema cannot be read, or lacks an operation of the definition.
 */
export async function createSoapAdapter(
  definition: SoapDefinition,
  settings: SoapSettings,
  parts: SoapParts,
): Promise<Adapter> {
  const endpoint = new URL(settings.endpoint);
  const encoding = await openSoapEncoding(definition.wsdlPath);
  const { later, status } = definition;
  for (const { soapOperation } of [
    ...definition.operations,
    ...(later ? [later.poll, later.callback] : []),
    ...(status ? [status] : []),
  ]) {
    if (!encoding.operations.has(soapOperation))
      throw new Error(`the WSDL has no operation ${soapOperation}`);
  }
  const xsd = compileXsd(definition.xsdPath);
  const reader = createBodyReader(definition, { encoding, xsd });
  const transport = createTransport(settings);
  const machinery: Machinery = { definition, settings, parts, endpoint, encoding, xsd, reader, transport };
  const nextId = parts.nextId ?? randomUUID;
  const operations = new Map(definition.operations.map((operation) => [operation.name, operation]));
  const operationOf = ({ operation: name }: Exchange): SoapOperation => {
    const operation = operations.get(name);
    // A fault of the catalogue, found by `config check`; there is no outcome that would be true.
    if (operation === undefined) throw new Error(`no operation ${name}`);
    return operation;
  };
  const { callbackUrl } = settings;

  return {
    name: definition.name,
    operations,
    call: async (exchange, signal) => call(machinery, operationOf(exchange), exchange, signal),
    ...(later && {
      poll: async (exchange, ticket, signal) =>
        askAgain(machinery, later, operationOf(exchange), exchange, { ticket, pollId: nextId() }, signal),
    }),
    ...(status && {
      status: async (exchange, signal) =>
        askStatus(machinery, status, operationOf(exchange), exchange, nextId(), signal),
    }),
    ...(later &&
      callbackUrl !== undefined && {
        openCallback: (message) =>
          openCallback(
            { definition, later, encoding, reader, callbackUrl, nextId, operationOf, ...parts },
            message,
          ),
      }),
    probe: (signal) => transport.reach(endpoint, { connectTimeoutMs: settings.connectTimeoutMs, signal }),
    async close() {
      transport.close();
      await reader.close();
      xsd.dispose();
    },
  };
}

async function call(
  machinery: Machinery,
  operation: SoapOperation,
  exchange: Exchange,
  signal: AbortSignal,
): Promise<Exchanged> {
  const { body, errors } = encodeRequest(operation, exchange, machinery);
  if (errors.length > 0) {
    return {
      outcome: invalid(`request: ${errors.join('; ')}`),
      timings: { signMs: 0, callMs: 0, verifyMs: 0 },
    };
  }
  const { validateEvidence } = machinery.parts;
  const question = {
    ...operation,
    body,
    messageId: messageIdOf(exchange),
    read: (verified: Parameters<typeof readAnswer>[3]) =>
      readAnswer(machinery.definition, operation, exchange, verified, { ...machinery, validateEvidence }),
  };
  return sendQuestion(machinery, question, exchange, signal);
}

/** wsa:MessageID of an exchange; the same for every repetition. */
export function messageIdOf({ messageId }: Exchange): string {
  return `urn:uuid:${messageId}`;
}
