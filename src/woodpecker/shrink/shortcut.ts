/**
 * Shorter ways to the same place. Leaving steps out never turns one sequence into another; so the model is searched, breadth
 * first, for fewer steps that end in the same states. It costs no call: only the answer is run.
 */

import { mix, SEED } from '../model/lineage.js';
import { createModel, type Model } from '../model/model.js';
import type { Resource } from '../model/resource.js';
import type { Action } from '../suite/suite.js';
import type { Handle, Json, Step } from '../types.js';
import { simplest } from './arguments.js';
import type { Goal } from './legal.js';

/** Most models looked at; each costs about 20 µs. */
const NODES = 600;

interface Node {
  readonly model: Model;
  readonly steps: readonly Step[];
}

/** A shorter sequence with the same last step and the same states before it; undefined where none was found. */
export function shortcut(goal: Goal, steps: readonly Step[]): Step[] | undefined {
  const last = steps.at(-1);
  if (!goal.anchored || !last || steps.length < 3 || steps.some((s) => s.lane)) return undefined;
  const target = createModel(goal.suite);
  for (const step of steps.slice(0, -1)) target.apply(step);
  const wanted = pictures(target);
  const whole = sum(wanted);
  const roles = Object.entries(last.takes).map(([role, handle]) => ({ role, picture: wanted.get(handle) }));
  if (roles.some((r) => r.picture === undefined)) return undefined;
  const args = argsIn(steps);
  const seen = new Set<number>();
  let level: Node[] = [{ model: createModel(goal.suite), steps: [] }];
  for (let depth = 0; depth < steps.length - 1 && level.length > 0; depth++) {
    const below: Node[] = [];
    for (const node of level) {
      const here = pictures(node.model);
      const key = sum(here);
      if (seen.has(key)) continue;
      seen.add(key);
      if (key === whole) {
        const found = attach(node, last, roles, here);
        if (found) return found;
      }
      if (seen.size > NODES) return undefined;
      if (depth === steps.length - 2) continue;
      for (const step of legalSteps(node.model, args)) {
        const model = node.model.clone();
        model.apply(step);
        below.push({ model, steps: [...node.steps, step] });
      }
    }
    level = below;
  }
  return undefined;
}

/** The last step, on resources that look as those did that it failed on. */
function attach(
  node: Node,
  last: Step,
  roles: readonly { role: string; picture: number | undefined }[],
  here: ReadonlyMap<Handle, number>,
): Step[] | undefined {
  const takes: Record<string, Handle> = {};
  for (const { role, picture } of roles) {
    const free = [...here].find(([handle, p]) => p === picture && !Object.values(takes).includes(handle));
    if (!free) return undefined;
    takes[role] = free[0];
  }
  const makes: Record<string, Handle> = {};
  for (const role in last.makes)
    makes[role] = freshHandle(node.model, last.makes[role] as Handle, Object.values(makes));
  const step = { ...last, takes, makes };
  return node.model.objection(step) === undefined ? [...node.steps, step] : undefined;
}

/** Each live resource as a number: its state, attributes, and what it is linked to, two links far. Names do not matter. */
function pictures(model: Model): Map<Handle, number> {
  let of = new Map<Resource, number>();
  const live = model.live();
  for (const r of live) {
    let hash = mix(mix(SEED, r.type.index), r.state);
    for (const value of r.attributes) hash = mixValue(hash, value);
    of.set(r, hash);
  }
  for (let round = 0; round < 2; round++) {
    const next = new Map<Resource, number>();
    for (const r of live) {
      let hash = of.get(r) ?? 0;
      for (const target of r.links) hash = mix(hash, target ? (of.get(target) ?? 1) : 0);
      for (const list of r.pointing)
        hash = mix(
          hash,
          list.reduce((total, p) => (total + (of.get(p) ?? 0)) | 0, list.length),
        );
      next.set(r, hash);
    }
    of = next;
  }
  return new Map([...of].map(([r, hash]) => [r.handle, hash]));
}

/** Order does not matter to a sum. */
const sum = (of: ReadonlyMap<Handle, number>): number =>
  [...of.values()].reduce((total, h) => (total + Math.imul(h, h | 1)) | 0, of.size);

function mixValue(hash: number, value: number | string | boolean): number {
  if (typeof value === 'number') return mix(hash, Math.trunc(value * 1000) | 0);
  if (typeof value === 'boolean') return mix(hash, value ? 1 : 0);
  let mixed = hash;
  for (let i = 0; i < value.length; i++) mixed = mix(mixed, value.charCodeAt(i));
  return mixed;
}

type ArgsOf = ReadonlyMap<string, Readonly<Record<string, Json>>>;

/** Parameters that the sequence used, by action: they may be what matters. */
function argsIn(steps: readonly Step[]): ArgsOf {
  return new Map(steps.map((s) => [s.action, s.args]));
}

function* legalSteps(model: Model, args: ArgsOf): Generator<Step> {
  for (const action of model.suite.actions) {
    if (action.fault || action.weight === 0 || !model.hasRoom(action)) continue;
    for (const takes of bindings(model, action, {}, 0)) {
      const makes: Record<string, Handle> = {};
      for (const make of action.makes)
        makes[make.role] = freshHandle(model, `${make.type.name}#1`, Object.values(makes));
      const step: Step = { action: action.name, takes, makes, args: args.get(action.name) ?? simplest(action, model) };
      if (model.objection(step) === undefined) yield step;
    }
  }
}

function* bindings(
  model: Model,
  action: Action,
  bound: Record<string, Handle>,
  role: number,
): Generator<Record<string, Handle>> {
  const take = action.takes[role];
  if (!take) {
    yield bound;
    return;
  }
  for (const s of take.states) {
    for (const r of model.population[take.type.index]?.[s] ?? [])
      yield* bindings(model, action, { ...bound, [take.role]: r.handle }, role + 1);
  }
}

function freshHandle(model: Model, like: Handle, taken: readonly Handle[]): Handle {
  const type = like.slice(0, like.lastIndexOf('#'));
  let n = 1;
  while (model.get(`${type}#${n}`) || taken.includes(`${type}#${n}`)) n++;
  return `${type}#${n}`;
}
