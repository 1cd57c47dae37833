/** What lenders say together of one ref: whether a finding shows there. Nothing here knows a database. */
import { type Evidence, lendersOf, refuted } from './standing.js';

/** Lenders that are asked about one ref, at most. */
export const MOST_WORDS = 5;

export interface Word {
  readonly says: 'shows' | 'passes' | 'open';
  /** It rests on the word of one lender alone. */
  readonly alone: boolean;
  /** Runs behind it, and how many of them failed; none while it is open. */
  readonly runs: number;
  readonly hits: number;
}

export interface Lenders {
  /** Those who saw it, and those who did not. */
  readonly saw: number;
  readonly missed: number;
}

export function lendersWho(evidence: readonly Evidence[]): Lenders {
  const saw = evidence.filter(({ hits }) => hits > 0);
  const witnesses = new Set(saw.map(({ lender }) => lender));
  return { saw: witnesses.size, missed: lendersOf(evidence.filter(({ lender }) => !witnesses.has(lender))) };
}

/**
 * Two lenders have to say the same. One who saw it alone is outweighed as in any other false alarm. `last`: nobody else can be
 * asked; then one word has to do.
 */
export function wordOf(evidence: readonly Evidence[], last: boolean): Word {
  const { saw, missed } = lendersWho(evidence);
  const told = (says: Word['says'], alone: boolean, by = evidence): Word => ({
    ...{ says, alone },
    runs: by.reduce((sum, { runs }) => sum + runs, 0),
    hits: by.reduce((sum, { hits }) => sum + hits, 0),
  });
  const vain = evidence.filter(({ hits }) => hits === 0);
  if (saw >= 2) return told('shows', false);
  if (saw === 1 && refuted(evidence, last)) return told('passes', false, vain);
  if (saw === 1) return last ? told('shows', true) : told('open', false, []);
  if (missed >= 2) return told('passes', false);
  return missed === 1 && last ? told('passes', true) : told('open', false, []);
}
