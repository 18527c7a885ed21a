import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { familyRequest } from '../../support/stack.js';
import { waitFor } from '../../support/wait-for.js';
import { type KeptWorld, openKeptWorld, type Party, parties, plain } from './kept-world.js';
import { refusalOf } from './over-http.js';
import type { WireAnswer } from './wire.js';

describe('attacks on clients whose exchanges are kept', function () {
  this.timeout(60_000);
  const rows: string[] = [];
  let refused = 0;
  let world: KeptWorld;
  let clients: KeptWorld['clients'];
  let sign: KeptWorld['sign'];
  let send: KeptWorld['send'];
  let essence: KeptWorld['essence'];
  let verify: KeptWorld['verify'];
  let count: KeptWorld['count'];

  before(async () => {
    world = await openKeptWorld();
    ({ clients, sign, send, essence, verify, count } = world);
  });
  after(async () => {
    await clients.stop();
    console.log(`\n${rows.join('\n')}\n\nattack vectors: ${rows.length} refused: ${refused}`);
  });

  async function refuses(name: string, code: string, status: number, answer: WireAnswer): Promise<void> {
    const outcome = (await refusalOf(clients.stack, answer)) ?? 'ACCEPTED';
    rows.push(`nonrepudiation     ${name.padEnd(64)} ${outcome}`);
    assert.deepEqual([outcome, answer.status], [code, status]);
    refused++;
  }

  for (const one of parties) {
    const { profile } = one.choice;

    it(`${profile}: the same message again gets the same answer, byte for byte, and nothing is done twice`, async () => {
      const message = await sign(one);
      const first = await send(message);
      assert.equal(first.status, 202);
      await verify(message, first);
      const before = await count('requests');
      // Another Idempotency-Key is not signed; without the modifier it would be another request.
      const again = await send({ ...message, key: randomUUID() });
      assert.deepEqual(essence(again), essence(first));
      await verify(message, again);
      assert.equal(await count('requests'), before);
    });

    it(`${profile}: the answer carries the request, so it is none to another one`, async () => {
      const [one1, two] = [await sign(one), await sign(one)];
      const answer = await send(one1);
      await assert.rejects(verify(two, answer), /answer-not-bound|jws-binding|signature-mismatch/);
    });

    it(`${profile}: raw bytes of both are kept`, async () => {
      const message = await sign(one);
      const answer = await send(message);
      const { rows: kept } = await clients.stack.database.query<{ request: Buffer; answer: Buffer }>(
        `select request_bytes as request, answer_bytes as answer from exchanges
          where partner = $1 and message_id = $2`,
        [one.id, message.sent.messageId],
      );
      assert.equal(kept.length, 1);
      const request = kept[0]?.request.toString('latin1') ?? '';
      assert.ok(request.startsWith('POST /v1/requests HTTP/1.1\r\nHost: '), request);
      for (const value of Object.values(message.sent.fields)) assert.ok(request.includes(value));
      assert.ok(kept[0]?.request.includes(message.body));
      assert.deepEqual(kept[0]?.answer, answer.body);
    });

    it(`${profile}: refuses the same message id with another body, or for another place`, async () => {
      const messageId = randomUUID();
      const first = await send(await sign(one, { messageId }));
      assert.equal(first.status, 202);
      const body = familyRequest(clients.stack.people.headOfSix);
      await refuses(
        `${profile}: the same id, another body`,
        'message-conflict',
        409,
        await send(await sign(one, { messageId, body })),
      );
      const { id } = JSON.parse(first.body.toString()) as { id: string };
      const cancel = { messageId, target: `/v1/requests/${id}/cancel`, body: { reason: 'x'.repeat(20) } };
      await refuses(
        `${profile}: the same id, another place and body`,
        'message-conflict',
        409,
        await send(await sign(one, cancel)),
      );
      const empty = familyRequest(clients.stack.people.widow, 'T-same');
      const same = await sign(one, { body: empty });
      await send(same);
      const { messageId: used } = same.sent;
      await refuses(
        `${profile}: the same id and body, another place`,
        'message-conflict',
        409,
        await send(await sign(one, { messageId: used, body: empty, target: `/v1/requests/${id}/cancel` })),
      );
    });

    it(`${profile}: refuses a repetition whose signature does not verify, or that is too old`, async () => {
      const message = await sign(one);
      await send(message);
      const changed = Buffer.from(message.body.toString().replace('e.hoxha', 'e.hoxhi'));
      const codes = {
        'http-sig': 'digest-mismatch',
        'jws-detached': 'signature-mismatch',
        'modi-rest': 'modi-digest-mismatch',
      };
      await refuses(
        `${profile}: a repetition with another body under the old signature`,
        codes[profile],
        401,
        await send({ ...message, body: changed }),
      );
      const late = {
        'http-sig': 'message-expired',
        'jws-detached': 'message-too-old',
        'modi-rest': 'message-expired',
      };
      await refuses(
        `${profile}: a message of six minutes ago`,
        late[profile],
        401,
        await send(await sign(one, { messageId: message.sent.messageId, shiftMs: -360_000 })),
      );
    });
  }

  it('a message under way is not begun a second time, and has one answer in the end', async () => {
    const [one] = parties as [Party];
    clients.stack.registry.control({ behaviour: 'slow', delayMs: 1_500, count: 1 });
    const message = await sign(one);
    const first = send(message, 'Prefer: wait=20');
    const underWay = `message_id = '${message.sent.messageId}' and answer_status is null`;
    await waitFor(async () => ((await count('exchanges', underWay)) === 1 ? true : undefined), 'the request');
    const meanwhile = await send(message);
    assert.equal(meanwhile.headers['retry-after'], '2');
    await refuses('a repetition while the first is under way', 'message-under-way', 409, meanwhile);
    const answer = await first;
    assert.equal((JSON.parse(answer.body.toString()) as { state: string }).state, 'answered');
    assert.deepEqual(essence(await send(message)), essence(answer));
  });

  it('refusals of a known client are kept like any answer', async () => {
    const [one] = parties as [Party];
    const message = await sign(one, { body: { nothing: 'of it' } });
    const refusal = await send(message);
    assert.equal(refusal.status, 400);
    assert.deepEqual(essence(await send(message)), essence(refusal));
  });

  it('is for the clients that have it, and for no other: a replay stays a replay', async () => {
    const message = await sign(plain);
    assert.equal((await send(message)).status, 202);
    await refuses('a replay by a client without the modifier', 'message-replayed', 409, await send(message));
    assert.equal(await count('exchanges', `partner = '${plain.id}'`), 0);
  });

  it('message ids are a client’s own: another one may use the same', async () => {
    const messageId = randomUUID();
    const [one, two] = parties as [Party, Party];
    const first = await send(await sign(one, { messageId }));
    const second = await send(await sign(two, { messageId }));
    assert.deepEqual([first.status, second.status], [202, 202]);
    assert.notDeepEqual(first.body, second.body);
  });

  it('does nothing for a request that cannot be kept, and sends nothing that cannot be kept', async () => {
    const [one] = parties as [Party];
    const { database } = clients.stack;
    const before = await count('requests');
    await database.query('alter table exchanges rename to exchanges_away');
    const message = await sign(one);
    try {
      assert.equal((await send(message)).status, 500);
    } finally {
      await database.query('alter table exchanges_away rename to exchanges');
    }
    assert.equal(await count('requests'), before, 'nothing was done');
    await database.query(
      `create function refuse_answer() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
       create trigger refuse_answer before update on exchanges for each row execute function refuse_answer()`,
    );
    let answer: WireAnswer;
    try {
      answer = await send(message);
    } finally {
      await database.query('drop function refuse_answer cascade');
    }
    assert.equal(answer.status, 500, answer.body.toString());
    assert.equal(await count('requests'), (before ?? 0) + 1, 'it was accepted all the same');
    const exchange = `message_id = '${message.sent.messageId}'`;
    assert.equal(await count('exchanges', `${exchange} and answer_status is null`), 1);
    // As after a minute: the repetition is executed, and the Idempotency-Key finds what was done.
    await database.query(`update exchanges set begun_at = 'epoch' where ${exchange}`);
    const repeated = await send(message);
    assert.ok(repeated.status === 202 || repeated.status === 200, repeated.body.toString());
    assert.equal(await count('requests'), (before ?? 0) + 1);
  });
});
