import assert from 'node:assert/strict';
import type { Preparation } from './campaigns/campaign.js';
import { campaigns } from './campaigns/index.js';
import { playIn } from './campaigns/play.js';
import { lackingForKafka } from './scene/kafka-cluster.js';
import { openScene, type Scene } from './scene/scene.js';

/** The short form of `make chaos`: all campaigns in one scene, one after the other. */
describe('what was accepted survives', function () {
  this.timeout(600_000);
  const prepared: Preparation[] = [];
  const lines: string[] = [];
  const progress = (line: string): void => {
    lines.push(line);
  };
  let scene: Scene;

  before(async () => {
    for (const { prepare } of campaigns) if (prepare) prepared.push(await prepare(progress));
    const lacking = await lackingForKafka();
    const brokers = process.env.KAFKA_BROKERS as string;
    scene = await openScene({
      name: 'short',
      kafka: lacking === undefined ? { start: 3 } : { brokers },
      progress,
      audited: 40,
      ...Object.assign({}, ...prepared.map(({ settings }) => settings)),
    });
  });
  after(async () => {
    await scene?.stop();
    for (const { release } of prepared.reverse()) await release();
  });

  for (const campaign of campaigns) {
    it(campaign.about, async function () {
      const lacking = await campaign.lacking?.();
      if (lacking !== undefined) {
        process.stdout.write(`      left out: ${lacking}\n`);
        this.skip();
      }
      lines.length = 0;
      const bound = (name: string): number => campaign.bounds[name]?.short as number;
      const { broken, lines: said } = await playIn(scene, campaign, {
        bound,
        progress,
        signal: new AbortController().signal,
      });
      const told = [...lines, ...said].join('\n');
      assert.deepEqual(broken, [], told);
      assert.match(
        said.at(-1) ?? '',
        /^invariants: accepted=[1-9]\d* lost=0 duplicated=0 reordered=0 missing=0$/,
        told,
      );
    });
  }
});
