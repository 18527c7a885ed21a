import { configCopy } from '../support/config-copy.js';

/** The configuration that comes with Ura, less patient: a test cannot wait for a minute. */
export const impatient = () =>
  configCopy({
    'adapters/civil.json': (content) => ({
      ...content,
      callTimeoutMs: 1_500,
      retry: { baseMs: 200, capMs: 400, maxInvalidAttempts: 2 },
    }),
    'gateway.json': (content) => ({
      ...content,
      dispatch: { ...(content.dispatch as object), pollMs: 100, leaseMs: 3_000 },
    }),
  });
