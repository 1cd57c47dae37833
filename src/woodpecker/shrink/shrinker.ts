/**
 * Makes a failing sequence as short and simple as it gets, as a machine that is asked for candidates and told verdicts. One
 * candidate at a time on one computer, or many at once on many: the result is the same, for verdicts count in the order of the
 * candidates, and what was tried ahead in vain is forgotten.
 */

import { printStep } from '../step-text.js';
import type { Suite } from '../suite/suite.js';
import type { Failure, Step } from '../types.js';
import { endingAt, type Goal, guiseOf, renumber } from './legal.js';
import { MOVES, sameGuise } from './moves.js';

/** A candidate to be run until it has failed `hits` times with the finding's signature, at most `tries` times. */
export interface Candidate {
  readonly id: number;
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

export interface Shrinker {
  /** Up to `most` candidates whose verdicts are wanted now, the most useful first; those under way are not repeated. Empty: wait, or done. */
  next(most?: number): Candidate[];
  tell(id: number, verdict: Verdict): void;
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

/** Where a shrinker stands: nothing else does it need to go on. */
interface Place {
  readonly best: readonly Step[];
  readonly move: number;
  /** Where the move begins in its candidates for `best`, and how many of them were passed over since. */
  readonly mark: number;
  readonly skip: number;
  /** Whether anything became shorter since the first move that is repeated. */
  readonly changed: boolean;
}

interface Proposal {
  readonly steps: readonly Step[];
  readonly text: string;
  readonly mark: number;
  /** Where the shrinker stands when it has passed over this one. */
  readonly place: Place;
}

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
  const texts = new Map<number, string>();
  let place: Place | undefined = { best: start, move: 0, mark: 0, skip: 0, changed: false };
  let best: readonly Step[] = start;
  let seen = { hits: 0, tries: 0 };
  const spent = { candidates: 0, runs: 0 };
  /** Share of candidates that still failed, of late. */
  let lately = AT_FIRST;
  let ids = 0;

  const offers = createOffers(goal, guise);

  /** The next candidate from a place on; undefined: there is none, the search is over. */
  const propose = (from: Place, ahead = false): Proposal | undefined => {
    for (let at: Place | undefined = from; at; at = nextMove(at)) {
      if (ahead && MOVES[at.move]?.costly) return undefined;
      const offer = offers(at);
      if (offer) return { ...offer, place: { ...at, skip: at.skip + 1 } };
    }
    return undefined;
  };

  /** Takes every verdict that is known, in order, until one is missing. */
  const settle = (): void => {
    while (place) {
      const proposal = spent.candidates < budget ? propose(place) : undefined;
      if (!proposal) {
        place = undefined;
        return;
      }
      const verdict = verdicts.get(proposal.text);
      if (!verdict) return;
      if (!isSlice(place)) lately = lately * (1 - LATEST) + (verdict.hits > 0 ? LATEST : 0);
      place = after(proposal, verdict);
      if (verdict.hits > 0) seen = { hits: verdict.hits, tries: verdict.runs };
      best = place.best;
    }
  };

  const after = ({ steps, mark, place: at }: Proposal, verdict: Verdict): Place => {
    if (verdict.hits === 0) return at;
    const last = verdict.at ?? steps.length - 1;
    const cut = goal.anchored && last < steps.length - 1 ? endingAt(steps, last) : steps;
    const success = MOVES[at.move]?.success;
    if (success === 'next') return { best: cut, move: at.move + 1, mark: 0, skip: 0, changed: true };
    return { best: cut, move: at.move, mark: success === 'on' ? mark : 0, skip: 0, changed: true };
  };

