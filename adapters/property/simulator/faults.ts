import { behaviours as common } from '../../civil/simulator/faults.js';

/** How the registry behaves on command: as every simulator does, and late. */
export const behaviours = {
  ...common,
  'late-poll': 'Takes the question; GetAnswer has the answer after delayMs (default 3000).',
  'late-callback':
    'Takes the question; sends the answer to the callback address after delayMs, again and again until it is acknowledged.',
} as const satisfies Record<string, string>;

export type Behaviour = keyof typeof behaviours;
