/** Full jitter: somewhere between nothing and a bound that doubles, from 5 s to 15 min. In milliseconds. */
const LEAST = 5_000;
const MOST = 15 * 60_000;

/** How long to wait after so many failures in a row. `draw`: in [0, 1). */
export const backoff = (failures: number, draw: number): number =>
  Math.round(Math.max(1_000, Math.min(MOST, LEAST * 2 ** Math.max(0, failures - 1)) * draw));
