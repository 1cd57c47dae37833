/** A hunt for tests and benchmarks: nothing on disk, nothing told, the real clock. */
import { systemClock } from '../../src/platform/clock.js';
import { hunt } from '../../src/woodpecker/run/hunt.js';
import type { HuntReport } from '../../src/woodpecker/run/hunt-events.js';
import { keepNothing } from '../../src/woodpecker/run/keeper.js';
import type { Suite } from '../../src/woodpecker/suite/suite.js';
import type { Strategy, System } from '../../src/woodpecker/types.js';

export interface HuntingOptions {
  readonly strategy?: Strategy;
  readonly lanes?: 1 | 2;
  readonly seed?: number;
  readonly steps: number;
  readonly bugs?: readonly string[];
  /** Ends the hunt at the first finding. */
  readonly untilFound?: boolean;
}

export async function huntIn(
  suite: Suite,
  open: () => System,
  { strategy = 'mix', lanes = 1, seed = 7, steps, bugs = [], untilFound = false }: HuntingOptions,
): Promise<HuntReport> {
  const { name, digest, walk } = suite;
  const found = new AbortController();
  return await hunt(
    { origin: { suite: name, digest, strategy, seed, length: walk.length, lanes }, bugs, steps },
    {
      suite,
      clock: systemClock,
      open,
      keeper: keepNothing,
      tell: ({ event }) => untilFound && event === 'found' && found.abort(),
      stop: found.signal,
    },
  );
}
