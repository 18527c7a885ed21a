import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileXsd } from '../../../adapters/soap/xsd-validation.js';
import type { Client } from '../../authorisation/authorise.js';
import { UraError } from '../../errors.js';
import { findPackageRoot } from '../../package-root.js';
import type { SoapProfile } from '../../signing/profiles/profile.js';
import {
  elementsOf,
  parseVerifiedBody,
  type SoapVersion,
  type VerifiedEnvelope,
} from '../../signing/wss-x509-integrity.js';
import { canonicalize } from '../../signing/xml/c14n.js';
import { soapNamespaces } from '../../signing/xml/names.js';
import type { Answer } from '../answer.js';
import type { ApiDescription } from '../api-description.js';
import type { Call, Handler } from '../exchange.js';
import { toUraError } from '../to-ura-error.js';
import { type AskedOperation, gatewayNamespace, readMessage } from './read-message.js';
import { faultXml, responseXml } from './write-message.js';

export interface SoapHandlerParts {
  readonly profile: Pick<SoapProfile, 'verifyRequest' | 'signAnswer'>;
  /** Of the present configuration, by id. */
  readonly findClient: (id: string) => Client | undefined;
  /** Checks a body as if it had come as JSON. */
  readonly api: Pick<ApiDescription, 'check'>;
  /** The handlers of the HTTP API that a message may ask for. */
  readonly handlers: Readonly<Record<AskedOperation['operationId'], Handler>>;
  /** Scheme, host and port under which callers reach the gateway. */
  readonly publicOrigins: readonly string[];
  readonly nextId: () => string;
}

const anonymous = 'http://www.w3.org/2005/08/addressing/anonymous';
const path = '/soap/v1';
const operations = ['SubmitRequest', 'GetRequest', 'CancelRequest'] as const;
const mediaTypes = { '1.1': 'text/xml', '1.2': 'application/soap+xml' } as const;

/**
 * `POST /soap/v1`: for agencies that only speak SOAP. A message is verified by `wss-x509-integrity` with the pinned
 * certificates of the clients, and then asks the very handlers of the HTTP API, so that validation, policies,
 * idempotency and evidence are the same for both ways in.
 */
export function soapHandler(parts: SoapHandlerParts): Handler {
  const xsd = compileXsd(join(findPackageRoot(), 'contracts', 'gateway', 'gateway.xsd'));
  const addresses = parts.publicOrigins.map((origin) => origin + path);
  return async (call) => {
    const version = versionOf(call.headers['content-type']);
    let verified: VerifiedEnvelope;
    try {
      verified = await parts.profile.verifyRequest(call.bodyBytes, {
        soapVersion: version,
        to: addresses,
        actions: operations.map((name) => `${gatewayNamespace}/${name}`),
      });
    } catch (error) {
      return unsignedFault(version, toUraError(error), call.id);
    }
    const client = parts.findClient(verified.key.partner);
    if (!client) {
      return unsignedFault(
        version,
        new UraError('signature-refused', 'The signature was not accepted.'),
        call.id,
      );
    }
    try {
      // The profile signs the Body; one that did not would make the request anybody's.
      if (verified.bodyUnsigned) throw new UraError('signature-refused', 'The signature was not accepted.');
      const { operation, asked } = read(verified, xsd.validate);
      parts.api.check(asked, asked.body);
      const answer = await parts.handlers[asked.operationId](toCall(call, asked, client, verified));
      return await signed(
        parts,
        version,
        verified,
        200,
        `${operation}Response`,
        responseXml(operation, answer.body),
      );
    } catch (error) {
      const failure = toUraError(error);
      const fault = faultXml(version, failure, call.id);
      const answer = await signed(parts, version, verified, faultStatus(version, failure), 'Fault', fault);
      return { ...answer, failure };
    }
  };
}

/** `GET /soap/v1`: the contract, where SOAP tools look for it (`?wsdl`). */
export function soapContractHandler(): Handler {
  const wsdl = readFileSync(join(findPackageRoot(), 'contracts', 'gateway', 'gateway.wsdl'));
  // Its schema stands beside the published file; tools resolve it against the address that they asked.
  const text = wsdl
    .toString()
    .replace('schemaLocation="gateway.xsd"', 'schemaLocation="/contracts/gateway/gateway.xsd"');
  return async () => ({
    status: 200,
    headers: { 'content-type': 'text/xml; charset=utf-8' },
    bytes: Buffer.from(text),
  });
}

