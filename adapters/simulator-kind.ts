import type { Clock } from '../src/clock.js';
import type { RestChoice, SoapChoice } from '../src/signing/profiles/index.js';

/** How a simulated registry is started; the same for all of them. */
export interface SimulatorSettings {
  /** 0 takes a free one. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** The same seed gives the same people, in every registry. Default 2026. */
  readonly seed?: number;
  /** Size of the population. Default 2000. */
  readonly people?: number;
  /** Folder with the development keys of all parties; see `src/signing/development-keys.ts`. */
  readonly keysFolder: string;
  /** Address of the registry as the gateway knows it (`to` of its settings). Default: the endpoint. */
  readonly publicUrl?: string;
  /** Where late answers are sent. Without it they can only be polled. */
  readonly callbackUrl?: string;
  /** JSON lines; read at the start when it is there. Default: the journal is in memory only. */
  readonly journalFile?: string;
  readonly clock?: Clock;
}

/** A registry's stand-in: a real HTTP server that signs and verifies, and misbehaves on command. */
export interface Simulator {
  /** `http://host:port`, without a path. */
  readonly url: string;
  /** What `endpoint` of the adapter's settings must be. */
  readonly endpoint: string;
  readonly port: number;
  /** The same as `POST /control`. `behaviour` is one of the names that `GET /control` lists. */
  control(control: SimulatorControl): void;
  journal(): SimulatorJournal;
  /** Ends all connections, waiting answers among them. */
  close(): Promise<void>;
}

/** Every simulator knows at least these; see `standardBehaviours`. */
export interface SimulatorControl {
  readonly behaviour: string;
  /** Ends by itself after so many requests. Default: stays. */
  readonly count?: number;
  /** Only every so-manieth request, the others are answered. Default: each. */
  readonly every?: number;
  /** Of `slow` and of late answers, milliseconds. */
  readonly delayMs?: number;
  /** Of `fault`: the registry's own code. */
  readonly faultCode?: string;
}

/** How often something was executed, and how often an executed message id came again and got its stored answer. */
export interface SimulatorJournal {
  readonly executed: number;
  readonly repeated: number;
}

/**
 * What each registry can be told to do, so that one conformance suite fits all:
 *
 * | name | what it does |
 * |---|---|
 * | `normal` | answers |
 * | `slow` | answers after `delayMs` |
 * | `fault` | a signed refusal with `faultCode` |
 * | `unsigned` | the right answer without a signature |
 * | `unsigned-fault` | a refusal without a signature |
 * | `wrong-signer` | the right answer, signed with a key that is not pinned |
 * | `other-answer` | the answer to another question, correctly signed for that one |
 * | `other-subject` | an answer about somebody else, correctly signed for this question |
 * | `garbage` | HTTP 200 with an HTML page |
 * | `silent` | executes and never answers |
 * | `drop-after-execution` | executes and cuts the connection |
 * | `half-open` | takes the connection, executes nothing, says nothing and never closes |
 * | `stalled` | executes, sends half of the answer and goes silent |
 * | `down` | cuts the connection before reading |
 */
export const standardBehaviours = [
  'normal',
  'slow',
  'fault',
  'unsigned',
  'unsigned-fault',
  'wrong-signer',
  'other-answer',
  'other-subject',
  'garbage',
  'silent',
  'drop-after-execution',
  'half-open',
  'stalled',
  'down',
] as const;

/** How the gateway is set up to ask a simulated registry. */
export interface GatewaySide<Choice = SoapChoice | RestChoice> {
  /** The gateway's own side of the registry's profile. */
  readonly profile: Choice;
  /** `options` of the adapter's settings, for a registry at this address. Default: none. */
  options?(address: { readonly endpoint: string; readonly to: string }): Readonly<Record<string, unknown>>;
}

/** A simulator before it runs. */
export interface SimulatorKind<Choice = SoapChoice | RestChoice> {
  readonly gateway: GatewaySide<Choice>;
  /** Port of `ura simulate <name>` and of the configured endpoint's default. */
  readonly defaultPort: number;
  start(settings: SimulatorSettings): Promise<Simulator>;
  /** Questions to try it with, one a situation, in words; for `--help`, the demo and the conformance suite. */
  samples(settings: { readonly seed?: number; readonly people?: number }): readonly Sample[];
}

/** One question that the simulated registry has an answer to. */
export interface Sample {
  /** What it shows: `success`, `empty`, `refusal`, `manual`, `late` or a further name. */
  readonly situation: string;
  readonly operation: string;
  readonly subject: { readonly scheme: 'NID' | 'NUIS' | 'PROPERTY'; readonly notation: string };
  readonly parameters: Readonly<Record<string, unknown>>;
  /** In words, for people. */
  readonly about: string;
}
