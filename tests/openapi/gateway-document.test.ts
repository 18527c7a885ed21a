import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { OpenAPIBackend } from 'openapi-backend';
import { errorTable, operatorErrors } from '../../src/errors.js';
import { requestStates } from '../../src/requests/states.js';
import {
  type Body,
  type GatewayDocument,
  loadGatewayApi,
  type Operation,
  readGatewayDocument,
  type Schema,
  walk,
} from './gateway-api.js';

interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
}

/** Where anything may stand in an object, because another schema describes it. */
const open = new Set(['evidence', 'form', 'parameters', 'ContractDocument']);

/** JSON Schema keywords newer than draft-07: the validator in use ignores them without a word. */
const ignoredKeywords = [
  'dependentRequired',
  'dependentSchemas',
  'unevaluatedProperties',
  'unevaluatedItems',
  'prefixItems',
  'minContains',
  'maxContains',
  '$dynamicRef',
  '$dynamicAnchor',
];

describe('openapi/gateway.yaml', () => {
  const document = readGatewayDocument();
  let api: OpenAPIBackend;
  let resolved: GatewayDocument;

  before(async function () {
    // Every validator of the document is compiled here.
    this.timeout(20_000);
    api = await loadGatewayApi();
    resolved = api.definition as unknown as GatewayDocument;
  });

  function operations(): [string, Operation][] {
    return Object.entries(resolved.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, Operation] => [
        `${method} ${path}`,
        operation,
      ]),
    );
  }

  /** Messages in a protocol of their own: what stands in them, their own contract says. */
  const isRaw = (operation: Operation): boolean =>
    (operation as unknown as Record<string, unknown>)['x-ura-message'] === 'raw';

  it('is OpenAPI 3.1 by the validator of the backend, with schemas of JSON Schema 2020-12', () => {
    assert.match(document.openapi as string, /^3\.1\.\d+$/);
    const ajv = new Ajv2020({ strict: false });
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      assert.ok(ajv.validateSchema(schema), `${name}: ${ajv.errorsText()}`);
    }
  });

  it('is refused by the backend when it is not valid', async () => {
    const broken = structuredClone(document) as unknown as { info?: unknown };
    delete broken.info;
    const { OpenAPIBackend: Backend } = await import('openapi-backend');
    await assert.rejects(
      new Backend({ definition: broken as never, strict: true }).init(),
      /not valid OpenAPI/,
    );
  });

  it('refers to nothing outside itself, and every reference leads somewhere', () => {
    for (const [path, value] of walk(document)) {
      if (path.at(-1) !== '$ref') continue;
      assert.match(String(value), /^#\//);
      const target = String(value)
        .slice(2)
        .split('/')
        .reduce<unknown>((node, step) => (node as Record<string, unknown> | undefined)?.[step], document);
      assert.notEqual(target, undefined, String(value));
    }
  });

  it('uses no keyword that the validator of the backend would ignore', () => {
    for (const [path] of walk(document)) {
      assert.ok(!ignoredKeywords.includes(path.at(-1) as string), path.join('/'));
      assert.notEqual(path.at(-1), 'nullable', path.join('/'));
    }
  });

  it('closes every object except the ones that another schema describes', () => {
    let closed = 0;
    for (const [path, value] of walk(document.components.schemas)) {
      const schema = value as Schema | null;
      if (schema?.type !== 'object') continue;
      const name = path.at(-1) as string;
      const isOpen = open.has(name) && schema.properties === undefined;
      assert.equal(schema.additionalProperties, isOpen, path.join('/'));
      closed += isOpen ? 0 : 1;
    }
    assert.ok(closed >= 20, `${closed} closed objects`);
  });

  it('describes every operation with id, summary, description, tag and security', () => {
    const ids = new Set<string>();
    for (const [where, operation] of operations()) {
      for (const field of ['operationId', 'summary', 'description'] as const)
        assert.ok(operation[field], `${where}: ${field}`);
      assert.equal(operation.tags?.length, 1, where);
      ids.add(operation.operationId as string);
      const signed = where.includes(' /v1/') && !isRaw(operation);
      assert.deepEqual(operation.security ?? document.security, signed ? document.security : [], where);
    }
    assert.deepEqual([...ids].sort(), [
      'answerByHand',
      'asyncapi',
      'cancelCase',
      'cancelRequest',
      'getApplication',
      'getApplicationDocument',
      'getCase',
      'getReceipt',
      'getRequest',
      'getService',
      'getSoapContract',
      'listApplications',
      'listCases',
      'listOfficerTasks',
      'listRequests',
      'listServices',
      'live',
      'metrics',
      'openapi',
      'postCallback',
      'postSoap',
      'ready',
      'reportApplicationState',
      'retryStep',
      'submitApplication',
      'submitCase',
      'submitRequest',
    ]);
  });

  it('gives an example of every body and every parameter, each valid against its schema', () => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(ajv);
    let examples = 0;
    const check = (where: string, schema: Schema, example: unknown) => {
      assert.ok(ajv.validate(schema, example), `${where}: ${ajv.errorsText()}`);
      examples += 1;
    };
    for (const [where, operation] of operations().filter(([, each]) => !isRaw(each))) {
      for (const parameter of operation.parameters ?? ([] as readonly never[])) {
        check(`${where} ${parameter.name}`, parameter.schema, parameter.example);
      }
      const bodies: [string, Body][] = Object.entries(operation.responses);
      if (operation.requestBody !== undefined) bodies.push(['request', operation.requestBody]);
      for (const [status, body] of bodies) {
        const content = Object.entries(body.content);
        assert.equal(content.length, 1, `${where} ${status}`);
        for (const [type, media] of content) {
          const named = Object.entries(media.examples);
          assert.ok(named.length > 0, `${where} ${status} ${type}`);
          for (const [name, { summary, value }] of named) {
            assert.ok(summary, `${where} ${status} ${name}: summary`);
            check(`${where} ${status} ${name}`, media.schema, value);
          }
        }
        for (const [name, header] of Object.entries(body.headers ?? {})) {
          check(`${where} ${status} ${name}`, header.schema, header.example);
        }
      }
    }
    assert.ok(examples > 150, `${examples} examples`);
  });

  it('answers every refusal as application/problem+json whose example carries the right status', () => {
    for (const [where, operation] of operations().filter(([, each]) => !isRaw(each))) {
      for (const [status, response] of Object.entries(operation.responses)) {
        if (Number(status) < 400 || (where === 'get /health/ready' && status === '503')) continue;
        assert.deepEqual(Object.keys(response.content), ['application/problem+json'], where);
        const examples = response.content['application/problem+json']?.examples ?? {};
        for (const { value } of Object.values(examples)) {
          assert.equal((value as Problem).status, Number(status), `${where} ${(value as Problem).code}`);
        }
      }
      const declared = Object.keys(operation.responses);
      assert.ok(declared.includes('500') && declared.includes('501'), where);
      if (where.includes(' /v1/'))
        for (const code of ['401', '409', '429', '503']) assert.ok(declared.includes(code), where);
    }
  });

  it('lists exactly the errors of the gateway, with their status, title and an example each', () => {
    const table = [...document.info.description.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \|/gm)];
    const codes = Object.entries(errorTable).filter(
      ([code]) => !(operatorErrors as readonly string[]).includes(code),
    );
    const inOrder = (list: [string, number][]) => list.sort(([a], [b]) => a.localeCompare(b));
    assert.deepEqual(
      inOrder(table.map(([, code, status]) => [code as string, Number(status)])),
      inOrder(codes.map(([code, { status }]) => [code, status])),
    );
    const problem = document.components.schemas.Problem?.properties?.code;
    assert.deepEqual([...(problem?.enum ?? [])].sort(), codes.map(([code]) => code).sort());
    const shown = new Map<string, Problem>();
    for (const [path, value] of walk(document.components.responses)) {
      if (path.at(-1) === 'value') shown.set((value as Problem).code, value as Problem);
    }
    for (const [code, { status, title }] of codes) {
      const example = shown.get(code);
      assert.deepEqual(
        [example?.type, example?.status, example?.title],
        [`urn:ura:problem:${code}`, status, title],
        code,
      );
    }
  });

  it('names the states of the gateway, in the schema and in the table of the description', () => {
    assert.deepEqual(document.components.schemas.RequestState?.enum, requestStates);
    const table = [...document.info.description.matchAll(/^\| `([a-z-]+)` \| [^|]+ \| (yes|no) \|/gm)];
    assert.deepEqual(
      table.map(([, state]) => state),
      [...requestStates],
    );
  });
});
