import assert from 'node:assert/strict';
import { join } from 'node:path';
import { openOwnClient } from '../../../src/cli/own-client.js';
import type { ResultEvent } from '../../../src/client/index.js';
import { fileSigner } from '../../../src/signing/file-signer.js';
import { readPrivateKeyFile, readTrustedKeyFile } from '../../../src/signing/key-files.js';
import { type IntakeScene, intakeConfig, openIntakeScene } from '../../e2e/intake-scene.js';
import { makeKey } from '../../signing/http-sig/signing-keys.js';
import { familyRequest, type Stack, startStack } from '../../support/stack.js';
import { waitFor } from '../../support/wait-for.js';
import { codes, craft, type World } from './make-record.js';
import { recordVectors } from './record-vectors.js';
import { requestVectors } from './request-vectors.js';

describe('attacks on the Kafka intake', function () {
  this.timeout(90_000);
  const vectors = [...recordVectors, ...requestVectors];
  const lines: string[] = [];
  let refused = 0;
  let stack: Stack;
  let scene: IntakeScene;
  let world: World;
  let removeConfig: () => Promise<void>;
  let stored: Record<string, number>;

  before(async () => {
    const config = await intakeConfig(codes);
    removeConfig = config.remove;
    stack = await startStack({ config: config.folder });
    scene = await openIntakeScene(stack.variables, codes);
    const file = (name: string) => join(stack.variables.URA_DATA as string, 'keys', name);
    const own = (municipality: string) => openOwnClient(stack.variables, { municipality });
    const agency = await readPrivateKeyFile(file('agency-wss.key.pem'), {
      certificatePath: file('agency-wss.cert.pem'),
    });
    world = {
      divjake: (await own(codes[0])).signer,
      fier: (await own(codes[1])).signer,
      closed: fileSigner(agency),
      attacker: makeKey('ecdsa-p256-sha256', 'attacker').signer,
      divjakeKey: await readTrustedKeyFile(file('oss-divjake.public.jwk.json'), { partner: 'oss-divjake' }),
      gateway: stack.gateway.url,
      draft: familyRequest(stack.people.widow),
    };
    const record = await craft(world, () => ({}));
    await scene.produce(record);
    const id = Object.fromEntries(record.headers).ce_id as string;
    assert.equal(
      (await scene.next(id)).type,
      'ura.request.answered.v1',
      'the record that every vector starts from',
    );
    // The same bytes again, as anybody can produce them who may write to the topic, and read them.
    await scene.produce(record, record);
    await waitFor(() => stack.log.filter(({ repeated }) => repeated === true)[1], 'two repetitions');
    assert.equal(scene.told(id).length, 1);
    stored = await count();
  });
  after(async () => {
    await scene.stop();
    await stack.stop();
    await removeConfig();
    console.log(`\n${lines.join('\n')}\n`);
    console.log(`attack vectors: ${vectors.length} refused: ${refused}`);
  });

  const count = async (): Promise<Record<string, number>> => {
    const { rows } = await stack.database.query<Record<string, number>>(
      `select (select count(*)::integer from requests) as requests,
         (select count(*)::integer from idempotency_keys) as keys,
         (select count(*)::integer from evidence) as evidence`,
    );
    return rows[0] as Record<string, number>;
  };

  it('have names that tell them apart', () => {
    assert.equal(new Set(vectors.map(([row, name]) => `${row}/${name}`)).size, vectors.length);
  });

  for (const [row, name, code, change] of vectors) {
    const isTold = requestVectors.some((each) => each[0] === row && each[1] === name);
    it(`${row}: refuses ${name}`, async () => {
      const record = await craft(world, change);
      const [place] = await scene.produce(record);
      const line = await waitFor(
        () =>
          stack.log.find(
            ({ topic, partition, offset }) =>
              topic === record.topic && partition === place?.partition && offset === place?.offset,
          ),
        'what the gateway says of it',
      );
      const outcome = `${line.msg === 'submission taken from Kafka' ? 'ACCEPTED' : line.code}`;
      lines.push(`${row.padEnd(10)} ${name.padEnd(68)} ${outcome}`);
      assert.equal(outcome, code);
      const id = Object.fromEntries(record.headers).ce_id as string;
      if (isTold) {
        const { type, value } = await scene.next(id);
        assert.equal(type, 'ura.submission.refused.v1');
        assert.equal((value as unknown as { problem: { code: string } }).problem.code, code);
      } else assert.equal(line.client, undefined);
      refused++;
    });
  }

  it('left those without a sender without an answer', () => {
    const ids = recordVectors.length;
    assert.ok(ids > 50);
    const told = scene.all().filter(({ type }) => type === 'ura.submission.refused.v1');
    assert.equal(told.length, requestVectors.length);
  });

  it('wrote nothing of what was sent into the log', () => {
    const text = JSON.stringify(stack.log);
    assert.equal(text.includes(stack.people.widow), false);
    assert.equal(text.includes('advertising'), false);
  });

  it('stored nothing, and called no registry', async () => {
    assert.deepEqual(await count(), stored);
    assert.equal(stack.registry.journal.executed, 1, 'the honest one');
  });

  it('left the way open for the next one', async () => {
    const event = (await scene.next(await scene.submit(familyRequest(stack.people.single)))) as ResultEvent;
    assert.equal(event.type, 'ura.request.answered.v1');
  });
});
