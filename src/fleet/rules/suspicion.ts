/**
 * When a machine is held. Two doubts, each a running sum of evidence (Page's test): wrong answers raise it, right ones lower
 * it, never below nothing; above the bound the machine is held. What an honest machine might well have answered weighs nothing.
 */

export interface Doubt {
  /** That it passes whatever it runs: from failures that were known beforehand, or that others agree on. */
  readonly blind: number;
  /** That its failures are made up: from failures that nobody else could repeat. */
  readonly alarm: number;
}

export const NO_DOUBT: Doubt = { blind: 0, alarm: 0 };

/**
 * Natural logarithm: an honest machine comes this far about once in seven thousand answers that could have been wrong.
 * Three missed failures in a row are enough, or six failures that nobody repeats.
 */
export const BOUND = 8.9;

/** Share of wrong answers of an honest machine, whose memory or disk now and then fails; and of the least liar that is looked for. */
const BLIND = { honest: 0.02, liar: 0.4 };
const PLANTED_CAUGHT = 0.2;
const ALARM = { honest: 0.06, liar: 0.3 };

function weigh(doubt: number, wrong: boolean, honest: number, liar: number): number {
  if (honest >= liar) return doubt;
  return Math.max(0, doubt + Math.log(wrong ? liar / honest : (1 - liar) / (1 - honest)));
}

/** After it was asked for a failure that is known. `chance`: that an honest machine does not meet it either, as it is flaky. */
export const afterKnown = ({ blind, alarm }: Doubt, caught: boolean, chance: number): Doubt => ({
  blind: weigh(blind, !caught, BLIND.honest + (1 - BLIND.honest) * chance, BLIND.liar),
  alarm,
});

/** After it was asked for a planted bug. That is named in the job, so to tell of it proves little; to pass over it says much. */
export const afterPlanted = ({ blind, alarm }: Doubt, caught: boolean): Doubt => ({
  blind: caught ? Math.max(0, blind - PLANTED_CAUGHT) : weigh(blind, true, BLIND.honest, BLIND.liar),
  alarm,
});

/**
 * After a job whose failure nobody else could repeat, or any other. `usual`: share of such jobs among other machines of the
 * same hunt: where a system is flaky, everybody has them.
 */
export const afterAlarm = ({ blind, alarm }: Doubt, falsely: boolean, usual: number): Doubt => ({
  blind,
  alarm: weigh(alarm, falsely, ALARM.honest + (1 - ALARM.honest) * usual, ALARM.liar),
});

/** Lower bound, with 95 %, of the share of runs that fail. */
export function leastRate(hits: number, runs: number): number {
  if (runs === 0 || hits === 0) return 0;
  if (hits >= runs) return 0.05 ** (1 / runs);
  const z = 1.645;
  const p = hits / runs;
  const middle = p + (z * z) / (2 * runs);
  const spread = z * Math.sqrt((p * (1 - p)) / runs + (z * z) / (4 * runs * runs));
  return Math.max(0, (middle - spread) / (1 + (z * z) / runs));
}

/** Chance that a failure of at least this rate does not show in so many runs. */
export const chanceToMiss = (rate: number, runs: number): number => (1 - rate) ** runs;
