import type { Scene, SceneSettings } from '../scene/scene.js';

/** One bound of a campaign: a count, or a length in seconds. */
export interface Bound {
  readonly long: number;
  /** In CI. */
  readonly short: number;
  readonly about: string;
}

/** One campaign: what is done to the gateways, and what must hold meanwhile. What must hold at its end the checker says. */
export interface Campaign {
  readonly name: string;
  /** In a sentence, for `--help`. */
  readonly about: string;
  /** By the name of the option that changes it. */
  readonly bounds: Readonly<Record<string, Bound>>;
  /** Brokers that it wants. */
  readonly brokers: 1 | 3;
  /** Why it cannot be run on this machine at all; undefined when it can. */
  lacking?(): Promise<string | undefined>;
  /** What has to be there before the scene is. */
  prepare?(progress: (line: string) => void): Promise<Preparation>;
  /** Disturbs the scene. @returns what was seen that must not be, in sentences. */
  play(scene: Scene, parts: PlayParts): Promise<readonly string[]>;
}

export interface Preparation {
  readonly settings: Partial<SceneSettings>;
  /** After the scene is gone. */
  release(): Promise<void>;
}

export interface PlayParts {
  /** A bound by its name. */
  bound(name: string): number;
  readonly progress: (line: string) => void;
  /** Aborts when the campaign is asked to stop. */
  readonly signal: AbortSignal;
}

/** Waits, unless the campaign is asked to stop. */
export function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, durationMs);
    signal.addEventListener('abort', stop, { once: true });
  });
}
