/** What was waited for did not come in time: on a machine under load that may be all there is to it. */
export class NotInTime extends Error {
  override readonly name = 'NotInTime';
}

/**
 * Looks again and again until something is there.
 *
 * @throws {NotInTime} naming what did not come.
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
    if (Date.now() > until) throw new NotInTime(`waited ${timeoutMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
