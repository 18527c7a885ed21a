/**
 * A condition, always true, for a statement that is a transaction by itself: its commit does not wait for the disk
 * (PostgreSQL's `synchronous_commit = off`, for this transaction alone).
 *
 * Everybody sees the change at once. If the server crashes within about a second, it may be gone; but the log is
 * written in order, so nothing that was committed later and did wait is there without it. Only for changes whose loss
 * is made good by that, or by doing the work again.
 */
export const LAZY_COMMIT = `(select set_config('synchronous_commit', 'off', true)) = 'off'`;
