import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal } from '../../../adapters/civil/simulator/journal.js';
import { behaviourSwitch, behaviours } from '../../../adapters/rest/simulator/control.js';
import { createRestServer } from '../../../adapters/rest/simulator/server.js';
import type { Simulator } from '../../../adapters/simulator-kind.js';
import { tax } from '../../../adapters/tax/index.js';
import { systemClock } from '../../../src/clock.js';
import { uuidV7 } from '../../../src/ids.js';
import { connect, question, startRegistry, unstopped } from './simulated-registry.js';

describe('a simulated REST registry', () => {
  let simulator: Simulator;
  let nid: string;
  before(async () => {
    simulator = await startRegistry(tax, { people: 60 });
    nid = (await tax.simulator()).samples({ people: 60 })[0]?.subject.notation ?? '';
  });
  after(() => simulator.close());
  afterEach(() => simulator.control({ behaviour: 'normal' }));

  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${simulator.url}${path}`, { method: 'POST', body: JSON.stringify(body), headers });
  const json = { 'content-type': 'application/json' };
  const stateOf = async () =>
    (await (await fetch(`${simulator.url}/control`)).json()) as {
      present: unknown;
      behaviours: object;
      counters: { received: number; refusedSignatures: Record<string, number> };
    };

  it('is commanded over HTTP, and describes every behaviour that it has', async () => {
    assert.equal((await post('/control', { behaviour: 'fault', count: 2 })).status, 200);
    const { present, behaviours: shown } = await stateOf();
    assert.deepEqual(present, { behaviour: 'fault', count: 2 });
    assert.deepEqual(shown, behaviours);
  });

  it('names what is wrong with a command, and keeps its behaviour', async () => {
    const wrong: [unknown, RegExp][] = [
      ['slow', /not an object/],
      [{ behaviour: 'angry' }, /behaviour is one of: normal, slow/],
      [{ behaviour: 'constructor' }, /behaviour is one of/],
      [{ behaviour: 'slow', delayMs: '100' }, /delayMs/],
      [{ behaviour: 'slow', count: 0 }, /count/],
      [{ behaviour: 'fault', faultCode: 'OTHER' }, /faultCode is one of: BUSY, BAD_REQUEST, TAXPAYER/],
      [{ behaviour: 'slow', delay: 100 }, /Unknown member delay/],
    ];
    for (const [body, words] of wrong) {
      const response = await post('/control', body);
      assert.equal(response.status, 400);
      assert.match(await response.text(), words);
      assert.throws(() => simulator.control(body as { behaviour: string }), words);
    }
    assert.equal(
      (await post('/control', { behaviour: 'down' }, { origin: 'https://e.example' })).status,
      403,
    );
    assert.deepEqual((await stateOf()).present, { behaviour: 'normal' });
  });

  it('answers a request that nobody signed with an unsigned 401, and executes nothing', async () => {
    const { executed } = simulator.journal();
    const response = await post('/v1/clearances', {}, json);
    assert.equal(response.status, 401);
    assert.equal(response.headers.get('signature'), null);
    assert.doesNotMatch(await response.text(), /signature-missing/);
    assert.ok(((await stateOf()).counters.refusedSignatures['signature-missing'] ?? 0) > 0);
    assert.equal(simulator.journal().executed, executed);
  });

  it('knows no other path, method or type', async () => {
    assert.equal((await post('/v1/clearance', {}, json)).status, 404);
    assert.equal((await post('/v1/clearances?x=1', {}, json)).status, 404);
    assert.equal((await fetch(`${simulator.url}/v1/clearances`)).status, 404);
    assert.equal((await post('/v1/clearances', {}, { 'content-type': 'text/json' })).status, 415);
    const long = await post('/v1/clearances', 'x'.repeat(300_000), json);
    assert.equal(long.status, 413);
  });

  it('refuses with a code of its own when it is told to', async () => {
    const adapter = await connect(tax, simulator.endpoint);
    simulator.control({ behaviour: 'fault', faultCode: 'TAXPAYER_NOT_FOUND', count: 1 });
    const { executed } = simulator.journal();
    const { outcome } = await adapter.call(
      question('clearance', { scheme: 'NID', notation: nid }),
      unstopped(),
    );
    assert.ok(outcome.kind === 'refused');
    assert.equal(outcome.code, 'TAXPAYER_NOT_FOUND');
    assert.equal(simulator.journal().executed, executed);
    await adapter.close();
  });

  it('executes each messageId once over a restart, and keeps nobody in its journal', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ura-journal-'));
    const journalFile = join(folder, 'tax.jsonl');
    const exchange = question('clearance', { scheme: 'NID', notation: nid });
    const answers: unknown[] = [];
    for (const [executed, repeated] of [
      [1, 0],
      [1, 1],
    ]) {
      const one = await startRegistry(tax, { people: 60, journalFile });
      const adapter = await connect(tax, one.endpoint);
      const { outcome } = await adapter.call(exchange, unstopped());
      assert.ok(outcome.kind === 'answered');
      answers.push(outcome.evidence);
      assert.deepEqual(one.journal(), { executed, repeated });
      const shown = await (await fetch(`${one.url}/journal`)).text();
      assert.match(shown, new RegExp(exchange.messageId));
      assert.doesNotMatch(shown, new RegExp(nid));
      await adapter.close();
      await one.close();
    }
    assert.deepEqual(answers[0], answers[1]);
    assert.doesNotMatch(await readFile(journalFile, 'utf8'), new RegExp(nid));
    await rm(folder, { recursive: true });
  });

  it('takes commands on the loopback interface alone', async () => {
    const unused = () => {
      throw new Error('not asked for here');
    };
    const profile = { signRequest: unused, verifyRequest: unused, verifyAnswer: unused, signAnswer: unused };
    const server = createRestServer({
      registry: { name: 'x', openapiPath: '', refusals: {}, answer: unused, answerToAnother: unused },
      operations: new Map(),
      targetUri: unused,
      profile,
      strangerProfile: profile,
      executor: { execute: unused, answerToAnother: unused },
      journal: openJournal('tax', Date.now),
      behaviour: behaviourSwitch(),
      ids: uuidV7(systemClock),
      closing: new AbortController().signal,
    });
    let from = '';
    server.on('connection', (socket) => Object.defineProperty(socket, 'remoteAddress', { value: from }));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const statuses = async (remoteAddress: string) => {
      from = remoteAddress;
      const get = async (path: string) =>
        (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } })).status;
      return [await get('/health'), await get('/control'), await get('/journal')];
    };
    try {
      for (const near of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
        assert.deepEqual(await statuses(near), [200, 200, 200], near);
      }
      for (const far of ['192.0.2.7', '::ffff:192.0.2.7', '1.127.0.0']) {
        assert.deepEqual(await statuses(far), [200, 403, 403], far);
      }
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  it('closes while answers wait', async () => {
    const other = await startRegistry(tax, { people: 60 });
    const adapter = await connect(tax, other.endpoint);
    other.control({ behaviour: 'silent' });
    const asked = adapter.call(question('clearance', { scheme: 'NID', notation: nid }), unstopped());
    while (other.journal().executed === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await other.close();
    assert.deepEqual((await asked).outcome, { kind: 'unknown', reason: 'connection-lost' });
    await adapter.close();
  });
});
