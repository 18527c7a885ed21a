import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { bundleAsyncApi } from '../../contracts/versions/bundle.js';
import { submissionShapes } from '../../src/intake/submission-form.js';
import { findPackageRoot } from '../../src/package-root.js';
import { caseStates } from '../../src/procedures/case.js';
import { loadGatewayApi, readPackageFile, walk } from './gateway-api.js';

interface Message {
  readonly name: string;
  readonly summary: string;
  readonly examples: readonly { readonly headers: Record<string, string>; readonly payload: Payload }[];
}

interface Payload {
  readonly [field: string]: unknown;
  readonly requestId: string;
  readonly state: string;
  readonly finishedAt: string;
}

interface EventsDocument {
  readonly asyncapi: string;
  readonly channels: Readonly<
    Record<
      'requests' | 'results' | 'applications' | 'deadLetters',
      { readonly address: string; readonly messages: object }
    >
  >;
  readonly components: {
    readonly messages: Readonly<Record<string, Message>>;
    readonly schemas: Readonly<Record<string, object>>;
  };
}

const states = ['answered', 'refused', 'failed', 'expired', 'cancelled'];
const schemaText = readPackageFile('contracts', 'events', 'result.v1.schema.json');
const document = parse(readPackageFile('contracts', 'asyncapi.yaml')) as EventsDocument;

/** `answered` → its message. */
function messageOf(state: string): Message {
  const message = Object.values(document.components.messages).find(({ name }) =>
    name.includes(`request.${state}.`),
  );
  assert.ok(message, state);
  return message;
}

function exampleOf(state: string): Payload {
  const example = messageOf(state).examples[0];
  assert.ok(example, state);
  return example.payload;
}

describe('contracts/events/result.v1.schema.json', () => {
  let validate: ValidateFunction;

  before(() => {
    const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true });
    ajv.addVocabulary(['x-open']);
    addFormats.default(ajv);
    validate = ajv.compile(JSON.parse(schemaText) as object);
  });

  for (const state of states) {
    it(`accepts the example of a request that is ${state}`, () => {
      assert.ok(validate(exampleOf(state)), JSON.stringify(validate.errors));
    });
  }

  const answered = exampleOf('answered');
  const bad: readonly [string, object, string][] = [
    ['a state that is not final', { ...answered, state: 'dispatching' }, '/state enum'],
    ['an answer without result', { ...answered, result: undefined }, ' required'],
    [
      'an answer with the result of a refusal',
      { ...answered, result: exampleOf('refused').result },
      '/result/kind const',
    ],
    [
      'an expired request with a result',
      { ...exampleOf('expired'), result: answered.result },
      '/result false schema',
    ],
    [
      'a failure that tells more than a code',
      {
        ...exampleOf('failed'),
        result: { kind: 'failed', code: 'answer-invalid', detail: 'x' },
      },
      '/result additionalProperties',
    ],
    ['an unknown field', { ...answered, subject: 'J00101999W' }, ' additionalProperties'],
    ['a municipality as number', { ...answered, municipality: 20 }, '/municipality type'],
    ['a local time', { ...answered, finishedAt: '2026-03-02T10:00:00+01:00' }, '/finishedAt pattern'],
    [
      'a digest in capitals',
      { ...answered, evidence: [{ kind: 'result', sha256: 'A'.repeat(64) }] },
      '/evidence/0/sha256 pattern',
    ],
    [
      'a warning with a value',
      {
        ...answered,
        warnings: [{ code: 'nid-check-letter', pointer: '/subject', detail: 'x', value: 'J' }],
      },
      '/warnings/0 additionalProperties',
    ],
  ];
  for (const [wrong, value, complaint] of bad) {
    it(`refuses ${wrong}`, () => {
      // As it comes out of Kafka: members that are undefined are not there.
      assert.equal(validate(JSON.parse(JSON.stringify(value))), false);
      const found = (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
      assert.ok(found.includes(complaint), found.join(', '));
    });
  }

  it('carries the same result as the HTTP API', async () => {
    const api = await loadGatewayApi();
    for (const state of states) {
      const { requestId, state: _, finishedAt, evidence: __, ...rest } = exampleOf(state);
      const resource = {
        ...rest,
        id: requestId,
        state,
        finishedAt,
        acceptedAt: finishedAt,
        updatedAt: finishedAt,
        deadline: finishedAt,
        purpose: 'social-housing',
        attempts: 1,
        decision: { grant: 'g', fields: ['head'] },
        links: { self: `/v1/requests/${requestId}`, receipt: `/v1/requests/${requestId}/receipt` },
      };
      assert.equal(api.validateResponse(resource, 'getRequest', 200).errors, null, state);
      assert.notEqual(
        api.validateResponse({ ...resource, result: { kind: state } }, 'getRequest', 200).errors,
        null,
      );
    }
  }).timeout(20_000);
});

