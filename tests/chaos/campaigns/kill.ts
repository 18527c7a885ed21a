import { randomInt } from 'node:crypto';
import { startEverybody } from '../scene/everybody.js';
import type { GatewayNode } from '../scene/gateway-node.js';
import { type Campaign, pause } from './campaign.js';

/** One round of so many kills both nodes at once, and one of so many kills a node that is still starting. */
const BOTH_EVERY = 10;
const STARTING_EVERY = 5;

/** `kill -9` of one of two gateways, again and again, at moments that chance chooses, under load. */
export const kill: Campaign = {
  name: 'kill',
  about: 'kill -9 of a gateway at random moments under load, two nodes',
  bounds: { rounds: { long: 300, short: 6, about: 'how often a gateway is killed and started again' } },
  brokers: 1,
  async play(scene, { bound, progress, signal }) {
    const { nodes, open } = scene;
    const rounds = bound('rounds');
    const load = startEverybody(scene);
    let kills = 0;
    for (let round = 1; round <= rounds; round += 1) {
      await pause(50 + randomInt(1_000), signal);
      const victims = round % BOTH_EVERY === 0 ? nodes : [nodes[randomInt(nodes.length)] as GatewayNode];
      await Promise.all(victims.map((node) => node.kill()));
      kills += victims.length;
      if (round % STARTING_EVERY === 0) {
        const [victim] = victims as [GatewayNode];
        await victim.start(false);
        await pause(randomInt(3_000), signal);
        await victim.kill();
        kills += 1;
      }
      await Promise.all(victims.map((node) => node.start()));
      if (round % 10 === 0 || round === rounds) {
        const { requests, events } = await open();
        const standing = `${requests} open, ${events} events waiting`;
        progress(`${kills} kills in ${round} rounds, ${load.accepted} accepted, ${standing}`);
      }
    }
    await load.stop();
    return [];
  },
};
