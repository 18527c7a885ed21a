import assert from 'node:assert/strict';
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listenCommand } from '../../src/cli/listen.js';
import { submitCommand } from '../../src/cli/submit.js';
import { systemClock } from '../../src/clock.js';
import { intakeConfig } from '../e2e/intake-scene.js';
import { freePort } from '../support/free-port.js';
import { type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';
import { runCommand } from './run-command.js';

describe('ura submit --kafka', function () {
  this.timeout(90_000);
  const codes = ['51', '52'] as const;
  let stack: Stack;
  let folder: string;
  let removeConfig: () => Promise<void>;

  before(async () => {
    const config = await intakeConfig(codes);
    removeConfig = config.remove;
    folder = await mkdtemp(join(tmpdir(), 'ura-listen-'));
    stack = await startStack({ config: config.folder });
  });
  after(async () => {
    await stack.stop();
    await removeConfig();
    await rm(folder, { recursive: true, force: true });
  });

  /** Paths that this process has open (Linux). */
  const openFiles = async (): Promise<string[]> => {
    const names = await readdir('/proc/self/fd');
    // The folder itself is among them, and closed by now.
    const paths = names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => ''));
    return Promise.all(paths);
  };
  const submit = (variables: Readonly<Record<string, string>>, ...args: string[]) =>
    runCommand(
      submitCommand,
      ['--kafka', '--gateway', stack.gateway.url, '--nid', stack.people.headOfSix, ...args],
      variables,
    );

  it('submits, and ura listen shows what comes of it: a result, or why it was not taken', async () => {
    const lines: string[] = [];
    let end = (): void => {};
    const listening = listenCommand({
      print: (line) => lines.push(line),
      warn: () => {},
      variables: stack.variables,
      clock: systemClock,
      asked: new Promise((resolve) => {
        end = resolve;
      }),
      mayTakeLonger: () => {},
    }).parseAsync(['--municipality', codes[0], '--state', folder], { from: 'user' });

    const good = await submit(stack.variables, '--municipality', codes[0], '--case', 'KAFKA-1');
    assert.equal(good.error, '');
    const { topic, submissionId, caseId } = JSON.parse(good.printed) as Record<string, string>;
    assert.deepEqual([topic, caseId], [`oss.${codes[0]}.requests.v1`, 'KAFKA-1']);
    assert.match(submissionId ?? '', /^[0-9a-f-]{36}$/);
    const bad = ['--purpose', 'advertising', '--idempotency-key', 'not-granted-1', '--case', 'KAFKA-2'];
    await submit(stack.variables, '--municipality', codes[0], ...bad);

    const line = (text: RegExp) => waitFor(() => lines.find((each) => text.test(each)), String(text), 40_000);
    await line(/^KAFKA-1 .* AL012031 {2}answered$/);
    await line(/^KAFKA-2 +NOT TAKEN not-granted-1 {2}not-granted$/);
    assert.ok((await openFiles()).includes(join(folder, 'seen-events')));
    end();
    await listening;
    assert.deepEqual(
      (await openFiles()).filter((path) => path.startsWith(folder)),
      [],
      'it leaves no file open',
    );
  });

  it('says what is missing', async () => {
    const { KAFKA_BROKERS: _, ...without } = stack.variables;
    assert.match((await submit(without, '--municipality', codes[0])).error, /name the brokers/);
    const { error } = await submit({ ...stack.variables, URA_CONFIG: 'config' });
    assert.match(error, /client oss-divjake may not submit over Kafka: set "kafkaIntake": true/);
    const nowhere = { ...stack.variables, KAFKA_BROKERS: `127.0.0.1:${await freePort()}` };
    const lost = await submit(nowhere, '--municipality', codes[0], '--idempotency-key', 'lost-0001');
    assert.match(lost.error, /did not confirm the submission: not-connected; .* --idempotency-key lost-0001/);
  });
});
