import type { SimulatorControl, standardBehaviours } from '../../simulator-kind.js';

/** How a REST registry behaves on command. */
export const behaviours = {
  normal: 'Answers.',
  slow: 'Executes at once and answers after delayMs (default 3000).',
  fault: 'Answers a signed refusal (faultCode, default BUSY) and executes nothing.',
  unsigned: 'Executes and answers rightly, but without a signature.',
  'unsigned-fault': 'Executes and answers an unsigned refusal.',
  'wrong-signer': 'Executes and answers rightly, signed with a key that nobody has pinned.',
  'other-answer': 'Executes, and gives the answer to another question, signed for that one.',
  'other-subject': 'Executes, and answers about somebody else, signed for this question.',
  late: 'Executes, and promises the answer for delayMs later (default 3000), where the operation allows it.',
  garbage: 'Executes and answers a page of HTML with status 200.',
  silent: 'Executes and never answers.',
  'drop-after-execution': 'Executes and ends the connection without an answer.',
  'half-open': 'Takes the connection, reads nothing of the question, says nothing and never closes.',
  stalled: 'Executes, sends half of the answer, and then neither goes on nor closes.',
  down: 'Ends the connection without reading the request: nothing is executed.',
} as const satisfies Record<(typeof standardBehaviours)[number] | 'late', string>;

export type Behaviour = keyof typeof behaviours;

/** Body of `POST /control`, read. */
export interface Control {
  readonly behaviour: Behaviour;
  /** Milliseconds, of `slow` and `late`. Default 3000, at most one hour. */
  readonly delayMs?: number;
  /** For so many requests, then `normal` again. Default: until it is changed. */
  readonly count?: number;
  /** Only every so-manieth request, the others are answered; `count` counts those that it meets. Default: each. */
  readonly every?: number;
  /** Of `fault`. Default BUSY. */
  readonly faultCode?: string;
}

/** Holds the present behaviour and uses it up. */
export interface BehaviourSwitch {
  set(control: Control): void;
  present(): Control;
  /** The behaviour of the request that has just come; counts it. */
  next(): Required<Omit<Control, 'count' | 'every'>>;
}

export function behaviourSwitch(): BehaviourSwitch {
  let present: Control = { behaviour: 'normal' };
  let spared = 0;
  return {
    set(control) {
      present = control;
      spared = 0;
    },
    present: () => present,
    next() {
      const { behaviour, delayMs = 3000, faultCode = 'BUSY', count, every = 1 } = present;
      spared = (spared + 1) % every;
      if (spared !== 0) return { behaviour: 'normal', delayMs, faultCode };
      if (count !== undefined) {
        present = count > 1 ? { ...present, count: count - 1 } : { behaviour: 'normal' };
      }
      return { behaviour, delayMs, faultCode };
    },
  };
}

const longestDelayMs = 3_600_000;

/**
 * Reads a command.
 *
 * @param faultCodes that this registry has.
 * @throws {TypeError} saying in words what is wrong.
 */
export function readControl(value: unknown, faultCodes: readonly string[]): Control {
  if (typeof value !== 'object' || value === null) throw new TypeError('The command is not an object.');
  const { behaviour, delayMs, count, every, faultCode, ...unknown } = value as Partial<SimulatorControl>;
  const [surplus] = Object.keys(unknown);
  if (surplus !== undefined) throw new TypeError(`Unknown member ${surplus}.`);
  if (typeof behaviour !== 'string' || !Object.hasOwn(behaviours, behaviour)) {
    throw new TypeError(`behaviour is one of: ${Object.keys(behaviours).join(', ')}.`);
  }
  if (delayMs !== undefined && !isWhole(delayMs, 0, longestDelayMs)) {
    throw new TypeError(`delayMs is a whole number from 0 to ${longestDelayMs}.`);
  }
  if (count !== undefined && !isWhole(count, 1, Number.MAX_SAFE_INTEGER)) {
    throw new TypeError('count is a whole number from 1.');
  }
  if (every !== undefined && !isWhole(every, 1, Number.MAX_SAFE_INTEGER)) {
    throw new TypeError('every is a whole number from 1.');
  }
  if (faultCode !== undefined && !faultCodes.includes(faultCode)) {
    throw new TypeError(`faultCode is one of: ${faultCodes.join(', ')}.`);
  }
  return {
    behaviour: behaviour as Behaviour,
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(count === undefined ? {} : { count }),
    ...(every === undefined ? {} : { every }),
    ...(faultCode === undefined ? {} : { faultCode }),
  };
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}
