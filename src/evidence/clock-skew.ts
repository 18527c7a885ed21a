/** Rows of one request may come from several machines: how far apart the clocks of these may be, milliseconds. */
export const clockSkewMs = 60_000;
