/** Runs a reproducer's steps again, through the same runner and the same checks, as often as its reliability asks for. */
import type { Reproducer } from '../reproducer.js';
import { triesFor } from '../shrink/shrinker.js';
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
  /** Most runs; default: enough to see a failure of this reliability with 95 %. */
  readonly tries?: number;
}

export async function replay(
  suite: Suite,
  { ref, bugs = [], steps, failure, reliability, origin }: Reproducer,
  open: () => System,
  tools: RunTools,
  options: ReplayOptions = {},
): Promise<Replayed> {
  const { hits, tries } = reliability;
  const most = options.tries ?? triesFor(tries === 0 ? 0 : hits / tries);
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
