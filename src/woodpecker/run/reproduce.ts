/** From a failure that was seen once to what is known of it: how often it comes back, and the fewest steps that show it. */
import { endingAt, renumber } from '../shrink/legal.js';
import { createShrinker } from '../shrink/shrinker.js';
import type { Suite } from '../suite/suite.js';
import type { Failure, Step } from '../types.js';
import type { Finding } from './hunt-events.js';
import type { WalkResult } from './run.js';

/** A failure and the steps that led to it. */
export interface Seen {
  readonly failure: Failure;
  readonly trace: readonly Step[];
}

export interface ReproduceTools {
  /** Runs these steps on a fresh system. */
  run(steps: readonly Step[]): Promise<WalkResult>;
  /** Whether to leave it at what is known so far. */
  enough(): boolean;
  /** How far it is: the fewest steps so far, after so many runs. */
  tell(steps: number, runs: number): void;
}

export type Reproduced = Pick<Finding, 'trace' | 'minimal' | 'again' | 'shrinkSteps'> & {
  /** Failures with other signatures that showed on the way. */
  readonly others: readonly Seen[];
};

/** As syzkaller does it: seen again three times, or tried ten times. */
const ENOUGH_HITS = 3;
const MOST_TRIES = 10;
/** Where it did not come back at all by then: of what fails once in ten runs, one in three would be given up too early. */
const UNTIL_FIRST = 25;
/** A test that breaks so often in a row is not run any more for this finding. */
const ERRORS_IN_A_ROW = 3;

export async function reproduce(suite: Suite, { failure, trace }: Seen, tools: ReproduceTools): Promise<Reproduced> {
  const others = new Map<string, Seen>();
  let runs = 0;
  let shrinkSteps = 0;
  let errorsInARow = 0;

  // What shows only at the end of a walk needs all of it.
  const upTo = failure.action === 'end' ? trace : endingAt(trace, failure.at);
  const first = await tried(upTo, ENOUGH_HITS, MOST_TRIES, UNTIL_FIRST);
  if (first.hits === 0) return result(upTo, first);
  const shrinker = createShrinker(
    suite,
    upTo,
    { ...failure, at: upTo.length - 1 },
    { reliability: first.hits / first.runs },
  );
  while (!given() && !shrinker.done) {
    const [candidate] = shrinker.next(1);
    if (candidate === undefined) break;
    tools.tell(shrinker.best.length, runs);
    shrinker.tell(candidate.id, await tried(candidate.steps, candidate.hits, candidate.tries));
  }
  if (shrinker.best.length === upTo.length) return result(upTo, first);
  const minimal = renumber(suite, shrinker.best);
  return result(minimal, await tried(minimal, ENOUGH_HITS, MOST_TRIES, UNTIL_FIRST));

  /** Runs steps until the failure showed `hits` times, at most `tries` times; `untilFirst` times while it has not shown at all. */
  async function tried(steps: readonly Step[], hits: number, tries: number, untilFirst = tries) {
    const verdict: { hits: number; runs: number; at?: number } = { hits: 0, runs: 0 };
    while (verdict.hits < hits && verdict.runs < (verdict.hits > 0 ? tries : untilFirst) && !given()) {
      const { outcome, failure: shown, trace: taken, stepsRun } = await tools.run(steps);
      runs++;
      verdict.runs++;
      shrinkSteps += stepsRun;
      errorsInARow = outcome === 'error' ? errorsInARow + 1 : 0;
      if (shown === undefined) continue;
      if (shown.signature === failure.signature) {
        verdict.hits++;
        verdict.at = shown.at;
      } else others.set(shown.signature, { failure: shown, trace: taken });
    }
    return verdict;
  }

  function given(): boolean {
    return tools.enough() || errorsInARow >= ERRORS_IN_A_ROW;
  }

  function result(minimal: readonly Step[], { hits, runs: tries }: { hits: number; runs: number }): Reproduced {
    return { trace: upTo, minimal, again: { hits, tries }, shrinkSteps, others: [...others.values()] };
  }
}
