import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { openOwnClient } from '../../src/cli/own-client.js';
import { consumeResults, type ResultEvent, seenInMemory } from '../../src/client/index.js';
import { createEventSource } from '../../src/kafka/consumer.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';

describe('a signed request, end to end', function () {
  this.timeout(60_000);
  let stack: Stack;
  const events: ResultEvent[] = [];
  let stopListening: () => Promise<void>;

  before(async () => {
    stack = await startStack();
    const { gatewayKeys } = await openOwnClient(stack.variables, { municipality: '20' });
    const consumer = consumeResults({
      source: createEventSource({
        brokers: stack.variables.KAFKA_BROKERS as string,
        groupId: `test-${randomUUID()}`,
        topics: ['oss.20.results.v1'],
        fromBeginning: true,
      }),
      gatewayKeys,
      seen: seenInMemory(),
      handler: async (event) => {
        events.push(event);
      },
      // Other tests of this run use other keys on the same broker.
      onRefused: () => {},
    });
    stopListening = () => consumer.stop();
  });

  after(async () => {
    await stopListening();
    await stack.stop();
  });

  const eventOf = async (requestId: string): Promise<ResultEvent> => {
    for (let waitedMs = 0; waitedMs < 20_000; waitedMs += 50) {
      const event = events.find(({ subject }) => subject === requestId);
      if (event) return event;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('no event came out of Kafka');
  };

  it('answers over HTTP and out of Kafka with the same verified evidence', async () => {
    const client = await stack.client();
    const request = await client.submit(familyRequest(stack.people.headOfSix, 'DIV-1'), {
      idempotencyKey: randomUUID(),
      waitSeconds: 20,
    });
    assert.equal(request.state, 'answered');
    assert.equal(request.result?.kind, 'answered');
    const family = (
      request.result as { evidence: { head: { identifier: { notation: string } }; members: [] } }
    ).evidence;
    assert.equal(family.head.identifier.notation, stack.people.headOfSix);
    assert.equal(family.members.length, 5);

    const event = await eventOf(request.id);
    assert.equal(event.type, 'ura.request.answered.v1');
    assert.equal(event.value.caseId, 'DIV-1');
    assert.deepEqual(event.value.result, request.result);
    assert.equal(
      stack.registry.journal.entries().filter(({ messageId }) => messageId.includes(request.id)).length,
      1,
    );
  });

  it("brings back the registry's refusal for somebody it does not know", async () => {
    const client = await stack.client();
    const request = await client.submit(familyRequest(stack.people.unknown), {
      idempotencyKey: randomUUID(),
      waitSeconds: 20,
    });
    assert.equal(request.state, 'refused');
    assert.equal(request.result?.kind === 'refused' && request.result.code, 'PERSON_NOT_FOUND');
    assert.equal((await eventOf(request.id)).type, 'ura.request.refused.v1');
  });

  it('delivers only the requested fields', async () => {
    const client = await stack.client();
    const request = await client.submit(
      { ...familyRequest(stack.people.headOfSix), requestedFields: ['members.person.givenName', 'asOf'] },
      { idempotencyKey: randomUUID(), waitSeconds: 20 },
    );
    assert.equal(request.result?.kind, 'answered');
    const { evidence } = request.result as { evidence: Record<string, unknown> };
    assert.deepEqual(Object.keys(evidence).sort(), ['asOf', 'members']);
    for (const member of evidence.members as { person: object }[]) {
      assert.deepEqual(Object.keys(member), ['person']);
      assert.deepEqual(Object.keys(member.person), ['givenName']);
    }
  });

  it('gives the same request again for the same key and body', async () => {
    const client = await stack.client();
    const idempotencyKey = randomUUID();
    const draft = familyRequest(stack.people.widow);
    const first = await client.submit(draft, { idempotencyKey, waitSeconds: 20 });
    const again = await client.submit(draft, { idempotencyKey });
    assert.deepEqual(again, first);
  });
});
