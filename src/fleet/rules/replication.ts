/** How far a machine is believed when it says that all is well. */
import type { Doubt } from './suspicion.js';

export interface Trust {
  /** Good results in a row that another machine agreed with, or that a known failure proved. */
  readonly streak: number;
  /** Results that cannot have been, since they were last forgiven. */
  readonly strikes: number;
}

export type Consequence = 'none' | 'halved' | 'quarantined';

export const NEWCOMER: Trust = { streak: 0, strikes: 0 };
/** A newcomer's results are all replicated until so many agreed in a row. */
export const PROBATION = 10;
/** Never less than this share of results is given to a second machine. */
export const LEAST_REPLICATION = 0.05;
/** Good results in a row after which a strike is forgiven: in a million jobs, every machine has a bad day. */
export const FORGIVEN = 100;
/** Strikes at which a machine is held. */
export const MOST_STRIKES = 2;

/** Share of jobs whose answer is known beforehand: more for newcomers, and more still where there is a doubt to settle. */
export const CANARY_SHARE = 0.02;
const NEWCOMERS_SHARE = 0.1;
const DOUBTED_SHARE = 0.25;

export function canaryShare({ streak }: Trust, { blind }: Doubt): number {
  if (blind > 0) return DOUBTED_SHARE;
  return streak < PROBATION ? NEWCOMERS_SHARE : CANARY_SHARE;
}

/** Whether a result is to be run again by another lender. `draw` is a number in [0, 1). */
export function replicates(trust: Trust, draw: number): boolean {
  if (trust.streak < PROBATION) return true;
  return draw < Math.max(LEAST_REPLICATION, 1 / trust.streak);
}

/** After a result that was checked. A first wrong one zeroes the streak and halves the slots; a second means quarantine. */
export function judged(trust: Trust, right: boolean): { readonly trust: Trust; readonly consequence: Consequence } {
  if (right) {
    const streak = trust.streak + 1;
    const strikes = streak % FORGIVEN === 0 ? Math.max(0, trust.strikes - 1) : trust.strikes;
    return { trust: { streak, strikes }, consequence: 'none' };
  }
  const strikes = trust.strikes + 1;
  return { trust: { streak: 0, strikes }, consequence: strikes >= MOST_STRIKES ? 'quarantined' : 'halved' };
}
