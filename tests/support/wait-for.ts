/**
 * Looks again and again until something is there.
 *
 * @throws {Error} naming what did not come in time.
 */
export async function waitFor<Found>(
  look: () => Promise<Found | undefined> | Found | undefined,
  what: string,
  timeoutMs = 20_000,
): Promise<Found> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > until) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
