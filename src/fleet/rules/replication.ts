/** How far a machine is believed when it says that all is well. */

export interface Trust {
  /** Good results in a row that another machine agreed with, or that a canary proved. */
  readonly streak: number;
  /** Results that turned out wrong, since the last pardon. */
  readonly strikes: number;
}

export type Consequence = 'none' | 'halved' | 'quarantined';

export const NEWCOMER: Trust = { streak: 0, strikes: 0 };
/** A newcomer's results are all replicated until so many agreed in a row. */
export const PROBATION = 10;
/** Never less than this share of passing results is given to a second machine. */
export const LEAST_REPLICATION = 0.05;
/** Share of jobs whose answer is known beforehand. */
export const CANARY_SHARE = 0.02;

/** Whether a passing result is to be run again by another lender. `draw` is a number in [0, 1). */
export function replicates(trust: Trust, draw: number): boolean {
  if (trust.streak < PROBATION) return true;
  return draw < Math.max(LEAST_REPLICATION, 1 / trust.streak);
}

/** After a result that was judged. A first wrong one zeroes the streak and halves the slots; a second means quarantine. */
export function judged(trust: Trust, right: boolean): { readonly trust: Trust; readonly consequence: Consequence } {
  if (right) return { trust: { ...trust, streak: trust.streak + 1 }, consequence: 'none' };
  const strikes = trust.strikes + 1;
  return { trust: { streak: 0, strikes }, consequence: strikes >= 2 ? 'quarantined' : 'halved' };
}
