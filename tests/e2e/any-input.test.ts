import assert from 'node:assert/strict';
import { connect } from 'node:net';
import fc from 'fast-check';
import { type Message, openWorld, toBytes, type World } from '../attacks/api/signed-message.js';
import { sendBytes } from '../attacks/api/wire.js';
import { application, configWithProcedures, housing } from '../support/procedures-config.js';
import { type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';

/** Expressions that meet whatever a form holds. */
const takesAnyForm = [
  { id: 'family', service: 'AL012031', when: 'has(form.a) && form.a' },
  { id: 'list', service: 'AL012001', forEach: 'form.list', subject: 'item', optional: true },
  { id: 'fact', service: 'AL012002', parameters: { factKind: 'form.a' } },
];

describe('input of any kind never gives a status of 500 or above and never stops the process', function () {
  this.timeout(120_000);
  let stack: Stack;
  let world: World;
  let config: Awaited<ReturnType<typeof configWithProcedures>>;

  before(async () => {
    const open = housing({ evidence: takesAnyForm });
    const form = { type: 'object', additionalProperties: false, patternProperties: { '.*': true } };
    config = await configWithProcedures([{ ...open, procedure: { ...open.procedure, form } }]);
    stack = await startStack({ config: config.folder });
    world = await openWorld(stack);
  });
  after(async () => {
    await stack.stop();
    await config.remove();
  });

  const survives = async (message: Message | Buffer): Promise<void> => {
    const bytes = Buffer.isBuffer(message) ? message : toBytes(message);
    const answer = await sendBytes(world.port, bytes);
    // 501 is what Node's parser could say of a transfer coding; nothing here asks for one.
    if (answer) assert.ok(answer.status < 500, `${answer.status} ${answer.body}`);
  };
  const runs = { numRuns: 150, endOnFailure: true };
  afterEach(async () => {
    const honest = await world.sign({ method: 'GET', target: '/v1/services' });
    assert.equal((await sendBytes(world.port, toBytes(honest)))?.status, 200);
  });

  it('bytes changed, dropped and added anywhere', async () => {
    const change = fc.tuple(
      fc.nat(),
      fc.constantFrom('put', 'drop', 'add'),
      fc.integer({ min: 0, max: 255 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
        let bytes = toBytes(await world.sign());
        for (const [at, what, value] of changes) {
          const place = at % bytes.length;
          const kept = what === 'add' ? place : place + 1;
          const put = what === 'drop' ? Buffer.alloc(0) : Buffer.of(value);
          bytes = Buffer.concat([bytes.subarray(0, place), put, bytes.subarray(kept)]);
        }
        await new Promise<void>((resolve, reject) => {
          // A changed length may leave the gateway waiting for more; closing our side ends that.
          const socket = connect({ port: world.port, host: '127.0.0.1', allowHalfOpen: true });
          let text = '';
          socket.on('data', (chunk) => (text += chunk.toString('latin1')));
          socket.on('error', () => {});
          socket.on('close', () => {
            const status = Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0);
            if (status >= 500) reject(new Error(text));
            else resolve();
          });
          socket.end(bytes);
          socket.setTimeout(300, () => socket.destroy());
        });
      }),
      { ...runs, numRuns: 80 },
    );
  });

  it('headers of any name and value', async () => {
    const names = fc.constantFrom(
      'accept',
      'prefer',
      'traceparent',
      'idempotency-key',
      'content-type',
      'content-digest',
      'signature',
      'signature-input',
      'cookie',
      'host',
      'expect',
      'range',
      'if-match',
      'upgrade',
      'authorization',
      'forwarded',
      '__proto__',
      'constructor',
    );
    const value = fc
      .oneof(
        fc.string({ unit: 'grapheme-ascii', maxLength: 60 }),
        fc.string({ unit: 'binary-ascii', maxLength: 20 }),
      )
      .map((text) =>
        Buffer.from(text)
          .toString('latin1')
          .replace(/[\r\n\0]/g, ' '),
      );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(names, value), { minLength: 1, maxLength: 3 }), async (fields) => {
        const message = await world.sign();
        message.fields.push(...fields);
        await survives(message);
      }),
      runs,
    );
  });

  it('paths and queries of any kind, correctly signed', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'v1',
        'requests',
        'services',
        '..',
        '.',
        '',
        '%00',
        '%2e',
        '%ff',
        '%',
        '__proto__',
        'docs',
      ),
      fc.string({ maxLength: 12 }).map((text) => encodeURIComponent(text.toWellFormed())),
      fc.constant(world.idOfFier),
    );
    const query = fc.oneof(
      fc.constantFrom(
        '',
        '?caseId=a',
        '?caseId=%',
        '?caseId[]=a',
        '?a&b&c',
        '?__proto__[x]=1',
        '?caseId=a&limit=1e1',
      ),
      fc.string({ maxLength: 20 }).map((text) => `?${encodeURIComponent(text.toWellFormed())}`),
    );
    const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD');
    await fc.assert(
      fc.asyncProperty(method, fc.array(piece, { maxLength: 5 }), query, async (verb, pieces, search) => {
        await survives(await world.sign({ method: verb, target: `/${pieces.join('/')}${search}` }));
      }),
      runs,
    );
  });

  it('any JSON, correctly signed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 5 }), async (json) => survives(await world.sign({ body: json }))),
      runs,
    );
  });

  it('a request with any member replaced or added, correctly signed', async () => {
    const paths = fc.constantFrom(
      ...[
        'service',
        'subject',
        'purpose',
        'legalBasis',
        'requester',
        'caseId',
        'consentRef',
        'requestedFields',
      ],
      ...[
        'deadline',
        'parameters',
        'subject.scheme',
        'subject.notation',
        'requester.officer',
        'requester.unit',
      ],
    );
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.constantFrom(
        '',
        '9999-12-31T23:59:60Z',
        '+275760-09-13T00:00:00Z',
        '2027-02-29T00:00:00Z',
        -0,
        1e308,
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(paths, value), { minLength: 1, maxLength: 2 }), async (changes) => {
        // For a person whom the registry does not know: what is accepted after all does no harm.
        const body: Record<string, unknown> = {
          ...world.honest(),
          subject: { scheme: 'NID', notation: 'J00101999W' },
        };
        for (const [path, replaced] of changes) {
          const [first = '', second] = path.split('.');
          body[first] = second === undefined ? replaced : { ...(body[first] as object), [second]: replaced };
        }
        await survives(await world.sign({ body: JSON.stringify(body) }));
      }),
      runs,
    );
  });

  it('applications, retries and cancellations with any JSON, correctly signed', async () => {
    const id = '019a8f2e-1c5b-7d3a-9b1e-5f0c2a7d4e61';
    // Most of them to where something is taken in.
    const targets = fc.constantFrom(
      ...Array(6).fill('/v1/procedures/AL990001/cases'),
      `/v1/cases/${id}/cancel`,
      `/v1/cases/${id}/steps/family/retry`,
      `/v1/cases/${id}/steps/__proto__/retry`,
    );
    const form = fc.dictionary(
      fc.constantFrom('a', 'list', '__proto__', 'constructor', '/~'),
      fc.jsonValue(),
    );
    const body = fc.oneof(
      fc.json(),
      fc
        .oneof(fc.jsonValue(), form)
        .map((each) => JSON.stringify(application(world.nid, { form: each as never }))),
    );
    await fc.assert(
      fc.asyncProperty(targets, body, async (target, text) => {
        await survives(await world.sign({ target, body: text }));
      }),
      runs,
    );
    const open = 'select count(*)::integer as n from cases where state = $1';
    await waitFor(async () => {
      const { rows } = await stack.database.query<{ n: number }>(open, ['running']);
      return rows[0]?.n === 0 ? true : undefined;
    }, 'the end of all cases');
    const { rows } = await stack.database.query<{ n: number }>('select count(*)::integer as n from cases');
    assert.ok((rows[0]?.n ?? 0) > 5, `${rows[0]?.n} were taken in`);
    assert.deepEqual(
      stack.log.filter(({ what }) => String(what).startsWith('case')),
      [],
    );
  });

  it('leaves no defect in the metrics', async () => {
    const metrics = await (await fetch(`${stack.gateway.url}/metrics`)).text();
    assert.doesNotMatch(metrics, /^ura_http_request_seconds_count\{[^}]*status="5/m);
    assert.doesNotMatch(metrics, /^ura_refused_total\{code="internal"\}/m);
  });
});
