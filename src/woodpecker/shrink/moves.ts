/**
 * The ways to make a failing sequence shorter or simpler, in the order in which they are tried. Each offers candidates for a
 * sequence by number, so that a shrinker can go on where it was, here or on another machine.
 */

import { createModel } from '../model/model.js';
import type { Resource } from '../model/resource.js';
import { typeOf } from '../step-text.js';
import type { Suite } from '../suite/suite.js';
import type { Handle, Step } from '../types.js';
import { simplest } from '../walk/values.js';
import { simplerArgs } from './arguments.js';
import { type Goal, guiseOf, renumber, repair } from './legal.js';
import { shortcuts } from './shortcut.js';
import { slices } from './slice.js';

export interface Offer {
  readonly steps: Step[];
  /** Where the move goes on after this one. */
  readonly mark: number;
}

export interface Move {
  readonly name:
    | 'slice'
    | 'lanes'
    | 'kinds'
    | 'chunks'
    | 'single'
    | 'shortcut'
    | 'pairs'
    | 'replace'
    | 'merge'
    | 'arguments';
  /** Candidates for `best` after `mark` (0: all), lazily: legal sequences that keep the failing step. */
  offers(goal: Goal, best: readonly Step[], mark: number): Iterable<Offer>;
  /** After a candidate still failed: on to the next move, from the start again, or on from its mark. */
  readonly success: 'next' | 'again' | 'on';
  /** Finding its candidates takes a search: not done for what is not likely to be wanted. */
  readonly costly?: true;
}

/** Sequences longer than this are first cut in large pieces. */
const LONG = 16;
/** Pairs of steps are tried in sequences up to this long; other resources and other makers in those up to that. */
const SHORT = 12;
const MIDDLING = 40;

export const MOVES: readonly Move[] = [
  { name: 'slice', success: 'next', offers: plainly(slices) },
  {
    name: 'lanes',
    success: 'next',
    offers: plainly(function* (goal, best) {
      if (best.some((s) => s.lane))
        yield* legal(
          goal,
          best.map(({ lane: _, ...step }) => step),
        );
    }),
  },
  { name: 'kinds', success: 'on', offers: kinds },
  { name: 'chunks', success: 'on', offers: chunks },
  { name: 'single', success: 'on', offers: singles },
  {
    name: 'shortcut',
    costly: true,
    success: 'again',
    offers: plainly(function* (goal, best) {
      for (const found of shortcuts(goal, best)) yield* legal(goal, found);
    }),
  },
  {
    name: 'pairs',
    success: 'again',
    offers: plainly(function* (goal, best) {
      if (best.length > SHORT) return;
      for (let i = removable(goal, best) - 1; i > 0; i--) {
        for (let j = i - 1; j >= 0; j--)
          yield* legal(
            goal,
            best.filter((_, k) => k !== i && k !== j),
          );
      }
    }),
  },
  {
    name: 'replace',
    success: 'again',
    offers: plainly(function* (goal, best) {
      if (best.length > MIDDLING) return;
      for (const changed of replacements(goal, best)) yield* legal(goal, changed);
    }),
  },
  {
    name: 'merge',
    success: 'again',
    offers: plainly(function* (goal, best) {
      if (best.length > MIDDLING) return;
      for (const [from, to] of twins(best)) {
        yield* legal(goal, renamed(best, from, to));
        yield* legal(goal, renamed(sooner(best, from, to), from, to));
      }
    }),
  },
  { name: 'arguments', success: 'on', offers: simpler },
];

/** A move whose candidates are always gone through from the first. */
function plainly(candidates: (goal: Goal, best: readonly Step[]) => Iterable<Step[]>): Move['offers'] {
  return function* (goal, best) {
    for (const steps of candidates(goal, best)) yield { steps, mark: 0 };
  };
}

/** All steps of one action at a time. */
function* kinds(goal: Goal, best: readonly Step[], mark: number): Generator<Offer> {
  if (best.length <= LONG) return;
  const counts = new Map<string, number>();
  for (const step of best.slice(0, -1)) counts.set(step.action, (counts.get(step.action) ?? 0) + 1);
  const actions = goal.suite.actions
    .map((a) => ({ name: a.name, index: a.index + 1, count: counts.get(a.name) ?? 0 }))
    .filter((a) => a.count > 1);
  for (const { name, index } of actions) {
    if (index <= mark) continue;
    const rest = best.filter((step, i) => i >= removable(goal, best) || step.action !== name);
    for (const steps of legal(goal, rest)) yield { steps, mark: index };
  }
}

/** Pieces from the end on, of half the length, a quarter, and so on; the mark is size and end in one number. */
function* chunks(goal: Goal, best: readonly Step[], mark: number): Generator<Offer> {
  if (best.length <= LONG) return;
  const most = removable(goal, best);
  for (let size = mark === 0 ? best.length >> 1 : Math.trunc(mark / MARK); size >= 2; size >>= 1) {
    const from = mark !== 0 && size === Math.trunc(mark / MARK) ? Math.min(most, mark % MARK) : most;
    for (let end = from; end > 0; end -= size) {
      const start = Math.max(0, end - size);
      for (const steps of legal(goal, best.toSpliced(start, end - start))) yield { steps, mark: size * MARK + start };
    }
  }
}

const MARK = 100_000;

/** One step at a time, from the end on: what comes before a step stays where it is when the step goes. */
function* singles(goal: Goal, best: readonly Step[], mark: number): Generator<Offer> {
  for (let i = (mark === 0 ? removable(goal, best) : mark - 1) - 1; i >= 0; i--) {
    for (const steps of legal(goal, best.toSpliced(i, 1))) yield { steps, mark: i + 1 };
  }
}

