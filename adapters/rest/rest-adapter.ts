import { performance } from 'node:perf_hooks';
import type { Outcome } from '../../contracts/outcome.js';
import type { RestProfile, SentRequest } from '../../src/signing/profiles/profile.js';
import { SignatureRefused } from '../../src/signing/refusals.js';
import type { Adapter, Exchange, Exchanged } from '../adapter.js';
import type { AdapterConnection, AdapterParts } from '../adapter-kind.js';
import { withRetryAfter } from '../retry-after.js';
import { type Answer, createTransport, type Transport } from '../transport.js';
import { readBaseAddress } from './base-address.js';
import { type EncodedRequest, encodeBody, encodeRequest } from './encode-request.js';
import { type ContractOperation, type RestContract, readRestContract } from './openapi-contract.js';
import { readAnswer } from './read-answer.js';
import { type RestDefinition, type RestOperation, wellKnown } from './rest-definition.js';
import { answerMeta, jsonMediaType, jsonType, requestMeta } from './signed-fields.js';

/** The asking side of a profile: how questions are signed and answers verified. */
export type AskingProfile = Pick<RestProfile, 'signRequest' | 'verifyAnswer'>;

/**
 * An adapter for one REST registry: map, validate, sign, send, verify, parse, validate, map.
 *
 * @throws {Error} when the OpenAPI document cannot be used or lacks an operation of the definition, or `to` is no
 *   address that paths can be put below.
 */
export async function createRestAdapter(
  definition: RestDefinition,
  connection: AdapterConnection,
  parts: AdapterParts<AskingProfile>,
): Promise<Adapter> {
  const contract = readRestContract(definition.openapiPath);
  for (const { operationId } of definition.operations) contract.operation(operationId);
  const transport = createTransport(connection);
  const machinery: Machinery = {
    contract,
    connection,
    parts,
    transport,
    endpoint: baseOf('endpoint', connection.endpoint),
    to: baseOf('to', connection.to),
  };
  const operations = new Map(definition.operations.map((operation) => [operation.name, operation]));
  const operationOf = ({ operation }: Exchange): RestOperation => {
    const found = operations.get(operation);
    // A fault of the catalogue, found by `config check`; there is no outcome that would be true.
    if (found === undefined) throw new Error(`no operation ${operation}`);
    return found;
  };

  return {
    name: definition.name,
    operations,
    async call(exchange, signal) {
      const operation = operationOf(exchange);
      const called = contract.operation(operation.operationId);
      return ask(machinery, operation, called, encodeRequest(operation, called, exchange), exchange, signal);
    },
    ...(contract.operationIds.includes(wellKnown.statusOperation)
      ? {
          async poll(exchange: Exchange, ticket: string, signal: AbortSignal) {
            const called = contract.operation(wellKnown.statusOperation);
            const request = encodeBody(called, exchange, { ticket });
            return ask(machinery, operationOf(exchange), called, request, exchange, signal);
          },
        }
      : {}),
    ...(contract.operationIds.includes(wellKnown.executionOperation)
      ? {
          async status(exchange: Exchange, signal: AbortSignal) {
            const called = contract.operation(wellKnown.executionOperation);
            const request = encodeBody(called, exchange, {});
            return ask(machinery, operationOf(exchange), called, request, exchange, signal);
          },
        }
      : {}),
    probe: (signal) =>
      transport.reach(new URL(machinery.endpoint), {
        connectTimeoutMs: connection.connectTimeoutMs,
        signal,
      }),
    async close() {
      transport.close();
    },
  };
}

interface Machinery {
  readonly contract: RestContract;
  readonly connection: AdapterConnection;
  readonly parts: AdapterParts<AskingProfile>;
  readonly transport: Transport;
  /** Where the registry is reached; no slash at its end. */
  readonly endpoint: string;
  /** What is signed as the target: the registry's own name for the same place. No slash at its end. */
  readonly to: string;
}

function baseOf(setting: string, address: string): string {
  const base = readBaseAddress(address);
  if (base === undefined) throw new Error(`${setting} is not an http(s) address without query`);
  return base;
}

