/** What earlier walks of a hunt leave to later ones: how often things were done, and which way of walking found new ones. */
import type { Model } from '../model/model.js';
import type { Resource } from '../model/resource.js';
import type { Action, Suite } from '../suite/suite.js';
import { createNovelty, type Novelty } from './novelty.js';
import type { Random } from './random.js';

/** Walks of one block share a memory; the next block starts afresh, so any walk is found again by running through its block at most. */
export const BLOCK = 32;

export const ARMS = ['novel', 'narrow', 'plain', 'known'] as const;
/**
 * Ways of walking that `mix` chooses between: `novel` prefers what was seldom done; `narrow` does so with few resources, so that
 * much happens to each; `plain` is uniform, but does not repeat itself in the same world; `known` starts from a pattern or a reproducer.
 */
export type Arm = (typeof ARMS)[number];

export interface Memory {
  readonly novelty: Novelty;
  /** Counts a step about to be taken. */
  note(action: Action, takes: readonly Resource[], model: Model): void;
  /** How often this action in these states followed the last one in its states. */
  pairs(action: Action, takes: readonly Resource[]): number;
  /** Which arm the next walk uses: those that found more that was new are chosen more often, none is given up. */
  chooseArm(random: Random): Arm;
  forget(): void;
}

/** What an arm counts for before it was tried, and how fast old success fades. */
const HOPE = 1;
const FADE = 0.7;
/** Share of the walks that no success can take from an arm, relative to an even split. */
const KEEP = 0.5;

export function createMemory(suite: Suite): Memory {
  const novelty = createNovelty(suite);
  const known = suite.patterns.length + suite.reproducers.length > 0;
  const arms: readonly Arm[] = known ? ARMS : ARMS.filter((a) => a !== 'known');
  const worth = new Map<Arm, number>();
  const pairs = new Map<number, number>();
  let last = 0;
  let arm: Arm | undefined;
  let fresh = 0;
  let steps = 0;

  return {
    novelty,
    note(action, takes, model) {
      fresh += novelty.note(action, takes, model);
      steps++;
      const here = useKey(action, takes);
      const pair = last * PAIR + here;
      pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
      last = here;
    },
    pairs: (action, takes) => pairs.get(last * PAIR + useKey(action, takes)) ?? 0,
    chooseArm(random) {
      if (arm && steps > 0) worth.set(arm, FADE * (worth.get(arm) ?? HOPE) + (1 - FADE) * (fresh / steps));
      fresh = 0;
      steps = 0;
      const total = arms.reduce((sum, a) => sum + (worth.get(a) ?? HOPE), 0);
      const share = (a: Arm): number =>
        KEEP / arms.length + (1 - KEEP) * (total > 0 ? (worth.get(a) ?? HOPE) / total : 1 / arms.length);
      let z = random.below(1 << 20) / (1 << 20);
      arm = arms.find((a) => {
        z -= share(a);
        return z < 0;
      });
      arm ??= 'plain';
      return arm;
    },
    forget() {
      novelty.forget();
      worth.clear();
      pairs.clear();
      last = 0;
      arm = undefined;
      fresh = 0;
      steps = 0;
    },
  };
}

/** Larger than any `useKey` that keeps pairs apart within 2^53. */
const PAIR = 2 ** 26;

/** An action and the states of what it takes, as a number. */
export function useKey(action: Action, takes: readonly Resource[]): number {
  let key = action.index + 1;
  for (let i = 0; i < action.takes.length; i++) {
    const r = takes[i] as Resource;
    key = (key * r.type.states.length + r.state) % PAIR;
  }
  return key;
}
