/** The tester's shrinker as a fleet uses it: many candidates out at once, answers in any order, and back where it was after a restart. */
import { createHash } from 'node:crypto';
import { createShrinker, type Shrinker, triesFor, type Verdict } from '../woodpecker/shrink/shrinker.js';
import { parseStep, printStep } from '../woodpecker/step-text.js';
import type { Suite } from '../woodpecker/suite/suite.js';

export interface Candidate {
  /** Equal for equal steps. */
  readonly key: string;
  readonly trace: readonly string[];
  /** Runs, until it failed once. */
  readonly runs: number;
}

/** A shrinker at work on one finding. */
export interface ShrinkSession {
  /** Up to `most` sequences whose answer is wanted now, the most useful first; none when it is done. */
  wanted(most: number): readonly Candidate[];
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
  const answers = new Map<string, Verdict>();
  const out = new Map<string, { readonly id: number; readonly candidate: Candidate }>();
  let shrinker = fresh();

  function fresh(): Shrinker {
    // The step that failed is the last, but for concurrent ones: those of the other lane may be written down after it.
    const failing = steps.findLastIndex((step) => step.action === action);
    return createShrinker(
      suite,
      steps,
      { action, at: failing < 0 ? steps.length - 1 : failing },
      { reliability: rate },
    );
  }

  /** Tells the shrinker; true when that gave it a better sequence. */
  function tell(id: number, verdict: Verdict): boolean {
    const before = shrinker.best;
    shrinker.tell(id, verdict);
    return shrinker.best !== before;
  }

  /** What is out was made for a longer sequence: begins anew, and takes one by one the answers that are known. */
  function startOver(): void {
    shrinker = fresh();
    out.clear();
    while (fill(1) > 0 && out.size === 0);
  }

  /** Asks for more candidates. Returns how many there were, those with a known answer included. */
  function fill(most: number): number {
    const more = shrinker.next(most);
    for (const { id, steps, tries } of more) {
      const lines = steps.map(printStep);
      const key = createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 20);
      const known = answers.get(key);
      if (known) tell(id, known);
      else out.set(key, { id, candidate: { key, trace: lines, runs: tries } });
    }
    return more.length;
  }

  return {
    wanted(most) {
      while (out.size < most && fill(most - out.size) > 0);
      return [...out.values()].map(({ candidate }) => candidate);
    },
    answer(key, verdict) {
      answers.set(key, verdict);
      const asked = out.get(key);
      out.delete(key);
      if (asked ? tell(asked.id, verdict) : verdict.hits > 0) startOver();
    },
    runs: triesFor(rate),
    get best() {
      return shrinker.best.map(printStep);
    },
  };
}
