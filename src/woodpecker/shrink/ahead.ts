/** What may be worth a run before it is known whether it will be wanted: the likeliest futures first, whether their candidates fail or not. */
import type { Step } from '../types.js';
import type { Place } from './offers.js';

/** A place that may be reached: how likely, and on what guesses. */
interface Future {
  readonly at: Place;
  readonly chance: number;
  readonly guess?: Guess;
}

interface Guess {
  readonly id: string;
  readonly fails: boolean;
  readonly before: Guess | undefined;
}

export interface Proposal {
  /** Equal for equal steps. */
  readonly id: string;
  /** Where the shrinker stands when it has passed over this one. */
  readonly place: Place;
  /** How likely it still fails, as far as can be guessed. */
  readonly hope: number;
}

export interface Ahead<P> {
  /** Those whose answers are not known, the likeliest to be wanted first. The one that is wanted now has 1. */
  readonly proposals: readonly { readonly proposal: P; readonly chance: number }[];
  /** What the search may end with, and how likely. */
  readonly ends: readonly { readonly best: readonly Step[]; readonly chance: number }[];
}

export interface Outlook<P extends Proposal> {
  /** What is tried from a place on. `end`: nothing; `dear`: finding out is not worth it at so small a chance to be wanted. */
  propose(from: Place, chance: number): P | 'end' | 'dear';
  /** Where a known answer leads; undefined while it is not known. */
  known(proposal: P): Place | undefined;
  /** Where it leads if it fails. */
  failed(proposal: P): Place;
}

/** Futures that are looked at for each candidate that is wanted. */
const LOOKS = 6;
/** What is less likely to be wanted is not worth even looking at. */
const UNLIKELY = 0.01;

/** Looks as far ahead as it is asked to, and goes on from there when it is asked again. */
export type Lookout<P> = (most: number) => Ahead<P>;

export function createLookout<P extends Proposal>(from: Place, { propose, known, failed }: Outlook<P>): Lookout<P> {
  const found = new Map<string, { proposal: P; chance: number }>();
  const ends = new Map<readonly Step[], number>();
  const futures: Future[] = [{ at: from, chance: 1 }];
  let looks = 0;

  function look({ at, chance, guess }: Future): void {
    const proposal = propose(at, chance);
    if (proposal === 'dear') return;
    if (proposal === 'end') {
      ends.set(at.best, chance + (ends.get(at.best) ?? 0));
      return;
    }
    const { id, place, hope } = proposal;
    const guessed = guessedOf(id, guess);
    const next = known(proposal) ?? (guessed && (guessed.fails ? failed(proposal) : place));
    if (next) {
      futures.push({ at: next, chance, guess });
      return;
    }
    found.set(id, { proposal, chance: chance + (found.get(id)?.chance ?? 0) });
    futures.push(
      { at: place, chance: chance * (1 - hope), guess: { id, fails: false, before: guess } },
      { at: failed(proposal), chance: chance * hope, guess: { id, fails: true, before: guess } },
    );
  }

  return (most) => {
    for (; found.size < most && looks < LOOKS * most; looks++) {
      const future = takeLikeliest(futures);
      if (!future) break;
      look(future);
    }
    return {
      proposals: [...found.values()].sort((a, b) => b.chance - a.chance).slice(0, most),
      ends: [...ends].map(([best, chance]) => ({ best, chance })),
    };
  };
}

function guessedOf(id: string, last: Guess | undefined): Guess | undefined {
  for (let guess = last; guess; guess = guess.before) if (guess.id === id) return guess;
  return undefined;
}

function takeLikeliest(futures: Future[]): Future | undefined {
  let top = 0;
  for (let n = 1; n < futures.length; n++) if ((futures[n]?.chance ?? 0) > (futures[top]?.chance ?? 0)) top = n;
  const [taken] = futures.splice(top, 1);
  return taken && taken.chance >= UNLIKELY ? taken : undefined;
}
