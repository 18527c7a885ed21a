import { hash } from 'node:crypto';
import { mulberry32, type Random } from '../../civil/simulator/random.js';

/**
 * Repeatable randomness of its own for one person or thing: what is drawn for one does not depend on how many others
 * there are, so registries of different sizes agree about everybody they share.
 *
 * @param about what is drawn and for whom, for example `debts J00101999W`.
 */
export function drawFor(seed: number, about: string): Random {
  return mulberry32(hash('sha256', `${seed} ${about}`, 'buffer').readUInt32BE(0));
}
