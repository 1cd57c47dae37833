/** Counts of what was checked. A hunt in which a layer falls silent is not to be believed. */
/** How many checks ran, by layer. */
export interface Tally {
  /** Answers to steps that were judged. */
  answers: number;
  /** States compared with the model's. */
  states: number;
  /** Checks of the suite's own. */
  suite: number;
  /** Looks for foreign resources and for leaks. */
  generic: number;
  /** How often a state or a check had to be waited for. */
  waits: number;
}

export const emptyTally = (): Tally => ({ answers: 0, states: 0, suite: 0, generic: 0, waits: 0 });

/** Checks counted, of all layers. */
export const checksIn = ({ answers, states, suite, generic }: Tally): number => answers + states + suite + generic;

export function addTally(sum: Tally, more: Tally): void {
  sum.answers += more.answers;
  sum.states += more.states;
  sum.suite += more.suite;
  sum.generic += more.generic;
  sum.waits += more.waits;
}
