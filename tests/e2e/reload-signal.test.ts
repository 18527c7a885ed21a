import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configCopy } from '../support/config-copy.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import { type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';

describe('SIGHUP', function () {
  this.timeout(60_000);
  let stack: Stack;
  let gateway: GatewayProcess;
  let folder: string;
  let config: { folder: string; remove(): Promise<void> };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ura-signal-'));
    config = await configCopy({
      'clients/oss-fier.json': (content) => ({ ...content, keys: [folder] }),
    });
    stack = await startStack({ config: config.folder, withGateway: false, people: 40 });
    gateway = await startGatewayProcess(stack.variables);
  });

  after(async () => {
    await gateway.kill();
    await stack.stop();
    await config.remove();
    rmSync(folder, { recursive: true });
  });

  const line = (words: RegExp) => () => gateway.lines.find((each) => words.test(each));

  it('makes the gateway read its keys anew, keep good ones before broken ones, and go on', async () => {
    process.kill(gateway.pid, 'SIGHUP');
    await waitFor(line(/keys read anew and in use/), 'the line in the log');
    writeFileSync(join(folder, 'broken.pem'), 'x');
    process.kill(gateway.pid, 'SIGHUP');
    await waitFor(line(/keys on disk cannot be used.*/), 'the failure in the log');
    await waitFor(line(/broken\.pem: It is not a key/), 'its reason');
    const ready = await fetch(`http://127.0.0.1:${stack.variables.PORT}/health/ready`);
    assert.equal(ready.status, 200);
    assert.equal(await gateway.terminate(), 0);
  });
});
