import { type FaultCode, faultCodes } from './protocol.js';

/** How the registry behaves on command. */
export const behaviours = {
  normal: 'Answers.',
  slow: 'Executes at once and answers after delayMs (default 3000).',
  silent: 'Reads the request, executes nothing and never answers.',
  down: 'Ends the connection without reading the request: nothing is executed.',
  fault: 'Answers a signed fault (faultCode, default BUSY) and executes nothing.',
  unsigned: 'Executes and answers rightly, but without a signature.',
  'unsigned-fault': 'Executes and answers an unsigned fault.',
  'wrong-signer': 'Executes and answers rightly, signed with a key that nobody has pinned.',
  'other-answer': 'Executes, and answers, signed, about another person to another message.',
  'other-subject': 'Executes, and answers about another person, signed for this question.',
  garbage: 'Executes and answers a page of HTML with status 200.',
  'drop-after-execution': 'Executes and ends the connection without an answer.',
  'half-open': 'Takes the connection, reads nothing of the question, says nothing and never closes.',
  stalled: 'Executes, sends half of the answer, and then neither goes on nor closes.',
} as const satisfies Record<string, string>;

export type Behaviour = keyof typeof behaviours;

/** Body of `POST /control`; other registries have other behaviours and codes. */
export interface Control<Name extends string = Behaviour, Code extends string = FaultCode> {
  readonly behaviour: Name;
  /** Milliseconds, of `slow`. Default 3000, at most one hour. */
  readonly delayMs?: number;
  /** For so many requests, then `normal` again. Default: until it is changed. */
  readonly count?: number;
  /** Only every so-manieth request, the others are answered; `count` counts those that it meets. Default: each. */
  readonly every?: number;
  /** Of `fault`. Default BUSY. */
  readonly faultCode?: Code | 'BUSY';
}

/** Holds the present behaviour and uses it up. */
export interface BehaviourSwitch<Name extends string = Behaviour, Code extends string = FaultCode> {
  set(control: Control<Name, Code>): void;
  present(): Control<Name | 'normal', Code>;
  /** The behaviour of the request that has just come; counts it. */
  next(): Required<Omit<Control<Name | 'normal', Code>, 'count' | 'every'>>;
}

const longestDelayMs = 3_600_000;

export function behaviourSwitch<
  Name extends string = Behaviour,
  Code extends string = FaultCode,
>(): BehaviourSwitch<Name, Code> {
  let present: Control<Name | 'normal', Code> = { behaviour: 'normal' };
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
      if (count !== undefined)
        present = count > 1 ? { ...present, count: count - 1 } : { behaviour: 'normal' };
      return { behaviour, delayMs, faultCode };
    },
  };
}

export type ParsedControl<Name extends string, Code extends string> =
  | { readonly ok: true; readonly control: Control<Name, Code> }
  | { readonly ok: false; readonly reason: string };

/** Reads the JSON of `POST /control`. */
export function parseControl(json: string): ParsedControl<Behaviour, FaultCode> {
  return parseControlOf(json, behaviours, faultCodes);
}

/** The same for a registry with behaviours and codes of its own. */
export function parseControlOf<Name extends string, Code extends string>(
  json: string,
  known: Readonly<Record<Name, string>>,
  codes: readonly Code[],
): ParsedControl<Name, Code> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { ok: false, reason: 'The body is not JSON.' };
  }
  if (typeof value !== 'object' || value === null) return { ok: false, reason: 'The body is not an object.' };
  const { behaviour, delayMs, count, every, faultCode, ...unknown } = value as Record<string, unknown>;
  const [surplus] = Object.keys(unknown);
  if (surplus !== undefined) return { ok: false, reason: `Unknown member ${surplus}.` };
  const names = Object.keys(known) as Name[];
  const name = names.find((each) => each === behaviour);
  if (name === undefined) return { ok: false, reason: `behaviour is one of: ${names.join(', ')}.` };
  if (delayMs !== undefined && !isWhole(delayMs, 0, longestDelayMs)) {
    return { ok: false, reason: `delayMs is a whole number from 0 to ${longestDelayMs}.` };
  }
  if (count !== undefined && !isWhole(count, 1, Number.MAX_SAFE_INTEGER)) {
    return { ok: false, reason: 'count is a whole number from 1.' };
  }
  if (every !== undefined && !isWhole(every, 1, Number.MAX_SAFE_INTEGER)) {
    return { ok: false, reason: 'every is a whole number from 1.' };
  }
  const code = codes.find((each) => each === faultCode);
  if (faultCode !== undefined && code === undefined) {
    return { ok: false, reason: `faultCode is one of: ${codes.join(', ')}.` };
  }
  return {
    ok: true,
    control: {
      behaviour: name,
      ...(delayMs === undefined ? {} : { delayMs }),
      ...(count === undefined ? {} : { count }),
      ...(every === undefined ? {} : { every }),
      ...(code === undefined ? {} : { faultCode: code }),
    },
  };
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}
