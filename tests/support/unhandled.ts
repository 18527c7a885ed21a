/*
 * Loaded by mocha before all tests. A promise that was rejected while nobody listened would end a gateway, so it
 * fails the test in which that happens. Mocha 12 listens to the event itself, hands it on to whoever else listens, and
 * where nobody does, nothing comes of it.
 */
const lost = new Map<Promise<unknown>, unknown>();
process.on('unhandledRejection', (reason, promise) => lost.set(promise, reason));

function fail(): void {
  if (lost.size === 0) return;
  const [first, ...others] = lost.values();
  lost.clear();
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  throw new Error(`a promise was rejected and nobody listened${more}: ${first}`, { cause: first });
}

export const mochaHooks = { afterEach: fail, afterAll: fail };
