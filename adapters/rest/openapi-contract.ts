import { readFileSync } from 'node:fs';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

/** What the OpenAPI document of one registry says, compiled. */
export interface RestContract {
  /** Every `operationId`, in the document's order. */
  readonly operationIds: readonly string[];
  /** @throws {Error} when the document has no such operation. */
  operation(operationId: string): ContractOperation;
}

/** One operation: always a POST with a JSON body, so that the digest of the body covers the whole question. */
export interface ContractOperation {
  readonly operationId: string;
  /** Below the registry's base address, with a leading slash and without parameters. */
  readonly path: string;
  /** @returns `<JSON Pointer> <keyword>`, never a value; empty when the body is valid. */
  checkRequest(body: unknown): string[];
  /**
   * @returns as {@link checkRequest}; undefined when the document does not declare this status with this type.
   */
  checkAnswer(status: number, mediaType: string, content: unknown): string[] | undefined;
  declares(status: number, mediaType: string): boolean;
}

interface Document {
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentOperation>>>>;
}

interface DocumentOperation {
  readonly operationId?: string;
  readonly parameters?: unknown;
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

type Content = Readonly<Record<string, Media>>;

interface Media {
  readonly schema?: object;
}

/**
 * Reads and compiles a bundled OpenAPI 3.1 document. Formats are checked, nothing is coerced, defaulted or removed.
 *
 * @throws {Error} naming the operation that is not a plain POST with a JSON body and declared answers, or the schema
 *   that does not compile.
 */
export function readRestContract(path: string): RestContract {
  const document = pointToSchemas(parse(readFileSync(path, 'utf8'))) as Document;
  const ajv = new Ajv2020({
    strict: true,
    strictTypes: false,
    allErrors: false,
    // The documents come with the program, and its tests hold them against the meta-schema: here it would cost time.
    validateSchema: false,
  });
  addFormats.default(ajv);
  ajv.addSchema({ $id: schemasId, $defs: document.components.schemas });
  const operations = new Map<string, ContractOperation>();
  for (const [place, methods] of Object.entries(document.paths)) {
    for (const [method, declared] of Object.entries(methods)) {
      const operation = compileOperation(ajv, place, method, declared);
      if (operations.has(operation.operationId))
        throw new Error(`${operation.operationId} is declared twice`);
      operations.set(operation.operationId, operation);
    }
  }
  return {
    operationIds: [...operations.keys()],
    operation(operationId) {
      const operation = operations.get(operationId);
      if (operation === undefined) throw new Error(`the document has no operation ${operationId}`);
      return operation;
    },
  };
}

const schemasId = 'urn:al:ura:openapi:schemas';

/** An OpenAPI document is no JSON Schema: its schemas are taken out, and references to them follow. */
function pointToSchemas(document: unknown): unknown {
  const text = JSON.stringify(document).replaceAll(
    '"$ref":"#/components/schemas/',
    `"$ref":"${schemasId}#/$defs/`,
  );
  return JSON.parse(text);
}

function compileOperation(
  ajv: Ajv2020,
  path: string,
  method: string,
  { operationId, parameters, requestBody, responses }: DocumentOperation,
): ContractOperation {
  const where = operationId ?? `${method} ${path}`;
  if (operationId === undefined) throw new Error(`${where} has no operationId`);
  // A path, a query or a header outside of the body would be outside of what some profiles sign.
  if (method !== 'post' || parameters !== undefined || /[{}?#]/.test(path)) {
    throw new Error(`${where} is not a POST without parameters`);
  }
  if (requestBody?.required !== true || Object.keys(requestBody.content).join() !== 'application/json') {
    throw new Error(`${where} has no required body of application/json alone`);
  }
  const compile = (media: Media | undefined): ValidateFunction => {
    if (media?.schema === undefined) throw new Error(`${where} declares a body without a schema`);
    return ajv.compile(media.schema);
  };
  const request = compile(requestBody.content['application/json']);
  const answers = new Map<string, ValidateFunction>();
  for (const [status, { content }] of Object.entries(responses)) {
    if (!/^[245]\d\d$/.test(status)) throw new Error(`${where}: ${status} is not one status of an answer`);
    for (const [type, media] of Object.entries(content ?? {})) {
      answers.set(`${status} ${type}`, compile(media));
    }
  }
  return {
    operationId,
    path,
    checkRequest: (body) => errorsOf(request, body),
    declares: (status, mediaType) => answers.has(`${status} ${mediaType}`),
    checkAnswer(status, mediaType, content) {
      const answer = answers.get(`${status} ${mediaType}`);
      return answer && errorsOf(answer, content);
    },
  };
}

function errorsOf(validate: ValidateFunction, value: unknown): string[] {
  return validate(value) ? [] : (validate.errors ?? []).map(describe);
}

function describe({ instancePath, keyword }: ErrorObject): string {
  return `${instancePath === '' ? '/' : instancePath} ${keyword}`;
}
