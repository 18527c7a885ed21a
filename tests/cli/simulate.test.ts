import assert from 'node:assert/strict';
import { adapterKinds } from '../../adapters/index.js';
import { simulateCommand } from '../../src/cli/simulate.js';
import { systemClock } from '../../src/clock.js';
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
  it('names the registries that there are beside one that is not', async () => {
    const { error } = await runCommand(simulateCommand, ['horoscope'], {});
    for (const name of Object.keys(adapterKinds)) assert.match(error, new RegExp(name));
  });
});
