import { startEverybody } from '../scene/everybody.js';
import { type KafkaNode, lackingForKafka } from '../scene/kafka-cluster.js';
import { type Campaign, pause } from './campaign.js';

/** Of each second, a slow broker stands still for so long, milliseconds. */
const SLOW_MS = 850;

/** Brokers go away and become slow; it costs nothing but delay. */
export const kafka: Campaign = {
  name: 'kafka',
  about: 'Kafka, three brokers: leaders killed, all stopped, all slow',
  bounds: {
    leaders: { long: 6, short: 1, about: 'brokers killed and started again, one after the other' },
    gone: { long: 20, short: 4, about: 'seconds that each of them is gone' },
    stopped: { long: 600, short: 10, about: 'seconds without any broker' },
    slow: { long: 60, short: 5, about: `seconds with brokers that stand still ${SLOW_MS} ms of each second` },
  },
  brokers: 3,
  lacking: lackingForKafka,
  async play(scene, { bound, progress, signal }) {
    const { kafka: cluster, open } = scene;
    if (!cluster) return ['this scene has no brokers of its own'];
    const { nodes } = cluster;
    const load = startEverybody(scene);
    const waiting = async (): Promise<string> =>
      `${load.accepted} accepted, ${(await open()).events} events waiting`;
    for (let turn = 0; turn < bound('leaders'); turn += 1) {
      // Three partitions on three brokers: each of them leads one.
      const node = nodes[turn % nodes.length] as KafkaNode;
      await pause(1_000, signal);
      await node.kill();
      await pause(bound('gone') * 1_000, signal);
      progress(`broker ${node.id} gone for ${bound('gone')} s: ${await waiting()}`);
      await node.start();
    }
    await Promise.all(nodes.map((node) => node.end()));
    await pause(bound('stopped') * 1_000, signal);
    progress(`no broker for ${bound('stopped')} s: ${await waiting()}`);
    await Promise.all(nodes.map((node) => node.start()));
    await pause(2_000, signal);
    progress(`brokers back for 2 s: ${await waiting()}`);
    try {
      for (let second = 0; second < bound('slow'); second += 1) {
        for (const node of nodes) node.pause();
        await pause(SLOW_MS, signal);
        for (const node of nodes) node.resume();
        await pause(1_000 - SLOW_MS, signal);
      }
    } finally {
      for (const node of nodes) node.resume();
    }
    progress(`brokers slow for ${bound('slow')} s: ${await waiting()}`);
    await load.stop();
    return [];
  },
};
