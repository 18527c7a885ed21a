import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import addFormats from 'ajv-formats';
import { type Document, OpenAPIBackend, type Request } from 'openapi-backend';
import { parse } from 'yaml';
import { findPackageRoot } from '../../src/package-root.js';

/** What the tests read of the document. After loading, references are resolved. */
export interface GatewayDocument {
  readonly openapi: string;
  readonly info: { readonly description: string };
  readonly security: readonly object[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly responses: Readonly<Record<string, Body>>;
  };
}

export interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly parameters?: readonly Field[];
  readonly requestBody?: Body;
  readonly responses: Readonly<Record<string, Body>>;
}

/** A request body or a response. */
export interface Body {
  readonly content: Readonly<Record<string, Media>>;
  readonly headers?: Readonly<Record<string, Field>>;
}

export interface Media {
  readonly schema: Schema;
  readonly examples: Readonly<Record<string, { readonly summary?: string; readonly value: unknown }>>;
}

/** A parameter or a header. */
export interface Field {
  readonly name?: string;
  readonly schema: Schema;
  readonly example?: unknown;
}

export interface Schema {
  readonly type?: string;
  readonly additionalProperties?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly enum?: readonly string[];
}

/** A file of this package, as text. */
export function readPackageFile(...path: string[]): string {
  return readFileSync(join(findPackageRoot(), ...path), 'utf8');
}

/** The document as it is written, references unresolved. */
export function readGatewayDocument(file = 'gateway.yaml'): GatewayDocument {
  return parse(readPackageFile('openapi', file)) as GatewayDocument;
}

/** The backend with the settings that the document is written for: formats on, every error listed. */
export async function loadGatewayApi(file = 'gateway.yaml'): Promise<OpenAPIBackend> {
  const api = new OpenAPIBackend({
    definition: structuredClone(readGatewayDocument(file)) as unknown as Document,
    strict: true,
    ajvOpts: { allErrors: true },
    customizeAjv(ajv) {
      addFormats.default(ajv);
      return ajv;
    },
  });
  await api.init();
  return api;
}

/** A request as the backend takes it, with the headers that every submission carries. */
export function submission(body: unknown, headers: Record<string, string> = {}): Request {
  return {
    method: 'post',
    path: '/v1/requests',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': '6f1c0a52-9d7e-4a55-8a0e-5d0e7a1b2c3d',
      ...headers,
    },
    body,
  };
}

/** What the backend says against a request: `<JSON Pointer> <keyword>`, sorted, each once. */
export function complaints(api: OpenAPIBackend, request: Request): string[] {
  const { errors } = api.validateRequest(request);
  const lines = (errors ?? []).map(({ instancePath, keyword, params }) => {
    const missing = params.missingProperty ?? params.additionalProperty;
    return `${instancePath}${missing === undefined ? '' : `/${String(missing)}`} ${keyword}`;
  });
  return [...new Set(lines)].sort();
}

/** Every member below a node with the way to it. */
export function* walk(node: unknown, path: readonly string[] = []): Generator<[readonly string[], unknown]> {
  if (typeof node !== 'object' || node === null) return;
  for (const [name, value] of Object.entries(node)) {
    yield [[...path, name], value];
    yield* walk(value, [...path, name]);
  }
}
