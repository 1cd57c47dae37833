/** Runs a reproducer's steps again, through the same runner and the same checks, as often as its reliability asks for. */
import type { Reproducer } from '../reproducer.js';
import type { Suite } from '../suite/suite.js';
import type { Failure, System } from '../types.js';
import { type RunTools, runOn, traceSource } from './run.js';
import { systemSeed } from './system-seed.js';

/** `there`: the same failure showed. `other`: these steps fail, but otherwise than they did. `broken`: nobody can tell. */
export interface Replayed {
  readonly verdict: 'there' | 'other' | 'gone' | 'broken' | 'stopped';
  readonly runs: number;
  /** What showed, for `there` and `other`. */
  readonly failure?: Failure;
  /** Why, for `broken`. */
  readonly error?: string;
}

export interface ReplayOptions {
  /** Another version of the system than the one it was found in. */
  readonly ref?: string;
  /** Most runs; default: so many that a failure of this reliability would hardly have hidden in all of them. */
  readonly tries?: number;
}

/**
 * What is gone is said to be gone: that it merely did not show must be unlikely. A share measured in ten runs may be off, and what
 * a system draws by a seed it draws again, so a replay that is unlucky once is unlucky for ever.
 */
const DOUBT = 0.002;
const MOST_RUNS = 40;

function runsFor({ hits, tries }: Reproducer['reliability']): number {
  if (tries > 0 && hits === tries) return 1;
  if (hits === 0) return MOST_RUNS;
  return Math.min(MOST_RUNS, Math.ceil(Math.log(DOUBT) / Math.log(1 - hits / tries)));
}

export async function replay(
  suite: Suite,
  { ref, bugs = [], steps, failure, reliability, origin }: Reproducer,
  open: () => System,
  tools: RunTools,
  options: ReplayOptions = {},
): Promise<Replayed> {
  const most = options.tries ?? runsFor(reliability);
  let other: Failure | undefined;
  let error: string | undefined;
  for (let run = 0; run < most; run++) {
    const seed = systemSeed(origin ?? { seed: 0, episode: 0 }, run);
    const plan = { suite, source: traceSource(suite, steps), start: { seed, ref: options.ref ?? ref, bugs } };
    const result = await runOn(open, plan, tools);
    if (result.failure?.signature === failure.signature)
      return { verdict: 'there', runs: run + 1, failure: result.failure };
    if (result.outcome === 'skipped') return { verdict: 'stopped', runs: run };
    other ??= result.failure;
    error ??= result.outcome === 'error' ? (result.error ?? '') : undefined;
  }
  if (other) return { verdict: 'other', runs: most, failure: other };
  return error === undefined ? { verdict: 'gone', runs: most } : { verdict: 'broken', runs: most, error };
}
