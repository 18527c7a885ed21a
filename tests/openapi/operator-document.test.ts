import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { errorTable, operatorErrors } from '../../src/errors.js';
import { requestStates } from '../../src/requests/states.js';
import {
  type GatewayDocument,
  loadGatewayApi,
  type Operation,
  readGatewayDocument,
  walk,
} from './gateway-api.js';

interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
}

/** What another schema describes. */
const open = new Set(['evidence', 'parameters', 'ContractDocument']);
const isSigned = (where: string): boolean => where.includes(' /operator/v1/');

describe('openapi/operator.yaml', () => {
  const document = readGatewayDocument('operator.yaml');
  let resolved: GatewayDocument;

  before(async function () {
    // Every validator of the document is compiled here.
    this.timeout(60_000);
    resolved = (await loadGatewayApi('operator.yaml')).definition as unknown as GatewayDocument;
  });

  const operations = (): [string, Operation][] =>
    Object.entries(resolved.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, Operation] => [
        `${method} ${path}`,
        operation,
      ]),
    );

  it('closes every object except the ones that another schema describes', () => {
    for (const [path, value] of walk(document.components.schemas)) {
      const schema = value as { type?: string; additionalProperties?: boolean } | null;
      if (schema?.type === 'object') {
        assert.equal(schema.additionalProperties, open.has(path.at(-1) as string), path.join('/'));
      }
    }
  });

  it('describes every operation, signed and under a name that the clients’ contract does not have', () => {
    const ids = operations().map(([where, operation]) => {
      for (const field of ['operationId', 'summary', 'description'] as const)
        assert.ok(operation[field], `${where}: ${field}`);
      assert.equal(operation.tags?.length, 1, where);
      assert.deepEqual(
        operation.security ?? document.security,
        isSigned(where) ? document.security : [],
        where,
      );
      return operation.operationId as string;
    });
    assert.equal(new Set(ids).size, 14);
    for (const id of ids) assert.match(id, /^operator[A-Z]/);
  });

  it('wants a reason and an Idempotency-Key for whatever changes something', () => {
    for (const [where, operation] of operations().filter(([where]) => where.startsWith('post '))) {
      const names = (operation.parameters ?? []).map(({ name }) => name);
      assert.ok(names.includes('Idempotency-Key'), where);
      const schema = operation.requestBody?.content['application/json']?.schema as { required?: string[] };
      assert.ok(schema.required?.includes('reason'), where);
    }
  });

  it('gives an example of every body and every parameter, each valid against its schema', () => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(ajv);
    let examples = 0;
    const check = (where: string, schema: object, example: unknown): void => {
      assert.ok(ajv.validate(schema, example), `${where}: ${ajv.errorsText()}`);
      examples += 1;
    };
    for (const [where, operation] of operations()) {
      for (const parameter of operation.parameters ?? [])
        check(`${where} ${parameter.name}`, parameter.schema, parameter.example);
      const bodies = [
        ...Object.entries(operation.responses),
        ...(operation.requestBody ? [['request', operation.requestBody] as const] : []),
      ];
      for (const [status, body] of bodies) {
        for (const media of Object.values(body.content)) {
          const named = Object.entries(media.examples);
          assert.ok(named.length > 0, `${where} ${status}`);
          for (const [name, { summary, value }] of named) {
            assert.ok(summary, `${where} ${status} ${name}: summary`);
            check(`${where} ${status} ${name}`, media.schema, value);
          }
        }
      }
    }
    assert.ok(examples > 150, `${examples} examples`);
  });

  it('refuses with problems that carry their status, and declares those that any operation gives', () => {
    const shown = new Map<string, Problem>();
    for (const [where, operation] of operations()) {
      for (const [status, response] of Object.entries(operation.responses)) {
        for (const { value } of Object.values(response.content['application/problem+json']?.examples ?? {})) {
          const problem = value as Problem;
          assert.equal(problem.status, Number(status), `${where} ${problem.code}`);
          shown.set(problem.code, problem);
        }
      }
      const declared = Object.keys(operation.responses);
      for (const code of isSigned(where) ? ['401', '403', '409', '429', '503'] : ['500']) {
        assert.ok(declared.includes(code), `${where} ${code}`);
      }
    }
    const codes = document.components.schemas.Problem?.properties?.code?.enum ?? [];
    for (const code of operatorErrors) assert.ok(codes.includes(code), code);
    for (const code of codes) {
      const entry = errorTable[code as keyof typeof errorTable];
      const problem = shown.get(code);
      // Given before any operation is known, so no operation declares them.
      if (code === 'not-found' || code === 'method-not-allowed') continue;
      assert.deepEqual(
        [problem?.type, problem?.status, problem?.title],
        [`urn:ura:problem:${code}`, entry.status, entry.title],
        code,
      );
    }
  });

  it('names the states of requests', () => {
    assert.deepEqual(document.components.schemas.RequestState?.enum, requestStates);
  });
});