describe('contracts/asyncapi.yaml', () => {
  it('is AsyncAPI 3.0 and names one message for each way in which a request or a case can end, and for applications', () => {
    assert.equal(document.asyncapi, '3.0.0');
    assert.equal(document.channels.results.address, 'oss.{municipality}.results.v1');
    const names = Object.values(document.components.messages).map(({ name }) => name);
    assert.deepEqual(names, [
      'ura.request.submitted.v1',
      ...states.map((state) => `ura.request.${state}.v1`),
      ...caseStates.filter((state) => state !== 'running').map((state) => `ura.case.${state}.v1`),
      'ura.submission.refused.v1',
      'ura.application.submitted.v1',
      'ura.application.state.v1',
      'ura.event.dead-lettered.v1',
    ]);
    const { requests, results, applications, deadLetters } = document.channels;
    assert.equal(requests.address, 'oss.{municipality}.requests.v1');
    assert.deepEqual(
      [requests, results, applications, deadLetters].flatMap(({ messages }) => Object.keys(messages)),
      Object.keys(document.components.messages),
    );
  });

  it('refers to itself and to the schema files of events, and every reference leads somewhere', () => {
    const references = [...walk(document)].filter(([path]) => path.at(-1) === '$ref');
    assert.ok(references.length > 20);
    for (const [, value] of references) {
      const reference = String(value);
      if (!reference.startsWith('#/')) {
        assert.match(
          reference,
          /^\.\/events\/(result|case|application|application-state|submission-refused|dead-letter)\.v1\.schema\.json$|^\.\.\/openapi\/gateway\.yaml#\/components\/schemas\/NewRequest$/,
        );
        continue;
      }
      const target = reference
        .slice(2)
        .split('/')
        .reduce<unknown>((node, step) => (node as Record<string, unknown> | undefined)?.[step], document);
      assert.notEqual(target, undefined, reference);
    }
  });

  for (const state of states) {
    it(`shows headers of a request that is ${state}, which fit their schema and the value`, () => {
      const ajv = new Ajv2020({ strict: false, allErrors: true });
      addFormats.default(ajv);
      const schema = {
        $ref: `#/components/schemas/${state}Headers`,
        components: {
          schemas: { ...document.components.schemas, result: true, case: true, newRequest: true },
        },
      };
      const validateHeaders = ajv.compile(schema);
      for (const { headers, payload } of messageOf(state).examples) {
        assert.ok(validateHeaders(headers), JSON.stringify(validateHeaders.errors));
        assert.equal(headers.ce_subject, payload.requestId);
        assert.equal(headers.ce_time, payload.finishedAt);
        assert.equal(payload.state, state);
        for (const name of Object.keys(headers)) {
          if (name === 'traceparent') continue;
          const { [name]: _, ...fewer } = headers;
          assert.equal(validateHeaders(fewer), false, `without ${name}`);
        }
        assert.equal(validateHeaders({ ...headers, ce_type: 'ura.request.accepted.v1' }), false);
      }
    });
  }
});

