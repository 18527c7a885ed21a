import type { UraError } from '../../errors.js';
import { escapeText } from '../../signing/xml/escape.js';
import { type SoapVersion, soapNamespaces } from '../../signing/xml/names.js';
import { gatewayNamespace } from './read-message.js';

const canonicalNamespace = 'urn:al:ura:canonical:v1';

/** A JSON value that our own API answers with. */
type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** `<operation>Response` with the request's resource, as the HTTP API gives it. */
export function responseXml(operation: string, resource: unknown): string {
  const request = resource as Readonly<Record<string, Json>>;
  const { warnings, result, reason } = request as { warnings: Json; result?: Json; reason?: Json };
  const known = ['id', 'state', 'service', 'municipality', 'caseId', 'purpose', 'acceptedAt', 'updatedAt'];
  const content = [
    ...[...known, 'finishedAt', 'deadline', 'attempts']
      .filter((name) => request[name] !== undefined)
      .map((name) => leaf(capital(name), request[name] as Json)),
    ...(warnings as readonly Json[]).map((warning) => `<Warning>${fieldXml(warning)}</Warning>`),
    ...(result === undefined ? [] : [resultXml(result as Readonly<Record<string, Json>>)]),
    ...(reason === undefined ? [] : [`<Reason>${pick(reason, ['code', 'detail'])}</Reason>`]),
  ].join('');
  return `<${operation}Response xmlns="${gatewayNamespace}"><Request>${content}</Request></${operation}Response>`;
}

/** The fault that stands for a problem of the HTTP API. */
export function faultXml(version: SoapVersion, error: UraError, requestId: string): string {
  const envelope = soapNamespaces[version];
  const { code, title, detail, status } = error;
  const errors = error.errors.map((one) => `<Error>${fieldXml({ ...one })}</Error>`).join('');
  const content =
    `<GatewayFault xmlns="${gatewayNamespace}">` +
    pick({ code, title, detail, requestId }, ['code', 'title', 'detail', 'requestId']) +
    `${errors}</GatewayFault>`;
  const text = escapeText(`${title} (${code})`);
  const senders = status < 500;
  return version === '1.1'
    ? `<s:Fault xmlns:s="${envelope}"><faultcode>s:${senders ? 'Client' : 'Server'}</faultcode>` +
        `<faultstring xml:lang="en">${text}</faultstring><detail>${content}</detail></s:Fault>`
    : `<s:Fault xmlns:s="${envelope}"><s:Code><s:Value>s:${senders ? 'Sender' : 'Receiver'}</s:Value></s:Code>` +
        `<s:Reason><s:Text xml:lang="en">${text}</s:Text></s:Reason><s:Detail>${content}</s:Detail></s:Fault>`;
}

function resultXml(result: Readonly<Record<string, Json>>): string {
  switch (result.kind) {
    case 'answered': {
      const evidence = Object.entries(result.evidence as Readonly<Record<string, Json>>);
      const inside = evidence.map(([name, value]) => canonicalXml(name, value)).join('');
      const by = result.fulfilledBy === undefined ? '' : leaf('FulfilledBy', result.fulfilledBy);
      return (
        `<Answered>${leaf('EvidenceType', result.evidenceType as Json)}${by}` +
        `<Evidence xmlns:c="${canonicalNamespace}">${inside}</Evidence></Answered>`
      );
    }
    case 'refused':
      return `<Refused>${leaf('Code', result.code as Json)}${leaf('Detail', result.message as Json)}</Refused>`;
    default:
      return `<Failed>${leaf('Code', result.code as Json)}</Failed>`;
  }
}

/** One element a member; a list is its element repeated. Names are those of the contracts: letters alone. */
function canonicalXml(name: string, value: Json): string {
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(name)) throw new Error('a contract has a member that is no XML name');
  if (Array.isArray(value)) return value.map((item) => canonicalXml(name, item as Json)).join('');
  if (typeof value !== 'object' || value === null)
    return `<c:${name}>${escapeText(String(value))}</c:${name}>`;
  const inside = Object.entries(value).map(([each, below]) => canonicalXml(each, below as Json));
  return `<c:${name}>${inside.join('')}</c:${name}>`;
}

function fieldXml(field: Json): string {
  return pick(field, ['pointer', 'code', 'detail']);
}

function pick(value: Json, names: readonly string[]): string {
  return names
    .map((name) => leaf(capital(name), (value as Readonly<Record<string, Json>>)[name] as Json))
    .join('');
}

function leaf(element: string, value: Json): string {
  return `<${element}>${escapeText(String(value))}</${element}>`;
}

function capital(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
