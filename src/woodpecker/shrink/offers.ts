/** Where a shrinker may stand, and which sequence it would try there. */
import { createHash } from 'node:crypto';
import { printStep } from '../step-text.js';
import type { Step } from '../types.js';
import type { Goal } from './legal.js';
import { MOVES, sameGuise } from './moves.js';

/** A place in the search: nothing else does it need to go on. */
export interface Place {
  readonly best: readonly Step[];
  readonly move: number;
  /** Where the move begins in its candidates for `best`, and how many of them were passed over since. */
  readonly mark: number;
  readonly skip: number;
  /** Whether anything became shorter since the first move that is repeated. */
  readonly changed: boolean;
  /** Whether `best` came out of a slice. */
  readonly sliced: boolean;
}

/** A sequence that is worth a run. */
export interface Offered {
  readonly steps: Step[];
  /** Equal for equal steps, here and on other machines. */
  readonly id: string;
  readonly mark: number;
}

/** Where repeated moves begin: the slice is tried once. */
const FIRST_REPEATED = MOVES.findIndex((m) => m.name === 'kinds');

export const startAt = (best: readonly Step[]): Place => ({
  best,
  ...{ move: 0, mark: 0, skip: 0 },
  changed: false,
  sliced: false,
});

export function nextMove(at: Place): Place | undefined {
  const { best, sliced } = at;
  if (at.move + 1 < MOVES.length) {
    const entering = at.move + 1 === FIRST_REPEATED;
    return { best, move: at.move + 1, mark: 0, skip: 0, changed: entering ? false : at.changed, sliced };
  }
  return at.changed ? { best, move: FIRST_REPEATED, mark: 0, skip: 0, changed: false, sliced } : undefined;
}

/** Where it stands after a candidate of this place still failed, and `best` is what is left of it. */
export function onward(at: Place, best: readonly Step[], mark: number): Place {
  const { name, success } = MOVES[at.move] ?? {};
  const sliced = at.sliced || name === 'slice';
  if (success === 'next') return { best, move: at.move + 1, mark: 0, skip: 0, changed: true, sliced };
  return { best, move: at.move, mark: success === 'on' ? mark : 0, skip: 0, changed: true, sliced };
}

interface Stream {
  readonly list: Offered[];
  readonly more: Iterator<Offered>;
}

/** Sequences whose candidates are kept: the best one, and those that may become it. */
const MOST_KEPT = 64;

/** Candidates by place. They are made lazily, and kept while their sequence may matter. */
export function createOffers(goal: Goal, guise: string): (at: Place) => Offered | undefined {
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

function* worthwhile(goal: Goal, guise: string, best: readonly Step[], move: number, mark: number): Generator<Offered> {
  const own = idOf(best);
  for (const offer of MOVES[move]?.offers(goal, best, mark) ?? []) {
    if (offer.steps.length > best.length || !sameGuise(goal, guise, offer.steps)) continue;
    const id = idOf(offer.steps);
    if (id !== own) yield { ...offer, id };
  }
}

/** Equal for equal steps, here and on other machines. */
export const idOf = (steps: readonly Step[]): string =>
  createHash('sha256').update(steps.map(printStep).join('\n')).digest('hex').slice(0, 20);
