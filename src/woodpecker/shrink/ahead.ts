/** What may be worth a run before it is known whether it will be wanted: the likeliest futures first, whether their candidates fail or not. */
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
  readonly proposal: P;
  /** How likely it is to be wanted. The one that is wanted now has 1. */
  readonly chance: number;
}

export interface Outlook<P extends Proposal> {
  /** What is tried from a place on; undefined: nothing, or nothing that is worth finding out at so small a chance to be wanted. */
  propose(from: Place, chance: number): P | undefined;
  /** Where a known answer leads; undefined while it is not known. */
  known(proposal: P): Place | undefined;
  /** Where it leads if it fails. */
  failed(proposal: P): Place;
}

/** Futures that are looked at for each candidate that is wanted. */
const LOOKS = 6;
/** What is less likely to be wanted is not worth even looking at. */
const UNLIKELY = 0.01;

/** Up to `most` candidates whose answers are not known, the likeliest to be wanted first. */
export function lookAhead<P extends Proposal>(from: Place, outlook: Outlook<P>, most: number): Ahead<P>[] {
  const { propose, known, failed } = outlook;
  const found = new Map<string, Ahead<P>>();
  const futures: Future[] = [{ at: from, chance: 1 }];
  for (let looks = LOOKS * most; found.size < most && looks > 0; looks--) {
    const future = takeLikeliest(futures);
    if (!future) break;
    const { chance, guess } = future;
    const proposal = propose(future.at, chance);
    if (!proposal) continue;
    const { id, place, hope } = proposal;
    const guessed = guessedOf(id, guess);
    const next = known(proposal) ?? (guessed && (guessed.fails ? failed(proposal) : place));
    if (next) {
      futures.push({ at: next, chance, guess });
      continue;
    }
    found.set(id, { proposal, chance: chance + (found.get(id)?.chance ?? 0) });
    futures.push(
      { at: place, chance: chance * (1 - hope), guess: { id, fails: false, before: guess } },
      { at: failed(proposal), chance: chance * hope, guess: { id, fails: true, before: guess } },
    );
  }
  return [...found.values()].sort((a, b) => b.chance - a.chance);
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
