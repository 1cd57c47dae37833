/** How likely a candidate still fails: by what its move mostly comes to, and as its like did of late. */
import { MOVES, type Move } from './moves.js';
import type { Place } from './offers.js';

/** Share of candidates that still failed, over the failures of the simulated cloud and W7. */
const MOSTLY: Readonly<Record<Move['name'], number>> = {
  slice: 0.8,
  lanes: 0.5,
  kinds: 0.7,
  chunks: 0.4,
  single: 0.5,
  shortcut: 0.02,
  pairs: 0.02,
  replace: 0.1,
  merge: 0.4,
  arguments: 0.9,
};
/** The boldest slice keeps no more than makes the failing step legal. */
const BOLDEST = 0.1;
/** What is left of a slice is there for a reason, as far as the model knows. */
const SLICED = 0.15;
const CUTS: readonly Move['name'][] = ['kinds', 'chunks', 'single'];
/** Weight of the latest verdict. */
const LATEST = 0.25;

export interface Hopes {
  of(at: Place): number;
  note(at: Place, fails: boolean): void;
}

export function createHopes(): Hopes {
  const lately = { ...MOSTLY, sliced: SLICED };
  const kindOf = ({ move, sliced }: Place): keyof typeof lately => {
    const name = MOVES[move]?.name ?? 'single';
    return sliced && CUTS.includes(name) ? 'sliced' : name;
  };
  return {
    of(at) {
      const kind = kindOf(at);
      return kind === 'slice' && at.skip === 0 ? BOLDEST : lately[kind];
    },
    note(at, fails) {
      const kind = kindOf(at);
      if (kind !== 'slice') lately[kind] = lately[kind] * (1 - LATEST) + (fails ? LATEST : 0);
    },
  };
}
