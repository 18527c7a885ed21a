import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until the answer is true. @throws the signal's reason when it aborts first. */
export async function waitFor(
  what: string,
  limitMs: number,
  signal: AbortSignal,
  isSo: () => boolean | Promise<boolean>,
): Promise<void> {
  const until = performance.now() + limitMs;
  while (!(await isSo())) {
    signal.throwIfAborted();
    if (performance.now() > until) throw new Error(`${what} did not become ready in ${limitMs / 1000} s`);
    await sleep(100);
  }
}

/** Whether a URL is answered with 200 just now. */
export async function answersOk(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(3_000) });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}
