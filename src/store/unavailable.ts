import { StoreUnfit } from './store-fence.js';

/** PostgreSQL error classes and Node codes that mean "not now" rather than "never". */
const TEMPORARY_SQLSTATE = /^(08|53|57014|57P0|40)/;
const TEMPORARY_NODE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);

/** Whether an error says that the database cannot be used just now. */
export function isStoreUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // Another process, or this one started again, can use it.
  if (error instanceof StoreUnfit) return true;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return TEMPORARY_SQLSTATE.test(code) || TEMPORARY_NODE.has(code);
  // The driver gives these without a code.
  return /timeout exceeded when trying to connect|Connection terminated|connection error and is not queryable|Cannot use a pool after/.test(
    error.message,
  );
}
