/** Randomness that a seed determines: the engine has no other. */
import { hash } from 'node:crypto';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

export interface Random {
  /** A whole number from 0 to n-1; n is at most 2^32. */
  below(n: number): number;
  /** Both ends belong to it; any safe integers. */
  between(min: number, max: number): number;
  chance(p: number): boolean;
}

const TWO_32 = 4294967296;
const SCALE = 1 / TWO_32;

/** The same words give the same numbers on any machine. */
export function createRandom(...words: readonly (string | number)[]): Random {
  const seed = hash('sha256', JSON.stringify(words), 'buffer');
  return new Seeded(
    xoroshiro128plusFromState([seed.readInt32LE(0), seed.readInt32LE(4), seed.readInt32LE(8), seed.readInt32LE(12)]),
  );
}

/** A class, so that all walks share the code that is run most often. */
class Seeded implements Random {
  constructor(private readonly generator: RandomGenerator) {}

  // Scaling 32 bits favours some values by less than n / 2^32: nothing that a walk could notice, and it costs one draw.
  below(n: number): number {
    return Math.floor(this.unit() * n);
  }

  between(min: number, max: number): number {
    const width = max - min + 1;
    if (width <= TWO_32) return min + this.below(width);
    return min + Math.floor((this.unit() + this.unit() * SCALE) * width);
  }

  chance(p: number): boolean {
    return this.unit() < p;
  }

  private unit(): number {
    return (this.generator.next() >>> 0) * SCALE;
  }
}
