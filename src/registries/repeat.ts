/** Work that is done again and again until it is stopped, never twice at once. */
export interface Repeated {
  /** Waits for what is under way. */
  stop(): Promise<void>;
}

/**
 * @param everyMs from the end of one round to the begin of the next, milliseconds.
 * @param onFailure of a round; the next one comes none the less.
 */
export function repeat(
  everyMs: number,
  work: () => Promise<unknown>,
  onFailure: (error: Error) => void,
): Repeated {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let underWay: Promise<void> = Promise.resolve();
  const round = (): void => {
    underWay = work()
      .then(() => {}, onFailure)
      .then(() => {
        if (!stopped) timer = setTimeout(round, everyMs);
      });
  };
  round();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await underWay;
    },
  };
}
