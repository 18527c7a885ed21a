import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { openOwnClient } from '../../src/cli/own-client.js';
import { UraRefused } from '../../src/client/index.js';
import { verifyResponse } from '../../src/signing/http-sig/index.js';
import type { TrustedKey } from '../../src/signing/signer.js';
import {
  type Fields,
  get,
  type Message,
  openWorld,
  toBytes,
  type World,
} from '../attacks/api/signed-message.js';
import { sendBytes, type WireAnswer } from '../attacks/api/wire.js';
import { cutOff } from '../support/cut-off.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';

interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly requestId: string;
  readonly errors?: readonly { pointer: string; code: string; detail: string }[];
}

describe('bad input', function () {
  this.timeout(120_000);
  let stack: Stack;
  let world: World;
  let gatewayKey: TrustedKey;

  before(async () => {
    stack = await startStack();
    world = await openWorld(stack);
    gatewayKey = (await openOwnClient(stack.variables, { municipality: '20' })).gatewayKeys[0] as TrustedKey;
  });
  after(() => stack.stop());

  const send = async (message: Message): Promise<WireAnswer> => {
    const answer = await sendBytes(world.port, toBytes(message));
    assert.ok(answer, 'closed without an answer');
    return answer;
  };
  const problemOf = (answer: WireAnswer): Problem => {
    assert.equal(answer.headers['content-type'], 'application/problem+json');
    assert.equal(answer.headers['cache-control'], 'no-store');
    const problem = JSON.parse(answer.body.toString()) as Problem;
    assert.equal(problem.type, `urn:ura:problem:${problem.code}`);
    assert.equal(problem.status, answer.status);
    assert.match(problem.requestId, /^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    assert.ok(problem.title.length > 0 && problem.detail.length > 0);
    return problem;
  };
  const isSigned = (answer: WireAnswer, message: Message): boolean => {
    if (answer.headers.signature === undefined) return false;
    verifyResponse(
      { status: answer.status, headers: answer.rawHeaders, body: answer.body },
      { label: 'ura', value: get(message.fields, 'signature').slice('ura='.length) },
      (keyId) => (keyId === gatewayKey.keyId ? gatewayKey : undefined),
      { now: Date.now() },
    );
    return true;
  };
  /** Sends a message that has to be refused, with the gateway's signature where the client is known. */
  const refused = async (message: Message, status: number, code: string, signed = true): Promise<Problem> => {
    const answer = await send(message);
    const problem = problemOf(answer);
    assert.deepEqual([problem.status, problem.code], [status, code]);
    assert.equal(isSigned(answer, message), signed);
    return problem;
  };
  const submit = (change: Record<string, unknown>, fields: Fields = []): Promise<Message> =>
    world.sign({ body: { ...world.honest(), ...change }, fields });
  const pointers = (problem: Problem): string[] =>
    (problem.errors ?? []).map(({ pointer }) => pointer).sort();

  it('names every wrong field by its JSON Pointer, at once', async () => {
    const message = await submit({
      service: 'x',
      subject: { scheme: 'NID', notation: '*' },
      requester: { organisation: 'Bashkia Divjakë', officer: 'a', unit: 'Zyra', 'a/b~c': 1 },
      requestedFields: ['head', 'no field'],
    });
    const problem = await refused(message, 400, 'invalid-request');
    for (const pointer of [
      '/service',
      '/subject/notation',
      '/requester/officer',
      '/requester/a~1b~0c',
      '/requestedFields/1',
    ]) {
      assert.ok(pointers(problem).includes(pointer), `${pointer} in ${pointers(problem)}`);
    }
    for (const { code, detail } of problem.errors ?? []) assert.ok(code && detail);
  });

  it('names what is missing', async () => {
    const message = await world.sign({ body: {} });
    assert.deepEqual(pointers(await refused(message, 400, 'invalid-request')), [
      '/caseId',
      '/legalBasis',
      '/purpose',
      '/requester',
      '/service',
      '/subject',
    ]);
  });

  it('names what only the meaning of a request shows', async () => {
    const message = await submit({
      subject: { scheme: 'NID', notation: 'J00230999W' },
      parameters: { x: 1 },
      deadline: '2020-01-01T00:00:00Z',
      requestedFields: ['head', 'salary'],
    });
    const problem = await refused(message, 400, 'invalid-request');
    assert.deepEqual(
      problem.errors?.map(({ pointer, code }) => [pointer, code]),
      [
        ['/subject/notation', 'nid-date'],
        ['/parameters/x', 'additionalProperties'],
        ['/deadline', 'deadline-passed'],
        ['/requestedFields/1', 'unknown-field'],
      ],
    );
  });

  it('names a parameter that the service requires', async () => {
    const message = await submit({ service: 'AL012002' });
    assert.deepEqual(pointers(await refused(message, 400, 'invalid-request')), ['/parameters/factKind']);
  });

  it('an unknown service is 404', async () => {
    await refused(await submit({ service: 'AL999999' }), 404, 'unknown-service');
  });

  it('what is not granted is 403, with no hint about what others may do', async () => {
    const problem = await refused(await submit({ purpose: 'curiosity' }), 403, 'not-granted');
    assert.equal(problem.errors, undefined);
    for (const word of ['purpose', 'social-housing', 'grant-', 'divjake', 'fier', 'kindergarten']) {
      assert.equal(JSON.stringify(problem).includes(word), false, word);
    }
    const service = await refused(
      await submit({ service: 'AL012001', purpose: 'kindergarten-registration' }),
      403,
      'not-granted',
    );
    assert.equal(service.detail, problem.detail, 'the same words whatever rule said no');
  });

  it('a field that is not granted is 403 and named as the client named it', async () => {
    const problem = await refused(
      await submit({ service: 'AL012001', requestedFields: ['asOf', 'person.sex'] }),
      403,
      'field-not-granted',
    );
    assert.deepEqual(pointers(problem), ['/requestedFields/1']);
  });

  it("another client's request is as unknown as one that never was", async () => {
    const read = (id: string): Promise<Message> =>
      world.sign({ method: 'GET', target: `/v1/requests/${id}` });
    const theirs = await refused(await read(world.idOfFier), 404, 'unknown-request');
    const nobodys = await refused(await read(randomUUID()), 404, 'unknown-request');
    assert.deepEqual({ ...theirs, requestId: '' }, { ...nobodys, requestId: '' });
  });

  it('a missing or malformed Idempotency-Key is 400', async () => {
    const without = await submit({});
    without.fields = without.fields.filter(([name]) => name !== 'Idempotency-Key');
    assert.deepEqual(pointers(await refused(without, 400, 'idempotency-key-missing')), [
      '/header/idempotency-key',
    ]);
    await refused(await submit({}, [['Idempotency-Key', 'x']]), 400, 'idempotency-key-missing');
  });

  it('a bad signature is 401, unsigned, and says nothing about why', async () => {
    const seen = new Set<string>();
    const messages = [
      await world.sign({ signer: world.stranger }),
      await world.sign({ shiftMs: -3_600_000 }),
      await world.sign({ origin: 'http://ura.example' }),
    ];
    for (const message of messages) {
      const { requestId: _, ...problem } = await refused(message, 401, 'signature-refused', false);
      seen.add(JSON.stringify(problem));
    }
    assert.equal(seen.size, 1);
    const reasons = stack.log.flatMap(({ code, reason }) =>
      code === 'signature-refused' ? [String(reason)] : [],
    );
    assert.match(reasons.join(' '), /keyid-unknown.*message-(expired|too-old).*signature-mismatch/s);
  });

  it('no signature is 401 and names the scheme', async () => {
    const message = await submit({});
    message.fields = message.fields.filter(([name]) => !name.startsWith('signature'));
    const answer = await send(message);
    assert.equal(problemOf(answer).code, 'signature-missing');
    assert.equal(answer.headers['www-authenticate'], 'Signature realm="ura"');
  });

  it('a replay is 409', async () => {
    const { key, body } = world.earlier;
    const message = await world.sign({ body, fields: [['Idempotency-Key', key]] });
    assert.equal((await send(message)).status, 200);
    await refused(message, 409, 'message-replayed', false);
  });

  it('a body over the limit is 413, also when its size is not announced', async () => {
    const announced = await world.sign({ body: 'x'.repeat(1_000_000) });
    await refused(announced, 413, 'body-too-large', false);
    const chunked = await world.sign({ body: 'x'.repeat(70_000) });
    chunked.fields.push(['Transfer-Encoding', 'chunked']);
    chunked.body = Buffer.concat([Buffer.from('11170\r\n'), chunked.body, Buffer.from('\r\n0\r\n\r\n')]);
    await refused(chunked, 413, 'body-too-large', false);
  });

  it('another media type is 415', async () => {
    await refused(await world.sign({ contentType: 'text/plain' }), 415, 'unsupported-media-type');
  });

  it('a used key with another body is 422', async () => {
    const { key, body } = world.earlier;
    const other = await world.sign({
      body: { ...body, legalBasis: 'Tjetër' },
      fields: [['Idempotency-Key', key]],
    });
    await refused(other, 422, 'idempotency-key-reused');
  });

  it('another method is 405 with Allow; another path 404', async () => {
    const deletion = await world.sign({ method: 'DELETE', target: '/v1/requests' });
    const answer = await send(deletion);
    assert.equal(problemOf(answer).code, 'method-not-allowed');
    assert.equal(answer.headers.allow, 'GET, POST');
    await refused(await world.sign({ method: 'GET', target: '/v1/nothing' }), 404, 'not-found', false);
  });

  it('a body or an Accept where none is expected is a refusal, never a failure of our own', async () => {
    const plain = (...fields: Fields): Message => ({
      method: 'GET',
      target: '/health/live',
      fields: [['Host', `127.0.0.1:${world.port}`], ...fields],
      body: Buffer.alloc(0),
    });
    assert.equal(problemOf(await send(plain(['Accept', 'text/html']))).code, 'not-acceptable');
    assert.equal(problemOf(await send(plain(['Content-Encoding', 'gzip']))).code, 'unsupported-media-type');
    const body = { ...plain(['Content-Type', 'text/plain']), body: Buffer.from('hello') };
    assert.equal(problemOf(await send(body)).code, 'unsupported-media-type');
    const large = { ...plain(), body: Buffer.alloc(100_000, 'x') };
    assert.equal(problemOf(await send(large)).code, 'body-too-large');
    const read = await world.sign({
      method: 'GET',
      target: '/v1/services',
      body: '{}',
      contentType: 'text/plain',
    });
    await refused(read, 415, 'unsupported-media-type');
  });

  it('a NID with a wrong date is refused, one with a wrong check letter taken with a warning', async () => {
    const client = await stack.client();
    const wrongDate = client.submit(familyRequest('J00230999W'), { idempotencyKey: randomUUID() });
    await assert.rejects(wrongDate, (error: Error) => {
      assert.ok(error instanceof UraRefused);
      assert.deepEqual([error.status, error.code, error.verified], [400, 'invalid-request', true]);
      assert.deepEqual(
        error.errors.map(({ pointer, code }) => [pointer, code]),
        [['/subject/notation', 'nid-date']],
      );
      return true;
    });
    const taken = await client.submit(familyRequest('J00101999A'), { idempotencyKey: randomUUID() });
    assert.deepEqual(
      taken.warnings.map(({ pointer, code }) => [pointer, code]),
      [['/subject/notation', 'nid-check-letter']],
    );
  });

  it('gives the SDK refusals that the gateway signed', async () => {
    const client = await stack.client();
    const refusal = async (draft: object): Promise<UraRefused> => {
      try {
        await client.submit({ ...familyRequest(world.nid), ...draft } as ReturnType<typeof familyRequest>, {
          idempotencyKey: randomUUID(),
        });
      } catch (error) {
        if (error instanceof UraRefused) return error;
      }
      throw new Error('was not refused');
    };
    for (const [draft, status, code] of [
      [{ service: 'AL999999' }, 404, 'unknown-service'],
      [{ purpose: 'curiosity' }, 403, 'not-granted'],
      [{ colour: 'red' }, 400, 'invalid-request'],
    ] as const) {
      const error = await refusal(draft);
      assert.deepEqual([error.status, error.code, error.verified], [status, code, true]);
    }
  });

  it('a client that vanishes in the middle of its body leaves nothing behind', async () => {
    const bytes = toBytes(await submit({}));
    for (let cut = 10; cut < bytes.length; cut += Math.ceil(bytes.length / 20)) {
      await new Promise<void>((resolve) => {
        const socket = connect(world.port, '127.0.0.1', () => {
          socket.write(bytes.subarray(0, cut), () => {
            cutOff(socket);
            resolve();
          });
        });
      });
    }
    assert.equal((await send(await world.sign({ method: 'GET', target: '/v1/services' }))).status, 200);
  });

  it('leaves no defect in the metrics', async () => {
    const metrics = await (await fetch(`${stack.gateway.url}/metrics`)).text();
    assert.doesNotMatch(metrics, /^ura_http_request_seconds_count\{[^}]*status="5/m);
    assert.doesNotMatch(metrics, /^ura_refused_total\{code="internal"\}/m);
  });
});
