import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKey } from '../../src/cli/keys/generate-key.js';
import { openOwnClient } from '../../src/cli/own-client.js';
import {
  consumeResults,
  type EventRefused,
  type KafkaMessage,
  type ResultEvent,
  readDecryptionJwk,
  seenInMemory,
} from '../../src/client/index.js';
import { systemClock } from '../../src/clock.js';
import { createEvidenceStore } from '../../src/evidence/evidence-store.js';
import { createEventSource } from '../../src/kafka/consumer.js';
import { configCopy } from '../support/config-copy.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';

describe('events of a municipality that has them encrypted', function () {
  this.timeout(60_000);
  let folder: string;
  let stack: Stack;
  let removeConfig: () => Promise<void>;
  let privateFile: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ura-events-'));
    const made = await generateKey({
      name: 'divjake-events',
      type: 'ec',
      use: 'events',
      folder,
      development: true,
      days: 30,
      clock: systemClock,
    });
    privateFile = made.privateFile;
    const config = await configCopy({
      'clients/oss-divjake.json': (content) => ({ ...content, events: { encryptionKey: made.publicFile } }),
    });
    removeConfig = config.remove;
    stack = await startStack({ config: config.folder });
  });

  after(async () => {
    await stack.stop();
    await removeConfig();
    await rm(folder, { recursive: true, force: true });
  });

  /** Reads the topic from its beginning, with or without the key. */
  async function listen(withKey: boolean) {
    const { gatewayKeys } = await openOwnClient(stack.variables, { municipality: '20' });
    const events: ResultEvent[] = [];
    const refused: { code: EventRefused['code']; message: KafkaMessage }[] = [];
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
      onRefused: ({ code }, message) => {
        refused.push({ code, message });
      },
      ...(withKey ? { decryptionKeys: [readDecryptionJwk(await readFile(privateFile, 'utf8'))] } : {}),
    });
    return { events, refused, stop: () => consumer.stop() };
  }

  it('can be read by whoever has the key, and by nobody else', async () => {
    const client = await stack.client();
    const nid = stack.people.headOfSix;
    const { id, result } = await client.submit(familyRequest(nid), {
      idempotencyKey: randomUUID(),
      waitSeconds: 20,
    });

    const owner = await listen(true);
    const event = await waitFor(
      () => owner.events.find(({ subject }) => subject === id),
      'the event',
      30_000,
    );
    await owner.stop();
    assert.deepEqual(event.value.result, result);

    const reader = await listen(false);
    const sealed = await waitFor(
      () => reader.refused.find(({ message }) => message.headers.get('ce_subject') === id),
      'the refusal',
      30_000,
    );
    await reader.stop();
    assert.equal(sealed.message.headers.get('content-type'), 'application/jose');
    assert.equal(sealed.message.headers.has('ce_signature'), false);
    const visible =
      Buffer.from(sealed.message.value).toString() + [...sealed.message.headers.values()].join();
    assert.ok(!visible.includes(nid) && !visible.includes('head'), 'nothing of the answer is readable');

    const evidence = await createEvidenceStore(stack.database).read(id);
    const row = evidence.find(({ kind }) => kind === 'result');
    assert.ok(row && Buffer.from(event.bytes).equals(row.bytes), 'the evidence is what was signed');
    assert.equal((row.meta.headers as Record<string, string>).ce_signature, event.signature);
  });
});
