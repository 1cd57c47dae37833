/** How far a finding is to be believed, from who saw it. Rows in, a word out: nothing here knows a database. */

import { chanceToMiss, leastRate } from './suspicion.js';

export const STANDINGS = ['seen', 'suspected', 'reproduced', 'confirmed', 'pre_existing'] as const;
export type Standing = (typeof STANDINGS)[number];

/** What one machine's runs of a finding's steps came to. Only runs with the same signature count as hits. */
export interface Evidence {
  readonly machine: string;
  readonly lender: string;
  /** The community's own machine, not a lent one. */
  readonly community: boolean;
  readonly runs: number;
  readonly hits: number;
}

export interface Believed {
  readonly standing: Standing;
  /** Share of runs that fail, over all who reproduced it; 1 where it has been seen once only. */
  readonly rate: number;
  /** Distinct lenders that saw it. */
  readonly lenders: number;
  /** Runs on the base ref that are still wanted before it can be called new. */
  readonly baseRunsWanted: number;
}

/** Most runs on the base ref, however seldom a finding shows. */
export const MOST_BASE_RUNS = 20;

/** Passing runs that make it 95 % sure that a failure of rate `p` is not there. */
export function runsToExclude(p: number): number {
  if (p >= 1) return 1;
  if (p <= 0) return MOST_BASE_RUNS;
  return Math.min(MOST_BASE_RUNS, Math.ceil(Math.log(0.05) / Math.log(1 - p)));
}

/** Lenders that must have seen nothing, at least, before a report is taken for a false alarm. */
const REFUTING_LENDERS = 2;
/** Chance beyond which others may just have had luck. */
const LUCK = 0.05;

export interface Tried {
  /** Lenders that ran it and saw nothing. */
  readonly lenders: number;
  /** That what they ran would have shown nothing although those who saw it tell the truth. */
  readonly chance: number;
}

export function triedInVain(evidence: readonly Evidence[]): Tried {
  const vain = evidence.filter(({ hits }) => hits === 0);
  return { lenders: lendersOf(vain), chance: chanceToMiss(rateAmong(evidence), sum(vain, 'runs')) };
}

/** The least share of runs that fail, by the word of those who saw it. */
export function rateAmong(evidence: readonly Evidence[]): number {
  const saw = evidence.filter(({ hits }) => hits > 0);
  return leastRate(sum(saw, 'hits'), sum(saw, 'runs'));
}

/** Whether it is settled that it is there. `last`: nobody else will be asked, and two have to do. */
export function settled(evidence: readonly Evidence[], last: boolean): boolean {
  const saw = lendersOf(evidence.filter(({ hits }) => hits > 0));
  return saw >= 3 || (last && saw === 2 && triedInVain(evidence).lenders < saw);
}

/** Whether somebody who did not see it can be blamed: three lenders did, and fewer did not. Two may have agreed on a tale. */
export function undisputed(evidence: readonly Evidence[]): boolean {
  const saw = lendersOf(evidence.filter(({ hits }) => hits > 0));
  return saw >= 3 && saw > triedInVain(evidence).lenders;
}

/**
 * Whether the others' word outweighs that of those who saw it: more lenders, with more runs than luck explains. `last`:
 * nobody else will be asked. Where three saw it, it is there, on some machines at least.
 */
export function refuted(evidence: readonly Evidence[], last: boolean): boolean {
  const saw = lendersOf(evidence.filter(({ hits }) => hits > 0));
  const { lenders, chance } = triedInVain(evidence);
  if (saw >= 3 || lenders < Math.max(REFUTING_LENDERS, saw + 1)) return false;
  return chance < LUCK || (last && saw < 2);
}

export const lendersOf = (evidence: readonly Evidence[]): number => new Set(evidence.map(({ lender }) => lender)).size;
const sum = (evidence: readonly Evidence[], what: 'runs' | 'hits'): number =>
  evidence.reduce((total, one) => total + one[what], 0);

/**
 * suspected: one machine repeats it. reproduced: two lenders. confirmed: three lenders, or two and a machine of the
 * community's own; and, where a base ref was given, the base passes often enough; if it fails there, it is pre-existing.
 */
export function believe(
  evidence: readonly Evidence[],
  base?: { readonly runs: number; readonly hits: number },
): Believed {
  const saw = evidence.filter((one) => one.hits > 0);
  const lenders = lendersOf(saw);
  const runs = sum(saw, 'runs');
  const rate = runs === 0 ? 1 : sum(saw, 'hits') / runs;
  const baseRunsWanted = base ? Math.max(0, runsToExclude(rate) - base.runs) : 0;
  const told = { rate, lenders, baseRunsWanted };

  // Whoever agreed on a tale, more have found nothing in it.
  if (refuted(evidence, false)) return { ...told, standing: 'seen' };
  if (base && base.hits > 0) return { ...told, standing: 'pre_existing', baseRunsWanted: 0 };
  const enough = lenders >= 3 || (lenders >= 2 && saw.some((one) => one.community));
  if (enough && baseRunsWanted === 0) return { ...told, standing: 'confirmed' };
  if (lenders >= 2) return { ...told, standing: 'reproduced' };
  if (saw.some((one) => one.hits >= 2)) return { ...told, standing: 'suspected' };
  return { ...told, standing: 'seen' };
}
