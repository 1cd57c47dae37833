/** The tester's shrinker as a fleet uses it: many candidates out at once, answers in any order, and back where it was after a restart. */
import { idOf } from '../woodpecker/shrink/offers.js';
import { createShrinker, triesFor, type Verdict } from '../woodpecker/shrink/shrinker.js';
import { parseStep, printStep } from '../woodpecker/step-text.js';
import type { Suite } from '../woodpecker/suite/suite.js';

export interface Candidate {
  /** Equal for equal steps. */
  readonly key: string;
  readonly trace: readonly string[];
  /** Runs, until it failed once. */
  readonly runs: number;
  /** How likely its answer is to be wanted, as far as can be guessed; 1: nothing goes on without it. */
  readonly chance: number;
}

/** What it may end with, to be tried by somebody else before it is known. */
export interface Prospect {
  readonly key: string;
  readonly trace: readonly string[];
  readonly chance: number;
}

/** A shrinker at work on one finding. */
export interface ShrinkSession {
  /** Up to `most` sequences whose answer is wanted, the likeliest first, those that are under way included; none when it is done. */
  wanted(most: number): readonly Candidate[];
  /** What is seen of its end, as far as it has looked ahead since the last answer. */
  ends(): readonly Prospect[];
  answer(key: string, verdict: Verdict): void;
  readonly best: readonly string[];
  /** After so many runs a failure would have shown. */
  readonly runs: number;
}

export interface ShrinkStart {
  readonly suite: Suite;
  /** Step lines, as the failure was first seen. */
  readonly trace: readonly string[];
  /** The action that failed; `end` for what shows only when a walk is over. */
  readonly action: string;
  /** Share of runs that fail. */
  readonly rate: number;
}

export function openShrinker({ suite, trace, action, rate }: ShrinkStart): ShrinkSession {
  const steps = trace.map(parseStep);
  // The step that failed is the last, but for concurrent ones: those of the other lane may be written down after it.
  const failing = steps.findLastIndex((step) => step.action === action);
  const at = failing < 0 ? steps.length - 1 : failing;
  const shrinker = createShrinker(suite, steps, { action, at }, { reliability: rate });
  return {
    wanted: (most) =>
      shrinker.ahead(most).candidates.map(({ id, steps, tries, chance }) => ({
        key: id,
        trace: steps.map(printStep),
        runs: tries,
        chance,
      })),
    ends: () =>
      shrinker.ahead(1).ends.map(({ steps, chance }) => ({ key: idOf(steps), trace: steps.map(printStep), chance })),
    answer: (key, verdict) => shrinker.tell(key, verdict),
    runs: triesFor(rate),
    get best() {
      return shrinker.best.map(printStep);
    },
  };
}
