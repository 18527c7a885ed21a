import assert from 'node:assert/strict';
import { adapterKinds } from '../../adapters/index.js';
import { simulateCommand } from '../../src/cli/simulate.js';
import { systemClock } from '../../src/clock.js';
import { freePort } from '../support/free-port.js';
import { waitFor } from '../support/wait-for.js';
import { runCommand } from './run-command.js';

describe('ura simulate', function () {
  this.timeout(30_000);
  let ended: Promise<unknown>;

  for (const name of Object.keys(adapterKinds)) {
    it(`${name}: runs until it is asked to stop, and says whom to ask for`, async () => {
      const lines: string[] = [];
      let stop = () => {};
      const asked = new Promise<void>((resolve) => {
        stop = resolve;
      });
      const started = new Promise<void>((resolve) => {
        const command = simulateCommand({
          print: (line) => {
            lines.push(line);
            if (line.startsWith('  refusal')) resolve();
          },
          warn: () => {},
          variables: { URA_DATA: process.env.URA_DATA as string },
          clock: systemClock,
          asked,
          mayTakeLonger: () => {},
        });
        ended = command.parseAsync([name, '--port', '0', '--people', '120'], { from: 'user' });
      });
      await started;
      const control = /http:\/\/\S+\/control/.exec(lines.join('\n'))?.[0];
      assert.ok(control, lines.join('\n'));
      const shown = (await (await fetch(control)).json()) as { present: unknown };
      assert.deepEqual(shown.present, { behaviour: 'normal' });
      stop();
      await ended;
      await assert.rejects(fetch(control));
    });
  }
  it('runs several in one process, each at the port where the configuration looks for it', async () => {
    const ports = { tax: await freePort(), 'municipal-tax': await freePort() };
    const variables = {
      URA_DATA: process.env.URA_DATA as string,
      URA_TAX_URL: `http://127.0.0.1:${ports.tax}/v1`,
      URA_MUNICIPAL_TAX_URL: `http://127.0.0.1:${ports['municipal-tax']}/v1`,
    };
    let stop = () => {};
    const asked = new Promise<void>((resolve) => {
      stop = resolve;
    });
    const healthOf = (port: number) => fetch(`http://127.0.0.1:${port}/health`);
    const lines: string[] = [];
    const print = (line: string) => void lines.push(line);
    const command = simulateCommand({
      print,
      warn: print,
      variables,
      clock: systemClock,
      asked,
      mayTakeLonger: () => {},
    });
    const run = command.parseAsync(['tax', 'municipal-tax', '--people', '120'], { from: 'user' });
    await waitFor(() => lines.filter((line) => line.startsWith('control: '))[1], 'both');
    for (const port of Object.values(ports)) assert.equal((await healthOf(port)).status, 200);
    stop();
    await run;
    for (const port of Object.values(ports)) await assert.rejects(healthOf(port));
  });

  it('takes a port for one registry alone', async () => {
    const { error } = await runCommand(simulateCommand, ['tax', 'civil', '--port', '1'], {});
    assert.match(error, /--port is for one registry alone/);
  });

  it('names the registries that there are beside one that is not', async () => {
    const { error } = await runCommand(simulateCommand, ['horoscope'], {});
    for (const name of Object.keys(adapterKinds)) assert.match(error, new RegExp(name));
  });
});