function* simpler(goal: Goal, best: readonly Step[], mark: number): Generator<Offer> {
  for (const { step, key, value } of simplerArgs(goal.suite, best)) {
    const place = step * 100 + Object.keys(best[step]?.args ?? {}).indexOf(key);
    if (place < mark) continue;
    const changed = best.map((s, i) => (i === step ? { ...s, args: { ...s.args, [key]: value } } : s));
    // Another value may make later steps illegal: then it is no simplification of this sequence.
    for (const steps of legal(goal, changed)) if (steps.length === best.length) yield { steps, mark: place };
  }
}

/** How many steps may be taken out: all but the failing one. */
const removable = (goal: Goal, best: readonly Step[]): number => (goal.anchored ? best.length - 1 : best.length);

/** The candidate with what became illegal left out, if the failing step survives it in the states that it failed in. */
function* legal(goal: Goal, wanted: readonly Step[]): Generator<Step[]> {
  const repaired = repair(goal, wanted);
  if (repaired && repaired.length > 0) yield renumber(goal.suite, repaired);
}

/** Pairs of resources of one type, the later one first: perhaps the earlier would have done for both. */
function twins(best: readonly Step[]): [Handle, Handle][] {
  const made = best.flatMap((s) => Object.values(s.makes));
  return made.flatMap((from, i) =>
    made
      .slice(0, i)
      .filter((to) => typeOf(to) === typeOf(from))
      .map((to): [Handle, Handle] => [from, to]),
  );
}

/** What happens to one resource, right after the other was made: there it may stand where it could not later. */
function sooner(best: readonly Step[], from: Handle, to: Handle): Step[] {
  const maker = best.findIndex((s) => Object.values(s.makes).includes(to));
  const failing = best.length - 1;
  const moved = best.filter((s, i) => i > maker && i < failing && !s.lane && Object.values(s.takes).includes(from));
  const rest = best.filter((s) => !moved.includes(s));
  return rest.toSpliced(maker + 1, 0, ...moved);
}

/** The sequence with one resource in another's place, and without the step that made it, unless that made more. */
function renamed(best: readonly Step[], from: Handle, to: Handle): Step[] {
  return best.flatMap((step) => {
    if (Object.values(step.makes).includes(from)) return [];
    const takes = Object.fromEntries(Object.entries(step.takes).map(([role, h]) => [role, h === from ? to : h]));
    return [{ ...step, takes }];
  });
}

/**
 * The sequence with one step in another's place: something made out of nothing that was made from something, or a state
 * reached by one step on that resource alone that was reached by way of others. What those were for may then go.
 */
function* replacements({ suite }: Goal, best: readonly Step[]): Generator<Step[]> {
  const model = createModel(suite);
  for (const [i, step] of best.slice(0, -1).entries()) {
    if (step.lane) return;
    for (const other of madeOutOfNothing(suite, step)) yield best.with(i, other);
    const before = new Map(model.live().map((r) => [r, r.state]));
    model.apply(step);
    for (const [resource, state] of before) {
      const bySideEffect = !Object.values(step.takes).includes(resource.handle) || Object.keys(step.takes).length > 1;
      if (resource.state === state || !bySideEffect) continue;
      for (const other of leavingIt(suite, resource, state, Object.values(step.takes))) yield best.with(i, other);
    }
  }
}

/** Steps that make what this one makes, and take nothing. */
function* madeOutOfNothing(suite: Suite, step: Step): Generator<Step> {
  const made = Object.values(step.makes).toSorted();
  if (made.length === 0 || Object.keys(step.takes).length === 0) return;
  for (const action of suite.actions) {
    const makes = action.makes.toSorted((a, b) => (a.type.name < b.type.name ? -1 : 1));
    if (action.takes.length > 0 || action.fault || makes.length !== made.length) continue;
    const roles = makes.map(({ role, type }, n) => {
      const handle = made[n];
      return handle !== undefined && typeOf(handle) === type.name ? ([role, handle] as const) : undefined;
    });
    const fitting = roles.filter((pair) => pair !== undefined);
    if (fitting.length !== makes.length) continue;
    const args = simplest(action, createModel(suite));
    yield { action: action.name, takes: {}, makes: Object.fromEntries(fitting), args };
  }
}

/**
 * Steps that take this resource, as it was, and leave it as it is now: alone, or, where it was changed in passing, beside one that
 * the step took. Never back again: what takes a resource itself does not change it in passing.
 */
function* leavingIt(suite: Suite, resource: Resource, was: number, taken: readonly Handle[]): Generator<Step> {
  const beside = taken.includes(resource.handle) ? [] : taken;
  for (const action of suite.actions) {
    if (action.takes.length > 2 || action.makes.length > 0 || action.fault) continue;
    for (const [own, take] of action.takes.entries()) {
      const leaves = action.leaves.some(({ role, possible }) => role === own && possible.includes(resource.state));
      if (take.type !== resource.type || !take.allowed[was] || !leaves) continue;
      const other = action.takes[1 - own];
      const args = simplest(action, createModel(suite));
      const takes = { [take.role]: resource.handle };
      if (!other) yield { action: action.name, takes, makes: {}, args };
      else
        for (const handle of beside)
          if (typeOf(handle) === other.type.name)
            yield { action: action.name, takes: { ...takes, [other.role]: handle }, makes: {}, args };
    }
  }
}

/** Whether a candidate's failing step is in the same states as before: they are part of the signature. */
export const sameGuise = (goal: Goal, guise: string, candidate: readonly Step[]): boolean =>
  !goal.anchored || guiseOf(goal.suite, candidate) === guise;
