import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Behaviour, behaviourSwitch, behaviours } from '../../../../adapters/civil/simulator/faults.js';
import { openJournal } from '../../../../adapters/civil/simulator/journal.js';
import { createCivilServer } from '../../../../adapters/civil/simulator/server.js';
import { systemClock } from '../../../../src/clock.js';
import { uuidV7 } from '../../../../src/ids.js';
import { openScene, type Scene } from './scene.js';
import { textIn, verifiedParts } from './verify-with-xml-crypto.js';

describe('civil simulator: behaviours on command', () => {
  let scene: Scene;
  before(async () => {
    scene = await openScene();
  });
  afterEach(() => scene.registry.control('normal'));
  after(() => scene.registry.close());

  const executed = () => scene.registry.journal.executed;
  const ask = (nid = scene.who.single) => scene.post(scene.signed({ nid }));
  const command = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${scene.registry.url}/control`, { method: 'POST', body: JSON.stringify(body), headers });
  const verified = (text: string) => verifiedParts(text, scene.registryKey.certificate);

  it('is slow: the question is executed before the answer comes', async () => {
    scene.registry.control({ behaviour: 'slow', delayMs: 400 });
    const before = executed();
    let answered = false;
    const asked = ask().then((answer) => {
      answered = true;
      return answer;
    });
    while (executed() === before) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(answered, false);
    assert.equal(textIn(verified((await asked).text).get('Body'), 'Nid'), scene.who.single);
  });

  it('is silent: takes the request, executes nothing, and the connection stays open', async () => {
    scene.registry.control('silent');
    const before = executed();
    const xml = scene.signed({ nid: scene.who.single });
    const response = fetch(scene.registry.soapUrl, {
      method: 'POST',
      body: xml,
      headers: { 'content-type': 'text/xml' },
      signal: AbortSignal.timeout(300),
    });
    await assert.rejects(response, { name: 'TimeoutError' });
    assert.equal(executed(), before);
  });

  for (const [behaviour, executes] of [
    ['half-open', 0],
    ['stalled', 1],
  ] as const) {
    it(`is ${behaviour}: the connection stays open without a whole answer`, async () => {
      scene.registry.control(behaviour);
      const before = executed();
      const whole = fetch(scene.registry.soapUrl, {
        method: 'POST',
        body: scene.signed({ nid: scene.who.single }),
        headers: { 'content-type': 'text/xml', soapaction: '"urn:al:ura:registry:civil:v1/GetPerson"' },
        signal: AbortSignal.timeout(2_000),
      }).then((response) => response.text());
      await assert.rejects(whole, { name: 'TimeoutError' });
      assert.equal(executed(), before + executes);
    });
  }

  it('is down: ends the connection and executes nothing', async () => {
    scene.registry.control('down');
    const before = executed();
    await assert.rejects(ask());
    assert.equal(executed(), before);
  });

  it('answers a signed fault and executes nothing', async () => {
    scene.registry.control('fault');
    const before = executed();
    const answer = await ask();
    assert.equal(answer.status, 500);
    assert.equal(textIn(verified(answer.text).get('Body'), 'Code'), 'BUSY');
    assert.equal(textIn(verified(answer.text).get('Body'), 'faultcode'), 'S:Server');
    assert.equal(executed(), before);
    scene.registry.control({ behaviour: 'fault', faultCode: 'BAD_REQUEST' });
    assert.equal(textIn(verified((await ask()).text).get('Body'), 'Code'), 'BAD_REQUEST');
  });

  it('answers rightly but unsigned', async () => {
    scene.registry.control('unsigned');
    const answer = await ask();
    assert.equal(answer.status, 200);
    assert.match(answer.text, new RegExp(`<Nid>${scene.who.single}</Nid>`));
    assert.throws(() => verified(answer.text), /no signature/);
  });

  it('answers an unsigned fault', async () => {
    scene.registry.control('unsigned-fault');
    const answer = await ask();
    assert.equal(answer.status, 500);
    assert.match(answer.text, /<Code>BUSY<\/Code>/);
    assert.throws(() => verified(answer.text), /no signature/);
  });

  it('answers, signed, about another person to another message', async () => {
    await scene.post(scene.signed({ nid: scene.who.widow, messageId: 'urn:uuid:the-one-before' }));
    scene.registry.control('other-answer');
    const answer = await ask();
    const parts = verified(answer.text);
    assert.equal(answer.status, 200);
    assert.equal(textIn(parts.get('RelatesTo'), 'RelatesTo'), 'urn:uuid:the-one-before');
    assert.doesNotMatch(answer.text, new RegExp(scene.who.single));
    assert.match(textIn(parts.get('Body'), 'Nid') ?? '', /^[0-9A-T]\d{8}[A-W]$/);
  });

  it('answers a page of HTML with status 200', async () => {
    scene.registry.control('garbage');
    const answer = await ask();
    assert.equal(answer.status, 200);
    assert.equal(answer.type, 'text/html');
  });

  it('executes and ends the connection; the same message then gets its answer', async () => {
    scene.registry.control({ behaviour: 'drop-after-execution', count: 1 });
    const before = executed();
    const messageId = 'urn:uuid:dropped';
    await assert.rejects(scene.post(scene.signed({ nid: scene.who.married, messageId })));
    assert.equal(executed(), before + 1);
    const again = await scene.post(scene.signed({ nid: scene.who.married, messageId }));
    assert.equal(textIn(verified(again.text).get('Body'), 'Nid'), scene.who.married);
    assert.equal(executed(), before + 1);
  });

  it('is commanded over HTTP, for so many requests, and shows what it does', async () => {
    const shown = await command({ behaviour: 'fault', count: 2 });
    assert.equal(shown.status, 200);
    const state = (await shown.json()) as { present: unknown; counters: { received: number } };
    assert.deepEqual(state.present, { behaviour: 'fault', count: 2 });
    const statuses = [await ask(), await ask(), await ask()].map(({ status }) => status);
    assert.deepEqual(statuses, [500, 500, 200]);
    const later = (await (await fetch(`${scene.registry.url}/control`)).json()) as typeof state;
    assert.deepEqual(later.present, { behaviour: 'normal' });
    assert.equal(later.counters.received, state.counters.received + 3);
  });

  it('names what is wrong with a command, and keeps its behaviour', async () => {
    const wrong: [unknown, RegExp][] = [
      ['slow', /not an object/],
      [{ behaviour: 'angry' }, /behaviour is one of: normal, slow/],
      [{ behaviour: 'constructor' }, /behaviour is one of/],
      [{ behaviour: 'slow', delayMs: '100' }, /delayMs/],
      [{ behaviour: 'slow', count: 0 }, /count/],
      [{ behaviour: 'fault', faultCode: 'OTHER' }, /faultCode/],
      [{ behaviour: 'slow', delay: 100 }, /Unknown member delay/],
    ];
    for (const [body, words] of wrong) {
      const response = await command(body);
      assert.equal(response.status, 400);
      assert.match(await response.text(), words);
    }
    assert.equal((await command({ behaviour: 'down' }, { origin: 'https://elsewhere.example' })).status, 403);
    assert.equal((await ask()).status, 200);
  });

  it('shows the journal over HTTP, without the people asked about', async () => {
    await ask(scene.who.divorced);
    const text = await (await fetch(`${scene.registry.url}/journal`)).text();
    const journal = JSON.parse(text) as {
      executed: number;
      entries: { caseId: string; operation: string }[];
    };
    assert.equal(journal.executed, executed());
    assert.equal(journal.entries.at(-1)?.caseId, 'DIV-2026-00017');
    assert.equal(journal.entries.at(-1)?.operation, 'GetPerson');
    assert.doesNotMatch(text, new RegExp(scene.who.divorced));
  });

  it('describes every behaviour that it has', async () => {
    const state = (await (await fetch(`${scene.registry.url}/control`)).json()) as { behaviours: object };
    assert.deepEqual(state.behaviours, behaviours);
  });

  it('takes commands on the loopback interface alone', async () => {
    const unused = () => {
      throw new Error('not asked for here');
    };
    const server = createCivilServer({
      verify: unused,
      sign: unused,
      signAsStranger: unused,
      executor: { execute: unused, answerToAnother: unused },
      journal: openJournal('civil', Date.now),
      behaviour: behaviourSwitch(),
      clock: systemClock,
      ids: uuidV7(systemClock),
      closing: new AbortController().signal,
    });
    const statuses = async (remoteAddress: string) => {
      from = remoteAddress;
      const { port } = server.address() as AddressInfo;
      const get = async (path: string) => {
        const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } });
        return response.status;
      };
      return [await get('/health'), await get('/control'), await get('/journal')];
    };
    let from = '';
    server.on('connection', (socket) => Object.defineProperty(socket, 'remoteAddress', { value: from }));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      for (const near of ['127.0.0.1', '127.0.0.9', '::1', '::ffff:127.0.0.1']) {
        assert.deepEqual(await statuses(near), [200, 200, 200], near);
      }
      for (const far of ['192.0.2.7', '::ffff:192.0.2.7', '2001:db8::1', '1.127.0.0']) {
        assert.deepEqual(await statuses(far), [200, 403, 403], far);
      }
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  it('closes while answers wait', async () => {
    const other = await openScene();
    const open: Promise<unknown>[] = [];
    for (const behaviour of ['slow', 'silent'] satisfies Behaviour[]) {
      other.registry.control({ behaviour, delayMs: 60_000 });
      const lost = assert.rejects(other.post(other.signed({ nid: other.who.single })));
      open.push(lost);
      await received(other, open.length);
    }
    await other.registry.close();
    await Promise.all(open);
  });
});

/** Resolves when the registry has seen so many requests. */
async function received(scene: Scene, count: number): Promise<void> {
  for (;;) {
    const state = await new Promise<string>((resolve, reject) => {
      const asking = request(`${scene.registry.url}/control`, { agent: false }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(text));
      });
      asking.on('error', reject);
      asking.end();
    });
    if ((JSON.parse(state) as { counters: { received: number } }).counters.received >= count) return;
  }
}