  return {
    next(most = 1) {
      settle();
      const wanted: Candidate[] = [];
      const under = new Set(texts.values());
      // Nobody knows what those under way will come to: the likeliest futures first, whether they fail or not.
      const futures: Future[] = place ? [{ at: place, chance: 1 }] : [];
      for (let looks = LOOKS * most; under.size < most && looks > 0; looks--) {
        const future = takeLikeliest(futures);
        if (!future) break;
        const proposal = spent.candidates + under.size < budget ? propose(future.at, under.size > 0) : undefined;
        if (!proposal) continue;
        const { text, steps } = proposal;
        const known = verdicts.get(text);
        if (known) {
          futures.push({ at: after(proposal, known), chance: future.chance });
          continue;
        }
        if (!under.has(text) && (under.size === 0 || future.chance * Math.min(1, SHORT / steps.length) >= UNLIKELY)) {
          const id = ids++;
          texts.set(id, text);
          under.add(text);
          wanted.push({ id, steps, tries, hits: 1 });
        }
        const hope = isSlice(future.at) ? SLICED : lately;
        futures.push(
          { at: proposal.place, chance: future.chance * (1 - hope) },
          { at: after(proposal, FAILS), chance: future.chance * hope },
        );
      }
      return wanted;
    },
    tell(id, verdict) {
      const text = texts.get(id);
      if (text === undefined) return;
      texts.delete(id);
      verdicts.set(text, verdict);
      spent.candidates++;
      spent.runs += verdict.runs;
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

/** A place that may be reached, and how likely. */
interface Future {
  readonly at: Place;
  readonly chance: number;
}

const FAILS: Verdict = { hits: 1, runs: 1 };
/** Futures that are looked at for each candidate that is wanted. */
const LOOKS = 6;
/** What is less likely to be wanted is not worth a machine's time, and what takes long has to be more likely. */
const UNLIKELY = 0.03;
const SHORT = 16;

function takeLikeliest(futures: Future[]): Future | undefined {
  let top = 0;
  for (let n = 1; n < futures.length; n++) if ((futures[n]?.chance ?? 0) > (futures[top]?.chance ?? 0)) top = n;
  const [taken] = futures.splice(top, 1);
  return taken && taken.chance >= UNLIKELY ? taken : undefined;
}

/** How likely a candidate still fails: what is sliced out for a reason mostly does; other moves as they did of late. */
const SLICED = 0.6;
const AT_FIRST = 0.3;
/** Weight of the latest verdict. */
const LATEST = 0.25;
const isSlice = ({ move }: Place): boolean => MOVES[move]?.name === 'slice';

/** Where repeated moves begin: the slice is tried once. */
const FIRST_REPEATED = MOVES.findIndex((m) => m.name === 'kinds');

function nextMove(at: Place): Place | undefined {
  const { best } = at;
  if (at.move + 1 < MOVES.length) {
    const entering = at.move + 1 === FIRST_REPEATED;
    return { best, move: at.move + 1, mark: 0, skip: 0, changed: entering ? false : at.changed };
  }
  return at.changed ? { best, move: FIRST_REPEATED, mark: 0, skip: 0, changed: false } : undefined;
}

interface Stream {
  readonly list: Omit<Proposal, 'place'>[];
  readonly more: Iterator<Omit<Proposal, 'place'>>;
}

/** Sequences whose candidates are kept: the best one, and those that may become it. */
const MOST_KEPT = 64;

/** Candidates by place. They are made lazily, and kept while their sequence may matter. */
function createOffers(goal: Goal, guise: string): (at: Place) => Omit<Proposal, 'place'> | undefined {
  const kept = new Map<readonly Step[], Map<string, Stream>>();
  return ({ best, move, mark, skip }) => {
    const made = kept.get(best) ?? new Map<string, Stream>();
    kept.delete(best);
    kept.set(best, made);
    for (const oldest of kept.keys()) {
      if (kept.size <= MOST_KEPT) break;
      kept.delete(oldest);
    }
    const key = `${move}/${mark}`;
    let stream = made.get(key);
    if (!stream) {
      stream = { list: [], more: worthwhile(goal, guise, best, move, mark) };
      made.set(key, stream);
    }
    while (stream.list.length <= skip) {
      const next = stream.more.next();
      if (next.done) return undefined;
      stream.list.push(next.value);
    }
    return stream.list[skip];
  };
}

function* worthwhile(
  goal: Goal,
  guise: string,
  best: readonly Step[],
  move: number,
  mark: number,
): Generator<Omit<Proposal, 'place'>> {
  const own = best.map(printStep).join('\n');
  for (const offer of MOVES[move]?.offers(goal, best, mark) ?? []) {
    if (offer.steps.length > best.length || !sameGuise(goal, guise, offer.steps)) continue;
    const text = offer.steps.map(printStep).join('\n');
    if (text !== own) yield { ...offer, text };
  }
}

/** Runs after which a failure of this reliability would have shown with 95 %. */
export function triesFor(reliability: number): number {
  if (reliability >= 1) return 1;
  if (reliability <= 0) return MOST_TRIES;
  return Math.min(MOST_TRIES, Math.ceil(Math.log(DOUBT) / Math.log(1 - reliability)));
}
