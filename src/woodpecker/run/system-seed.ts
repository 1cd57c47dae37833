import type { WalkOrigin } from '../types.js';

/**
 * What the system may draw by in a walk: another for each walk and each attempt at it, so that what is flaky is not decided once
 * for all; the same for the same attempt, so that a replay meets what the hunt met.
 */
export function systemSeed({ seed, episode }: Pick<WalkOrigin, 'seed' | 'episode'>, attempt: number): number {
  return (seed + episode * 1_009 + attempt * 7_919) % 0x7fff_ffff;
}
