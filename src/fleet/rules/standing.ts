/** How far a finding is to be believed, from who saw it. Rows in, a word out: nothing here knows a database. */

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

/**
 * suspected: one machine repeats it. reproduced: two lenders. confirmed: three lenders, or two and a machine of the
 * community's own; and, where a base ref was given, the base passes often enough; if it fails there, it is pre-existing.
 */
export function believe(
  evidence: readonly Evidence[],
  base?: { readonly runs: number; readonly hits: number },
): Believed {
  const saw = evidence.filter((one) => one.hits > 0);
  const lenders = new Set(saw.map((one) => one.lender)).size;
  const runs = saw.reduce((sum, one) => sum + one.runs, 0);
  const rate = runs === 0 ? 1 : saw.reduce((sum, one) => sum + one.hits, 0) / runs;
  const baseRunsWanted = base ? Math.max(0, runsToExclude(rate) - base.runs) : 0;
  const told = { rate, lenders, baseRunsWanted };

  if (base && base.hits > 0) return { ...told, standing: 'pre_existing', baseRunsWanted: 0 };
  const enough = lenders >= 3 || (lenders >= 2 && saw.some((one) => one.community));
  if (enough && baseRunsWanted === 0) return { ...told, standing: 'confirmed' };
  if (lenders >= 2) return { ...told, standing: 'reproduced' };
  if (saw.some((one) => one.hits >= 2)) return { ...told, standing: 'suspected' };
  return { ...told, standing: 'seen' };
}
