/** Whose job goes next, and how large it is. */

export interface Contender {
  readonly hunt: string;
  /** Higher goes first, whatever else. */
  readonly priority: number;
  readonly weight: number;
  /** Slots that it holds now. */
  readonly slots: number;
  /** Hunts of the same author that run now, this one included. */
  readonly authorsHunts: number;
  /** The asking machine has this hunt's ref ready. */
  readonly ready: boolean;
}

/** A machine that has the ref ready is preferred where the shares differ by less than this. */
const STICKINESS = 0.25;

/** Many hunts at once by one author weigh less, each: 36 / (36 + n²). */
export const authorMalus = (hunts: number): number => 36 / (36 + hunts * hunts);

const load = (one: Contender): number => one.slots / (one.weight * authorMalus(one.authorsHunts));

/**
 * In the order in which the asking machine should be offered work: priority, then hunts that hold no slot, then the
 * least load. Ties keep the order given, so hand them in by age.
 */
export function inTurn(contenders: readonly Contender[]): readonly Contender[] {
  const sorted = [...contenders].sort(
    (a, b) => b.priority - a.priority || Number(a.slots > 0) - Number(b.slots > 0) || load(a) - load(b),
  );
  const [first] = sorted;
  if (!first || first.ready) return sorted;
  const near = sorted.find(
    (one) =>
      one.ready &&
      one.priority === first.priority &&
      one.slots > 0 === first.slots > 0 &&
      load(one) <= load(first) * (1 + STICKINESS),
  );
  return near ? [near, ...sorted.filter((one) => one !== near)] : sorted;
}

export const TARGET_MINUTES = 10;

/** Of what is left, a machine gets half of its even share: large jobs first, small ones in the end, and all end together. */
export const shareOf = (left: number, slots: number): number => Math.ceil(left / (2 * Math.max(1, slots)));

/** How many episodes make a job of about ten minutes: from the class's median and the machine's own factor (1: as the class). */
export function episodesFor(episodeMs: number, factor: number, maxMinutes: number, most: number): number {
  const target = Math.min(TARGET_MINUTES, maxMinutes) * 60_000;
  return Math.max(1, Math.min(most, Math.floor(target / Math.max(1, episodeMs * factor))));
}
