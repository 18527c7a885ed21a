import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { submitCommand } from '../../src/cli/submit.js';
import { freePort } from '../support/free-port.js';
import { type Stack, startStack } from '../support/stack.js';
import { runCommand } from './run-command.js';

describe('ura submit', function () {
  this.timeout(60_000);
  let stack: Stack;
  const servers: Server[] = [];

  before(async () => {
    stack = await startStack();
  });
  after(async () => {
    for (const server of servers) server.close();
    await stack.stop();
  });

  const submit = (...args: string[]) =>
    runCommand(submitCommand, ['--nid', stack.people.headOfSix, ...args], stack.variables);
  async function serverThat(answers: Parameters<typeof createServer>[1]): Promise<string> {
    const server = createServer({}, answers);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('prints the finished request as JSON', async () => {
    const { printed, error } = await submit('--gateway', stack.gateway.url, '--case', 'CLI-1');
    assert.equal(error, '');
    const request = JSON.parse(printed) as Record<string, unknown>;
    assert.equal(request.state, 'answered');
    assert.equal(request.caseId, 'CLI-1');
  });

  it('says what to do when nothing answers there', async () => {
    const gateway = `http://127.0.0.1:${await freePort()}`;
    const { error } = await submit('--gateway', gateway);
    assert.equal(
      error,
      `nothing answers at ${gateway}: start the gateway with \`ura serve\`, or name it with --gateway`,
    );
  });

  it('says when what answers is no gateway', async () => {
    const gateway = await serverThat((_, response) => response.end('{"id":"1"}'));
    const { error } = await submit('--gateway', gateway);
    assert.match(error, /answered with status 200, but not with the pinned gateway's signature/);
  });

  it('says when the connection breaks', async () => {
    const gateway = await serverThat((request) => request.socket.destroy());
    const { error } = await submit('--gateway', gateway);
    assert.match(error, /the connection to .* broke \(3 tries\).*same --idempotency-key/);
  });

  it('shows a refusal with its code and the fields that are wrong', async () => {
    const notGranted = await submit('--gateway', stack.gateway.url, '--purpose', 'advertising');
    assert.match(notGranted.error, /^403 not-granted: /);
    const invalid = await submit('--gateway', stack.gateway.url, '--service', 'AL012002');
    assert.match(invalid.error, /^400 invalid-request: .*\n {2}\/parameters/);
  });

  it('says when no client belongs to the municipality', async () => {
    const { error } = await submit('--municipality', '61');
    assert.match(error, /no client belongs to municipality 61; there are .*20 \(One-stop shop of Divjakë\)/);
  });
});
