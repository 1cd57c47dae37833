/** Randomness that a seed determines: the engine has no other. */
import { createHash } from 'node:crypto';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

export interface Random {
  /** A whole number from 0 to n-1. */
  below(n: number): number;
  /** Both ends belong to it; any safe integers. */
  between(min: number, max: number): number;
  chance(p: number): boolean;
}

const TWO_32 = 4294967296;

/** The same words give the same numbers on any machine. */
export function createRandom(...words: readonly (string | number)[]): Random {
  const hash = createHash('sha256').update(JSON.stringify(words)).digest();
  const generator = xoroshiro128plusFromState([
    hash.readInt32LE(0),
    hash.readInt32LE(4),
    hash.readInt32LE(8),
    hash.readInt32LE(12),
  ]);
  const unit = (): number => (generator.next() >>> 0) / TWO_32;
  // Scaling 32 bits favours some values by less than n / 2^32: nothing that a walk could notice, and it costs one draw.
  const below = (n: number): number => Math.floor(unit() * n);
  return {
    below,
    between: (min, max) => {
      const width = max - min + 1;
      if (width <= TWO_32) return min + below(width);
      return min + Math.floor((unit() + unit() / TWO_32) * width);
    },
    chance: (p) => unit() < p,
  };
}