describe('submissions over Kafka in contracts/asyncapi.yaml', () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const bundled = bundleAsyncApi(join(findPackageRoot(), 'contracts', 'asyncapi.yaml')) as EventsDocument;
  const messageNamed = (name: string) => {
    const message = Object.values(bundled.components.messages).find((each) => each.name === name);
    assert.ok(message?.examples[0], name);
    return message.examples[0];
  };
  const compile = (schema: string): ValidateFunction =>
    ajv.compile({
      $ref: `#/components/schemas/${schema}`,
      components: { schemas: bundled.components.schemas },
    });

  it('have the body of POST /v1/requests, taken from openapi/gateway.yaml and from nowhere else', async () => {
    const { payload } = messageNamed('ura.request.submitted.v1');
    const validate = compile('newRequest');
    assert.ok(validate(payload), JSON.stringify(validate.errors));
    assert.equal(validate({ ...payload, municipality: '20' }), false);
    const api = await loadGatewayApi();
    const own = (api.definition as unknown as { components: { schemas: Record<string, object> } }).components;
    const { properties } = own.schemas.NewRequest as { properties: object };
    const { properties: here } = bundled.components.schemas.newRequest as { properties: object };
    assert.deepEqual(Object.keys(here), Object.keys(properties));
  }).timeout(60_000);

  it('show headers that fit their schema and the value', () => {
    const submitted = messageNamed('ura.request.submitted.v1');
    const validate = compile('submittedHeaders');
    assert.ok(validate(submitted.headers), JSON.stringify(validate.errors));
    assert.equal(submitted.headers.ce_subject, submitted.payload.caseId);
    for (const [name, shape] of Object.entries(submissionShapes)) {
      assert.match(submitted.headers[name] as string, shape);
      assert.equal(validate({ ...submitted.headers, [name]: '' }), false, name);
    }
  });

  it('show a refusal that fits its schema, with the headers that its submission had', () => {
    const { headers, payload } = messageNamed('ura.submission.refused.v1');
    const validateHeaders = compile('submissionRefusedHeaders');
    assert.ok(validateHeaders(headers), JSON.stringify(validateHeaders.errors));
    const validate = compile('submissionRefused');
    assert.ok(validate(payload), JSON.stringify(validate.errors));
    assert.equal(headers.ce_subject, payload.submissionId);
    assert.equal(validate({ ...payload, subject: 'J00101999W' }), false);
    assert.equal(validate({ ...payload, problem: { ...(payload.problem as object), value: 'x' } }), false);
    assert.equal(validate({ ...payload, submissionId: 'short' }), false);
  });
});

describe('contracts/events/case.v1.schema.json', () => {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true });
  addFormats.default(ajv);
  const validate = ajv.compile(
    JSON.parse(readPackageFile('contracts', 'events', 'case.v1.schema.json')) as object,
  );
  const exampleOf = (state: string) => {
    const message = Object.values(document.components.messages).find(({ name }) =>
      name.includes(`case.${state}.`),
    );
    assert.ok(message?.examples[0], state);
    return message.examples[0];
  };

  for (const state of ['complete', 'incomplete', 'cancelled']) {
    it(`accepts the example of a case that is ${state}, whose headers fit the value`, () => {
      const { headers, payload } = exampleOf(state);
      assert.ok(validate(payload), JSON.stringify(validate.errors));
      assert.equal(headers.ce_type, `ura.case.${payload.state}.v1`);
      assert.equal(headers.ce_subject, payload.id);
      assert.equal(headers.ce_time, payload.finishedAt);
    });
  }

  it('refuses a complete case that lacks something, and an incomplete one that lacks nothing', () => {
    const { missing } = exampleOf('incomplete').payload;
    assert.equal(validate({ ...exampleOf('complete').payload, missing }), false);
    assert.equal(validate({ ...exampleOf('incomplete').payload, missing: [] }), false);
  });

  it('refuses a case that has not ended, and an unknown field', () => {
    const { payload } = exampleOf('complete');
    assert.equal(validate({ ...payload, state: 'running' }), false);
    assert.equal(validate({ ...payload, applicant: 'J00101999W' }), false);
  });
});