function versionOf(contentType: string | undefined): SoapVersion {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const utf8 = parameters.every((each) => !/^\s*charset\s*=/.test(each) || /=\s*"?utf-8"?\s*$/.test(each));
  if (utf8 && type.trim() === mediaTypes['1.1']) return '1.1';
  if (utf8 && type.trim() === mediaTypes['1.2']) return '1.2';
  throw new UraError(
    'unsupported-media-type',
    'Send text/xml (SOAP 1.1) or application/soap+xml (1.2) in UTF-8.',
  );
}

function read(
  verified: VerifiedEnvelope,
  validate: (xml: string) => string[],
): { readonly operation: string; readonly asked: AskedOperation } {
  const [payload, ...others] = elementsOf(parseVerifiedBody(verified.body)) ?? [];
  if (!payload || others.length > 0)
    throw invalid([{ pointer: '/', code: 'body', detail: 'holds one element' }]);
  const problems = validate(canonicalize(payload));
  if (problems.length > 0) {
    throw invalid(
      problems.map((problem) => {
        const [pointer = '/', code = 'schema'] = problem.split(': ');
        return { pointer, code, detail: 'does not fit gateway.xsd' };
      }),
    );
  }
  // The action is signed: a message that says one thing and does another contradicts itself.
  const asked = verified.action === `${gatewayNamespace}/${payload.local}` ? readMessage(payload) : undefined;
  if (!asked)
    throw invalid([{ pointer: '/', code: 'action', detail: 'is another operation than wsa:Action' }]);
  return { operation: payload.local, asked };
}

function invalid(errors: UraError['errors']): UraError {
  return new UraError('invalid-request', 'The fields named in errors are not valid.', { errors });
}

/** The call that the HTTP API would have got, with the signed envelope as its proof. */
function toCall(call: Call, asked: AskedOperation, client: Client, verified: VerifiedEnvelope): Call {
  const { traceparent } = call.headers;
  return {
    ...call,
    operation: {
      id: asked.operationId,
      signed: true,
      raw: false,
      documents: false,
      path: asked.path,
      query: {},
    },
    headers: { ...asked.headers, ...(traceparent === undefined ? {} : { traceparent }) },
    body: asked.body,
    sender: { client, targetUri: verified.to },
    proof: {
      signedBy: verified.certificateSha256,
      mediaType: mediaTypes[verified.soapVersion],
      sameBytes: Buffer.from(verified.body),
      meta: { profile: 'wss-x509-integrity', targetUri: verified.to, action: verified.action },
    },
  };
}

async function signed(
  { profile, nextId }: SoapHandlerParts,
  version: SoapVersion,
  request: VerifiedEnvelope,
  status: number,
  action: string,
  bodyContent: string,
): Promise<Answer> {
  const bytes = await profile.signAnswer(
    {
      soapVersion: version,
      bodyContent,
      to: anonymous,
      action: `${gatewayNamespace}/${action}`,
      messageId: `urn:uuid:${nextId()}`,
      relatesTo: request.messageId,
    },
    request,
  );
  return { status, headers: headersOf(version), bytes };
}

/** Strangers must not be able to make the gateway spend private-key operations, nor learn why they were refused. */
function unsignedFault(version: SoapVersion, failure: UraError, requestId: string): Answer {
  const fault = faultXml(version, failure, requestId);
  const envelope = soapNamespaces[version];
  const text = `<s:Envelope xmlns:s="${envelope}"><s:Body>${fault}</s:Body></s:Envelope>`;
  return {
    status: faultStatus(version, failure),
    headers: headersOf(version),
    bytes: Buffer.from(text),
    failure,
  };
}

/** SOAP 1.1 §6.2: every fault is a 500. SOAP 1.2 part 2 §7.5.2.2: 400 where the sender is at fault. */
function faultStatus(version: SoapVersion, failure: UraError): number {
  return version === '1.2' && failure.status < 500 ? 400 : 500;
}

function headersOf(version: SoapVersion): Record<string, string> {
  return { 'content-type': `${mediaTypes[version]}; charset=utf-8` };
}
