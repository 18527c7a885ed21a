import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  createHttpTransport,
  type HttpTransport,
  TransportFailure,
  UraClient,
} from '../../src/client/index.js';
import { type KeptWorld, openKeptWorld, parties } from '../attacks/api/kept-world.js';
import { familyRequest } from '../support/stack.js';

describe('the SDK with a gateway that keeps its answers', function () {
  this.timeout(60_000);
  let world: KeptWorld;

  before(async () => {
    world = await openKeptWorld();
  });
  after(() => world.clients.stop());

  it('sends the same message until it has the answer, whatever gets lost on the way', async () => {
    for (const [at, { choice, key, id }] of parties.entries()) {
      const transport = createHttpTransport();
      const messages: string[] = [];
      const statuses: (number | string)[] = [];
      const http: HttpTransport = {
        async send(request) {
          messages.push(JSON.stringify([request.headers, request.body]));
          const answer = transport.send(request);
          if (messages.length === 1) {
            // The gateway is at work on it when the client gives up.
            answer.catch(() => {});
            statuses.push('lost');
            throw new TransportFailure('connection-lost');
          }
          statuses.push((await answer).status);
          return answer;
        },
        close: () => transport.close(),
      };
      world.clients.stack.registry.control({ behaviour: 'slow', delayMs: 1_000, count: 1 });
      const before = await world.count('requests');
      const client = new UraClient({
        gateway: `http://127.0.0.1:${world.port}`,
        signer: key.signer,
        gatewayKeys: [world.gatewayKey],
        profile: choice,
        nonrepudiation: true,
        http,
        tries: 4,
      });
      const caseId = `T-sdk-${at}`;
      const found = await client.submit(familyRequest(world.clients.stack.people.widow, caseId), {
        idempotencyKey: randomUUID(),
        waitSeconds: 20,
      });
      client.close();
      assert.equal(found.state, 'answered');
      assert.deepEqual(statuses, ['lost', 409, 200], choice.profile);
      assert.equal(new Set(messages).size, 1, 'one message, sent three times');
      assert.equal(await world.count('requests'), (before ?? 0) + 1);
      const kept = `partner = '${id}' and position('${caseId}' in convert_from(request_bytes, 'UTF8')) > 0`;
      assert.equal(await world.count('exchanges', kept), 1);
    }
  });
});
