/**
 * Makes a failing sequence as short and simple as it gets, as a machine that is asked for candidates and told verdicts. One
 * candidate at a time on one computer, or many at once on many: the result is the same, for verdicts count in the order of the
 * candidates, and what was tried ahead in vain is forgotten.
 */

import type { Suite } from '../suite/suite.js';
import type { Failure, Step } from '../types.js';
import { createLookout, type Lookout, type Proposal } from './ahead.js';
import { createHopes } from './hopes.js';
import { endingAt, type Goal, guiseOf, renumber } from './legal.js';
import { MOVES } from './moves.js';
import { createOffers, nextMove, type Offered, onward, type Place, startAt } from './offers.js';

/** A candidate to be run until it has failed `hits` times with the finding's signature, at most `tries` times. */
export interface Candidate {
  /** Equal for equal steps, here and on other machines. */
  readonly id: string;
  readonly steps: readonly Step[];
  readonly tries: number;
  readonly hits: number;
}

export interface Verdict {
  /** How often it failed with the same signature, in how many runs. */
  readonly hits: number;
  readonly runs: number;
  /** Index of the step that showed it; default: the last. */
  readonly at?: number;
}

export interface ShrinkOptions {
  /** Share of runs that fail; 1: always. Below it, each candidate is run often enough to be wrong in one of twenty. */
  readonly reliability?: number;
  /** Most candidates to run; default 2,000. */
  readonly budget?: number;
}

/** How likely each is to be wanted, or to be the end; the candidate that nothing goes on without has 1. */
export interface Prospects {
  readonly candidates: readonly (Candidate & { readonly chance: number })[];
  readonly ends: readonly { readonly steps: readonly Step[]; readonly chance: number }[];
}

export interface Shrinker {
  /** Up to `most` candidates whose verdicts are wanted now, the most useful first; those under way are not repeated. Empty: wait, or done. */
  next(most?: number): Candidate[];
  /** The same with those under way, and what it may all end with. */
  ahead(most: number): Prospects;
  /** What came of a candidate, whether it was asked for or not. */
  tell(id: string, verdict: Verdict): void;
  readonly done: boolean;
  /** The shortest failing sequence so far. */
  readonly best: readonly Step[];
  /** Runs of the best sequence: how often it failed, of how many. */
  readonly seen: { readonly hits: number; readonly tries: number };
  /** Candidates whose verdicts were used, and runs that they took. */
  readonly spent: { readonly candidates: number; readonly runs: number };
  /** The move that is under way; undefined when done. */
  readonly move: string | undefined;
}

const BUDGET = 2000;
const MOST_TRIES = 20;
/** Wrongly given up candidates, of all. */
const DOUBT = 0.05;
/** Finding out what a costly move offers is worth it ahead of time where it will be asked with this chance. */
const WORTH = 0.25;

interface Proposed extends Offered, Proposal {}

