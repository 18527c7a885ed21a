import { elementsOf, textOf, type XmlElement } from '../../signing/wss-x509-integrity.js';

/** Target namespace of `contracts/gateway/gateway.xsd`, and the stem of its actions. */
export const gatewayNamespace = 'urn:al:ura:gateway:v1';

/** What a SOAP message asks of the HTTP API: the same operation, with the same body. */
export interface AskedOperation {
  readonly operationId: 'submitRequest' | 'getRequest' | 'cancelRequest';
  readonly method: 'GET' | 'POST';
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly path: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/**
 * Turns the payload of a verified message, which is valid by the schema, into what the HTTP API would have been
 * asked. Meaning is checked there, once for both ways in.
 *
 * @returns undefined for an element that is none of the operations.
 */
export function readMessage(payload: XmlElement): AskedOperation | undefined {
  switch (payload.local) {
    case 'SubmitRequest':
      return submission(payload);
    case 'GetRequest': {
      const id = text(payload, 'Id');
      return {
        operationId: 'getRequest',
        method: 'GET',
        target: `/v1/requests/${id}`,
        headers: {},
        path: { id },
      };
    }
    case 'CancelRequest': {
      const id = text(payload, 'Id');
      return {
        operationId: 'cancelRequest',
        method: 'POST',
        target: `/v1/requests/${id}/cancel`,
        headers: json,
        path: { id },
        body: { reason: text(payload, 'Reason') },
      };
    }
    default:
      return undefined;
  }
}

const json = { 'content-type': 'application/json' } as const;

function submission(payload: XmlElement): AskedOperation {
  const wait = optional(payload, 'WaitSeconds', 'prefer');
  const fields = all(payload, 'RequestedField').map(contentOf);
  const parameters = all(payload, 'Parameter').map(parameter);
  return {
    operationId: 'submitRequest',
    method: 'POST',
    target: '/v1/requests',
    path: {},
    headers: {
      ...json,
      'idempotency-key': text(payload, 'IdempotencyKey'),
      ...(wait.prefer === undefined ? {} : { prefer: `wait=${Number(wait.prefer)}` }),
    },
    body: {
      service: text(payload, 'Service'),
      subject: members(one(payload, 'Subject'), { Scheme: 'scheme', Notation: 'notation' }),
      purpose: text(payload, 'Purpose'),
      legalBasis: text(payload, 'LegalBasis'),
      ...optional(payload, 'ConsentRef', 'consentRef'),
      requester: members(one(payload, 'Requester'), {
        Organisation: 'organisation',
        Officer: 'officer',
        Unit: 'unit',
      }),
      caseId: text(payload, 'CaseId'),
      ...(fields.length === 0 ? {} : { requestedFields: fields }),
      ...optional(payload, 'Deadline', 'deadline'),
      // By Object.fromEntries, so that a parameter called __proto__ is a member like any other, and refused.
      ...(parameters.length === 0 ? {} : { parameters: Object.fromEntries(parameters) }),
    },
  };
}

function parameter(element: XmlElement): [string, unknown] {
  const value = (name: string) => element.attributes.find(({ local }) => local === name)?.value;
  const content = contentOf(element);
  const name = value('name') as string;
  switch (value('kind')) {
    case 'boolean':
      return [name, content === 'true' ? true : content === 'false' ? false : content];
    case 'integer':
      return [name, /^-?\d{1,15}$/.test(content) ? Number(content) : content];
    default:
      return [name, content];
  }
}

function all(parent: XmlElement, local: string): XmlElement[] {
  return (elementsOf(parent) ?? []).filter((element) => element.local === local);
}

function one(parent: XmlElement, local: string): XmlElement {
  const [element] = all(parent, local);
  if (!element) throw new Error(`the schema let a message without ${local} through`);
  return element;
}

function text(parent: XmlElement, local: string): string {
  return contentOf(one(parent, local));
}

function optional<Key extends string>(
  parent: XmlElement,
  local: string,
  key: Key,
): { readonly [K in Key]?: string } {
  const [element] = all(parent, local);
  return (element ? { [key]: contentOf(element) } : {}) as { readonly [K in Key]?: string };
}

function members(parent: XmlElement, names: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(names).map(([local, key]) => [key, text(parent, local)]));
}

function contentOf(element: XmlElement): string {
  return textOf(element) ?? '';
}