async function ask(
  machinery: Machinery,
  operation: RestOperation,
  called: ContractOperation,
  request: EncodedRequest,
  exchange: Exchange,
  signal: AbortSignal,
): Promise<Exchanged> {
  const { connection, parts, transport } = machinery;
  const timings = { signMs: 0, callMs: 0, verifyMs: 0 };
  if (request.errors.length > 0) {
    return { outcome: { kind: 'invalid', reason: `request: ${request.errors.join('; ')}` }, timings };
  }
  const requestBytes = request.bytes;
  const targetUri = `${machinery.to}${called.path}`;
  let since = performance.now();
  const sent = await parts.profile.signRequest({
    // New for each attempt: what the registry must do only once is named in the body.
    messageId: parts.nextId(),
    method: 'POST',
    targetUri,
    contentType: jsonType,
    body: requestBytes,
  });
  timings.signMs = performance.now() - since;
  const asked = { requestBytes, requestMediaType: jsonType, requestMeta: requestMeta(targetUri, sent) };

  const leftMs = exchange.deadlineAt - parts.clock.now();
  if (leftMs <= 0) return { outcome: { kind: 'unavailable', reason: 'call-timeout' }, timings };
  since = performance.now();
  const posted = await transport.post(new URL(`${machinery.endpoint}${called.path}`), {
    headers: headersOf(sent, exchange),
    body: requestBytes,
    connectTimeoutMs: Math.min(connection.connectTimeoutMs, leftMs),
    callTimeoutMs: Math.min(connection.callTimeoutMs, leftMs),
    signal,
  });
  timings.callMs = performance.now() - since;

  if (posted.kind === 'failed') {
    const { executed, reason, partialBytes } = posted;
    // Bytes that surely never left prove nothing: only a request that may have arrived is evidence.
    if (executed === 'no') return { outcome: { kind: 'unavailable', reason }, timings };
    return {
      outcome: { kind: 'unknown', reason },
      ...asked,
      ...(partialBytes === undefined ? {} : { answerBytes: partialBytes }),
      timings,
    };
  }
  since = performance.now();
  const judged = await judge(machinery, operation, called, exchange, sent, posted);
  timings.verifyMs = performance.now() - since;
  return {
    ...judged,
    outcome: withRetryAfter(judged.outcome, posted, parts.clock.now()),
    ...asked,
    answerBytes: posted.bytes,
    ...(posted.mediaType === '' ? {} : { answerMediaType: posted.mediaType }),
    answerMeta: answerMeta(posted.status, posted.rawHeaders, sent),
    timings,
  };
}

function headersOf({ fields }: SentRequest, { traceparent }: Exchange): Record<string, string> {
  return {
    'content-type': jsonType,
    accept: 'application/json, application/problem+json',
    ...fields,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

/**
 * What a complete HTTP answer amounts to. Only a verified message can say whether the request was executed; of
 * everything else, whoever sent it, nothing can be concluded.
 */
async function judge(
  { parts, contract }: Machinery,
  operation: RestOperation,
  called: ContractOperation,
  exchange: Exchange,
  sent: SentRequest,
  answer: Answer,
): Promise<Pick<Exchanged, 'outcome' | 'answerSignedBy'>> {
  const { status, rawHeaders, bytes } = answer;
  const mediaType = jsonMediaType(rawHeaders);
  // A redirect names another place to send personal data to: it is not followed and not read.
  if ((status >= 300 && status < 400) || mediaType === undefined) {
    return { outcome: { kind: 'unknown', reason: 'http-status' } };
  }
  let keyId: string;
  try {
    ({ keyId } = await parts.profile.verifyAnswer({ status, headers: rawHeaders, body: bytes }, sent));
  } catch (error) {
    if (!(error instanceof SignatureRefused)) throw error;
    return { outcome: outcomeOfRefusal(error, status, mediaType) };
  }
  const outcome = readAnswer(
    operation,
    exchange,
    { status, mediaType, bytes },
    {
      called,
      asked: contract.operation(operation.operationId),
      validateEvidence: parts.validateEvidence,
    },
  );
  return { outcome, answerSignedBy: keyId };
}

/** An error that never claimed to be signed may come from a proxy in between, or from a registry that could not. */
function outcomeOfRefusal({ code }: SignatureRefused, status: number, mediaType: string): Outcome {
  const claimsSignature = code !== 'signature-missing' && code !== 'modi-token-missing';
  if (status < 400 || claimsSignature) return { kind: 'invalid', reason: code };
  return {
    kind: 'unknown',
    reason: mediaType === jsonType ? 'http-status' : 'unsigned-fault',
  };
}
