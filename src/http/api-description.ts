import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import addFormats from 'ajv-formats';
import { type Document, OpenAPIBackend, OpenAPIValidator } from 'openapi-backend';
import { parse } from 'yaml';
import { type FieldError, UraError } from '../errors.js';
import { findPackageRoot } from '../package-root.js';

/** One operation of a document in `openapi/` that a request addressed. */
export interface Operation {
  readonly id: string;
  /** Whether the request has to be signed: always, unless the document says `security: []`. */
  readonly signed: boolean;
  /**
   * Whether the handler gets the bytes as they came and judges them itself (`x-ura-message: raw`): messages of
   * registries and SOAP callers, which are signed in their own way and need not be JSON.
   */
  readonly raw: boolean;
  /** Whether the body may hold documents (`x-ura-documents: true`), and so be larger than others. */
  readonly documents: boolean;
  /** Decoded path parameters. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

export interface ApiRequest {
  readonly method: string;
  /** Path and query, raw. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the OpenAPI document says about requests and answers. The only file that knows openapi-backend. */
export interface ApiDescription {
  /** The document itself, as it is served. */
  readonly document: Document;
  readonly operationIds: readonly string[];
  /** @throws {UraError} `malformed-target`, `not-found`, `method-not-allowed`. */
  match(request: ApiRequest): Operation;
  /** @throws {UraError} `invalid-request` or `idempotency-key-missing`, naming every field that is wrong. */
  check(request: ApiRequest, body: unknown): void;
  /** Problems of one of our own answers; empty when it keeps the contract. */
  checkAnswer(operationId: string, status: number, body: unknown): string[];
}

/**
 * @param file below `openapi/`.
 * @param servedAt path under which the document is served, for whoever asks for something that is not in it.
 */
export async function loadApiDescription(
  file = 'gateway.yaml',
  servedAt = '/openapi.json',
): Promise<ApiDescription> {
  const document = parse(readFileSync(join(findPackageRoot(), 'openapi', file), 'utf8')) as Document;
  const api = new OpenAPIBackend({
    definition: structuredClone(document),
    strict: true,
    quick: false,
    coerceTypes: false,
    // Its own way compiles what every answer may be, too, and that takes seconds.
    validate: false,
    // One operation, one path: a rule of a proxy in front for `/v1/requests` must not miss `/v1/requests/`.
    ignoreTrailingSlashes: false,
  });
  await api.init();
  // The router puts its list together anew for each match, three times a request; the document does not change.
  const operations = api.router.getOperations();
  api.router.getOperations = () => operations;
  const validator = new OpenAPIValidator({
    definition: api.definition,
    router: api.router,
    coerceTypes: false,
    lazyCompileValidators: true,
    // The document was checked as a whole above.
    ajvOpts: { allErrors: true, strict: false, validateSchema: false },
    customizeAjv: (ajv) => {
      addFormats.default(ajv);
      return ajv;
    },
  });
  // Answers are held against the document outside production only, each when it first occurs.
  validator.preCompileRequestValidators();

  return {
    document,
    operationIds: operations.flatMap((operation) => operation.operationId ?? []),

    match(request) {
      const { path, query } = splitTarget(request.target);
      const parsed = toRequest(request, undefined);
      const operation = api.matchOperation(parsed);
      if (!operation) {
        const others = ['get', 'post', 'put', 'delete', 'patch'].filter((method) =>
          api.matchOperation({ ...parsed, method }),
        );
        if (others.length === 0) throw new UraError('not-found', `See ${servedAt} for what there is.`);
        throw new MethodNotAllowed(others.map((method) => method.toUpperCase()));
      }
      const security = operation.security ?? document.security;
      const extensions = operation as unknown as Readonly<Record<string, unknown>>;
      return {
        id: operation.operationId as string,
        signed: !(Array.isArray(security) && security.length === 0),
        raw: extensions['x-ura-message'] === 'raw',
        documents: extensions['x-ura-documents'] === true,
        path: decodePath(operation.path, path),
        query,
      };
    },

    check(request, body) {
      const parsed = toRequest(request, body);
      const result = validator.validateRequest(parsed, api.matchOperation(parsed));
      if (result.valid) return;
      const errors = (result.errors ?? []).map(toFieldError);
      if (errors.some((error) => error.pointer === '/header/idempotency-key')) {
        throw new UraError(
          'idempotency-key-missing',
          'Send a header Idempotency-Key of 8 to 64 characters.',
          {
            errors,
          },
        );
      }
      throw new UraError('invalid-request', 'The fields named in errors are not valid.', { errors });
    },

    checkAnswer(operationId, status, body) {
      const operation = operations.find((candidate) => candidate.operationId === operationId);
      if (!operation?.responses || !(String(status) in operation.responses)) {
        return [`${operationId} does not declare status ${status}`];
      }
      const result = validator.validateResponse(body, operation, status);
      return (result.errors ?? []).map(
        (error) => `${operationId} ${status}: ${error.instancePath} ${error.message}`,
      );
    },
  };
}

/** 405 needs its Allow header (RFC 9110 §15.5.6). */
export class MethodNotAllowed extends UraError {
  constructor(readonly allow: readonly string[]) {
    super('method-not-allowed', `This path takes ${allow.join(', ')}.`);
  }
}

function splitTarget(target: string): { path: string; search: string; query: Record<string, string> } {
  if (!target.startsWith('/') || target.startsWith('//')) {
    throw new UraError('malformed-target', 'The target has to be a path.');
  }
  const [path = '', search = ''] = target.split(/\?(.*)/s);
  const query: Record<string, string> = {};
  try {
    decodeURIComponent(path);
    for (const pair of search === '' ? [] : search.split('&')) {
      const [name = '', value = ''] = pair
        .split(/=(.*)/s)
        .map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
      if (Object.hasOwn(query, name))
        throw new UraError('malformed-target', 'A query parameter is repeated.');
      // The validator's own parser drops such names without a word, so nobody would object to them.
      if (name in Object.prototype)
        throw new UraError('malformed-target', 'A query parameter has a name that is not taken.');
      Object.defineProperty(query, name, { value, enumerable: true });
    }
  } catch (error) {
    if (error instanceof UraError) throw error;
    throw new UraError('malformed-target', 'The target is not validly percent-encoded.');
  }
  return { path, search, query };
}

function decodePath(template: string, path: string): Record<string, string> {
  const actual = path.split('/');
  return Object.fromEntries(
    template.split('/').flatMap((part, index) => {
      const name = /^\{(.+)\}$/.exec(part)?.[1];
      return name === undefined ? [] : [[name, decodeURIComponent(actual[index] ?? '')]];
    }),
  );
}

function toRequest({ method, target, headers }: ApiRequest, body: unknown) {
  const { path, search } = splitTarget(target);
  return { method: method.toLowerCase(), path, query: search, headers: { ...headers }, body };
}

function toFieldError(error: {
  instancePath: string;
  keyword: string;
  message?: string;
  params: Record<string, unknown>;
}): FieldError {
  const name = error.params.missingProperty ?? error.params.additionalProperty;
  const place = error.instancePath.replace(/^\/requestBody/, '');
  const below = typeof name === 'string' ? `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}` : '';
  return { pointer: `${place}${below}`, code: error.keyword, detail: error.message ?? 'is not valid' };
}
