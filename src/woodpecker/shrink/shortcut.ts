/**
 * Shorter ways to the same place. Leaving steps out never turns one sequence into another; so the model is searched, breadth
 * first, for fewer steps that end in the same states, or at least leave one of the failing step's resources as it was left. It
 * costs no call: only the answers are run.
 */

import { freshHandle, legalSteps } from '../model/legal-steps.js';
import { mix, SEED } from '../model/lineage.js';
import { createModel, type Model } from '../model/model.js';
import type { Resource } from '../model/resource.js';
import type { Handle, Json, Step } from '../types.js';
import { simplest } from '../walk/values.js';
import type { Goal } from './legal.js';

/** Most models made on the way; each costs about 20 µs. */
const MOST = 800;

interface Node {
  readonly model: Model;
  readonly steps: readonly Step[];
}

/** Shorter sequences that end in the same action, those that are most alike first; none where none was found. */
export function shortcuts(goal: Goal, steps: readonly Step[]): Step[][] {
  const last = steps.at(-1);
  if (!goal.anchored || !last || last.refused || steps.length < 3 || steps.some((s) => s.lane)) return [];
  const target = createModel(goal.suite);
  for (const step of steps.slice(0, -1)) target.apply(step);
  const wanted = pictures(target);
  const whole = sum(wanted);
  const roles = Object.entries(last.takes).map(([role, handle]) => ({ role, picture: wanted.get(handle) }));
  target.apply(last);
  const leavings = new Map<number, Step[] | undefined>();
  for (const picture of picturesOf(target, last)) leavings.set(picture, undefined);
  const args = argsIn(steps);
  // With more actions than these the search would be broad instead of deep.
  const actions = new Set(steps.map((s) => s.action));
  const seen = new Set<number>();
  let made = 0;
  let same: Step[] | undefined;
  let level: Node[] = [{ model: createModel(goal.suite), steps: [] }];
  for (let depth = 0; depth < steps.length - 1 && level.length > 0 && made < MOST; depth++) {
    const below: Node[] = [];
    for (const node of level) {
      const here = pictures(node.model);
      const key = sum(here);
      if (seen.has(key)) continue;
      seen.add(key);
      if (key === whole) same ??= attach(node, last, roles, here);
      if (made > MOST) break;
      for (const step of legalSteps(node.model, (action) => args.get(action.name) ?? simplest(action, node.model))) {
        if (!actions.has(step.action)) continue;
        made++;
        const model = node.model.clone();
        model.apply(step);
        const child = { model, steps: [...node.steps, step] };
        if (step.action === last.action) {
          for (const picture of picturesOf(model, step)) {
            if (leavings.has(picture) && !leavings.get(picture)) leavings.set(picture, child.steps);
          }
        }
        if (depth < steps.length - 2) below.push(child);
      }
    }
    level = below;
  }
  const found = [same, ...leavings.values()].filter((s) => s !== undefined && s.length < steps.length);
  return found.filter((s) => s !== undefined);
}

/** The resources of a step, as they look after it: by themselves, and with what is around them. */
function picturesOf(model: Model, step: Step): number[] {
  const handles = [...Object.values(step.takes), ...Object.values(step.makes)];
  const around = pictures(model);
  return handles.flatMap((handle) => {
    const r = model.get(handle);
    return r ? [ownPicture(r), around.get(handle) ?? 0] : [];
  });
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
    of.set(r, ownPicture(r));
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

function ownPicture(r: Resource): number {
  let hash = mix(mix(SEED, r.type.index), r.state);
  for (const value of r.attributes) hash = mixValue(hash, value);
  return hash;
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