export function createShrinker(
  suite: Suite,
  failing: readonly Step[],
  failure: Pick<Failure, 'action' | 'at'>,
  options: ShrinkOptions = {},
): Shrinker {
  // What shows only at the end of a walk is no step's own.
  const goal: Goal = { suite, anchored: failure.action !== 'end' };
  const start = renumber(suite, goal.anchored ? endingAt(failing, failure.at) : failing);
  const guise = goal.anchored ? guiseOf(suite, start) : '';
  const tries = triesFor(options.reliability ?? 1);
  const budget = options.budget ?? BUDGET;
  const verdicts = new Map<string, Verdict>();
  const used = new Set<string>();
  const under = new Set<string>();
  const hopes = createHopes();
  let place: Place | undefined = startAt(start);
  let best: readonly Step[] = start;
  /** As things stand since the last verdict. */
  let lookout: Lookout<Proposed> | undefined;
  let seen = { hits: 0, tries: 0 };
  const spent = { candidates: 0, runs: 0 };

  const offers = createOffers(goal, guise);

  const propose = (from: Place, chance: number): Proposed | 'end' | 'dear' => {
    for (let at: Place | undefined = from; at; at = nextMove(at)) {
      if (MOVES[at.move]?.costly && chance < WORTH) return 'dear';
      const offer = offers(at);
      if (offer) return { ...offer, place: { ...at, skip: at.skip + 1 }, hope: hopes.of(at) };
    }
    return 'end';
  };

  /** Takes every verdict that is known, in order, until one is missing. */
  const settle = (): void => {
    while (place) {
      const proposal: Proposed | string = spent.candidates < budget ? propose(place, 1) : 'end';
      if (typeof proposal === 'string') {
        place = undefined;
        return;
      }
      // Where the proposal was found: what lies before it has nothing to offer.
      place = { ...proposal.place, skip: proposal.place.skip - 1 };
      const verdict = verdicts.get(proposal.id);
      if (!verdict) return;
      use(proposal, verdict);
    }
  };

  const use = (proposal: Proposed, verdict: Verdict): void => {
    hopes.note({ ...proposal.place, skip: proposal.place.skip - 1 }, verdict.hits > 0);
    place = after(proposal, verdict);
    if (verdict.hits > 0) seen = { hits: verdict.hits, tries: verdict.runs };
    best = place.best;
    if (used.has(proposal.id)) return;
    used.add(proposal.id);
    spent.candidates++;
    spent.runs += verdict.runs;
  };

  const cuts = new Map<string, Step[]>();
  /** What is left of a sequence that failed before its end: one object each time, for what was found out about it is kept by it. */
  const cutAt = ({ id, steps }: Proposed, last: number): Step[] => {
    const cut = cuts.get(id) ?? endingAt(steps, last);
    cuts.set(id, cut);
    return cut;
  };

  const after = (proposal: Proposed, { hits, at }: Verdict): Place => {
    const { steps, mark, place } = proposal;
    if (hits === 0) return place;
    const sooner = goal.anchored && at !== undefined && at < steps.length - 1;
    return onward(place, sooner ? cutAt(proposal, at) : steps, mark);
  };

  const known = (proposal: Proposed): Place | undefined => {
    const verdict = verdicts.get(proposal.id);
    return verdict && after(proposal, verdict);
  };
  const failed = (proposal: Proposed): Place => after(proposal, FAILS);

  const ahead: Shrinker['ahead'] = (most) => {
    settle();
    if (!place) return { candidates: [], ends: [{ steps: best, chance: 1 }] };
    const room = Math.min(most, budget - spent.candidates);
    lookout ??= createLookout(place, { propose, known, failed });
    const { proposals, ends } = lookout(room);
    return {
      candidates: proposals.map(({ proposal: { id, steps }, chance }) => ({ id, steps, tries, hits: 1, chance })),
      ends: ends.map((end) => ({ steps: end.best, chance: end.chance })),
    };
  };

  return {
    ahead,
    next(most = 1) {
      const wanted = ahead(most).candidates.filter(({ id }) => !under.has(id));
      const room = Math.max(0, most - under.size);
      // Whatever is under way, the one that everything waits for is not kept waiting.
      const first = wanted[0]?.chance === 1 ? 1 : 0;
      const asked = wanted.slice(0, Math.max(room, first));
      for (const { id } of asked) under.add(id);
      return asked;
    },
    tell(id, verdict) {
      under.delete(id);
      verdicts.set(id, verdict);
      lookout = undefined;
      settle();
    },
    get done() {
      settle();
      return place === undefined;
    },
    get best() {
      return best;
    },
    get seen() {
      return seen;
    },
    spent,
    get move() {
      return place && MOVES[place.move]?.name;
    },
  };
}

const FAILS: Verdict = { hits: 1, runs: 1 };

/** Runs after which a failure of this reliability would have shown with 95 %. */
export function triesFor(reliability: number): number {
  if (reliability >= 1) return 1;
  if (reliability <= 0) return MOST_TRIES;
  return Math.min(MOST_TRIES, Math.ceil(Math.log(DOUBT) / Math.log(1 - reliability)));
}
