/**
 * The concurrent suffix of a walk: two short lanes, each legal on its own from where the sequential part ended, drawn to meet on
 * the same resources. What one lane does may make the other's step illegal; the linearisability check knows.
 */
import { bindRoles, type Model } from '../model/model.js';
import type { Resource } from '../model/resource.js';
import type { Action, Suite } from '../suite/suite.js';
import type { Step } from '../types.js';
import type { Random } from './random.js';
import { createUrn } from './urn.js';
import { makeArgs } from './values.js';

export interface Lanes {
  /** Index of the first concurrent step. */
  readonly from: number;
  /** Steps of both lanes, by turns. */
  next(): Step | undefined;
}

/** Steps in a lane, and steps before both. Short walks meet more often per step. */
const LANE = { min: 2, max: 4 };
const PREFIX = { min: 2, max: 40 };
/** Draws of which the one that shares most with the other lane is taken. */
const DRAWS = 6;

export function createLanes(parts: { suite: Suite; model: Model; random: Random; length: number }): Lanes {
  const { suite, model, random, length } = parts;
  const size = random.between(LANE.min, LANE.max);
  const from = Math.max(0, Math.min(length - 2 * size, random.between(PREFIX.min, PREFIX.max)));
  let steps: Step[] | undefined;
  let at = 0;
  return {
    from,
    next() {
      steps ??= bothLanes(suite, model, random, size);
      return steps[at++];
    },
  };
}

function bothLanes(suite: Suite, model: Model, random: Random, size: number): Step[] {
  const numbers = new Map<string, number>();
  for (const list of model.population.flat(2))
    numbers.set(list.type.name, Math.max(numbers.get(list.type.name) ?? 0, list.number));
  const used = new Set<string>();
  const first = lane(suite, model, random, size, 1, numbers, used);
  const second = lane(suite, model, random, size, 2, numbers, used);
  const both: Step[] = [];
  for (let i = 0; i < size; i++) both.push(...[first[i], second[i]].filter((s) => s !== undefined));
  return both;
}

function lane(
  suite: Suite,
  start: Model,
  random: Random,
  size: number,
  lane: 1 | 2,
  numbers: Map<string, number>,
  used: Set<string>,
): Step[] {
  const model = start.clone();
  const urn = createUrn(
    suite.actions.filter((a) => !a.fault && !a.alone),
    model,
    random,
  );
  const steps: Step[] = [];
  const mine = new Set<string>();
  while (steps.length < size) {
    let best: { action: Action; takes: Resource[] } | undefined;
    let most = -1;
    for (let i = 0; i < DRAWS; i++) {
      const use = urn.draw();
      if (!use) break;
      const shared = use.takes.slice(0, use.action.takes.length).filter((r) => used.has(r.handle)).length;
      if (shared <= most) continue;
      most = shared;
      best = { action: use.action, takes: use.takes.slice(0, use.action.takes.length) };
    }
    if (!best) break;
    const { action, takes } = best;
    bindRoles(model.frame, takes);
    const args = makeArgs(action, model.frame, random);
    const fresh = action.makes.map((m) => {
      const n = (numbers.get(m.type.name) ?? 0) + 1;
      numbers.set(m.type.name, n);
      return n;
    });
    const step = model.perform(action, args, fresh);
    for (const r of takes) mine.add(r.handle);
    steps.push({ ...step, lane });
  }
  for (const handle of mine) used.add(handle);
  return steps;
}
