/**
 * The model of a system under test: which resources there should be, in which states, after the steps so far. Lists by type
 * and state are kept up to date, so choosing a legal step never searches what cannot fit.
 */
import {
  type Action,
  type Assignment,
  actionNamed,
  type Cascade,
  type ResourceType,
  type Suite,
  stateOf,
} from '../suite/suite.js';
import type { Handle, Json, Observation, Step } from '../types.js';
import { objectionTo } from './legality.js';
import { lineageOf, originOf } from './lineage.js';
import type { Frame, Resource, Value } from './resource.js';
import { createStore, NONE, type Store } from './store.js';

export { isForbidden, NO_ROOM } from './legality.js';

export type Args = Readonly<Record<string, Json>>;
const NO_ARGS: Args = {};

export interface Model {
  readonly suite: Suite;
  /** Resources by type and state; the last list of each type is what is gone. */
  readonly population: readonly (readonly (readonly Resource[])[])[];
  /** Steps applied so far. */
  readonly steps: number;
  /** What the last step used, made or changed, through cascades too. */
  readonly touched: readonly Resource[];
  /** What expressions are evaluated in; `roles` is the binding under way. */
  readonly frame: Frame;
  get(handle: Handle): Resource | undefined;
  /** All that is not gone, in order of type and state. */
  live(): Resource[];
  /** The same, and then of each type what is gone. */
  everyone(): Resource[];
  /** States of these resources, by handle: what a system must show. */
  states(of: readonly Resource[]): Observation;
  hasRoom(action: Action): boolean;
  /** Why a step cannot be taken now (for a step marked `refused`: why the system need not refuse it); undefined when it can. */
  objection(step: Step): string | undefined;
  /** Applies a legal step (a refused one changes nothing). Returns what it made. */
  apply(step: Step): readonly Resource[];
  /** Applies an action whose roles are bound already: the walker's short cut. `numbers` are those of what it makes; default: the next. */
  perform(action: Action, takes: readonly Resource[], args: Args, numbers?: readonly number[]): readonly Resource[];
  clone(): Model;
}

export function createModel(suite: Suite): Model {
  const store = createStore(suite);
  for (const given of suite.given) store.place(given.type, given.state, given.attributes);
  return modelOf(suite, store, 0);
}

type Inside = { -readonly [K in keyof Model]: Model[K] };

function modelOf(suite: Suite, store: Store, steps: number): Model {
  const { population, place, setState, setLink, get } = store;
  const frame: Frame = { roles: [], args: NO_ARGS, it: undefined, population };
  const newStates: number[] = [];
  const newValues: Value[] = [];
  let touched: Resource[] = NONE;
  /** Index + 1 of the action that is being performed. */
  let current = 0;

  const touch = (r: Resource): void => {
    if (r.touched === model.steps) return;
    r.touched = model.steps;
    r.pastBefore = r.past;
    r.past = current;
    r.uses++;
    touched.push(r);
  };

  const assign = (r: Resource, to: Assignment, value: Value): void => {
    if (to.attribute !== undefined) r.attributes[to.attribute] = value as number | string | boolean;
    else if (to.link !== undefined) setLink(r, to.link, value as Resource | undefined);
  };

  const cascade = (rule: Cascade, from: readonly Resource[], done: Set<Resource>): void => {
    // The list is copied: what happens to its members may take them out of it.
    for (const r of from.slice()) {
      if (r.state === r.type.gone || done.has(r)) continue;
      done.add(r);
      frame.it = r;
      if (!rule.where.every((c) => c.holds(frame))) continue;
      touch(r);
      const state = rule.leaves?.(frame);
      const values = rule.sets.map((s) => s.value(frame));
      const further = rule.deep && 'role' in rule.from ? below(r, frame, rule.from) : NONE;
      if (state !== undefined) setState(r, state);
      for (let i = 0; i < rule.sets.length; i++) assign(r, rule.sets[i] as Assignment, values[i]);
      if (further.length > 0) cascade(rule, further, done);
    }
  };

  const perform: Model['perform'] = (action, takes, args, numbers) => {
    model.steps++;
    current = action.index + 1;
    touched = [];
    model.touched = touched;
    const { roles } = frame;
    const taken = action.takes.length;
    // The binder hands in the frame's own roles.
    if (takes !== roles) bindRoles(frame, takes);
    frame.args = args;
    const { leaves, makes, sets, also } = action;
    for (let i = 0; i < leaves.length; i++) newStates[i] = leaves[i]?.state(frame) ?? 0;
    let made: Resource[] = NONE;
    if (makes.length > 0) {
      made = [];
      const lineage = lineageOf(action.index, roles, taken);
      const origin = originOf(action.index, roles, taken);
      for (let i = 0; i < makes.length; i++) {
        const { type, state } = makes[i] as Action['makes'][number];
        const r = place(type, state(frame), initialOf(type), numbers?.[i]);
        r.lineage = lineage + i;
        r.origin = origin + i;
        made.push(r);
      }
      for (let i = 0; i < made.length; i++) roles[taken + i] = made[i] as Resource;
    }
    let n = 0;
    for (const make of makes) for (const s of make.sets) newValues[n++] = s.value(frame);
    for (const s of sets) newValues[n++] = s.value(frame);
    const bound = taken + made.length;
    for (let i = 0; i < bound; i++) touch(roles[i] as Resource);
    for (let i = 0; i < leaves.length; i++) {
      const r = roles[leaves[i]?.role ?? 0];
      if (r) setState(r, newStates[i] ?? 0);
    }
    n = 0;
    for (const make of makes) for (const s of make.sets) assign(roles[s.role] as Resource, s, newValues[n++]);
    for (const s of sets) assign(roles[s.role] as Resource, s, newValues[n++]);
    for (const rule of also) {
      const from =
        'type' in rule.from
          ? everyOf(population[rule.from.type.index] ?? [])
          : below(roles[rule.from.role], frame, rule.from);
      cascade(rule, from, new Set());
    }
    frame.it = undefined;
    return made;
  };

  const model: Inside = {
    suite,
    population,
    frame,
    // No getters: each would give each model a hidden class of its own, and those outlive the model.
    steps,
    touched: NONE,
    get,
    live: () => listed(population, 1),
    everyone: () => listed(population, 0),
    states: (of) => {
      const seen: Record<Handle, string> = {};
      for (const r of of) seen[r.handle] = stateOf(r);
      return seen;
    },
    hasRoom: store.hasRoom,
    objection: (step) => objectionTo(suite, store, frame, step),
    apply(step) {
      const action = actionNamed(suite, step.action);
      if (!action) throw new RangeError(`no action ${step.action}`);
      if (step.refused) {
        model.steps++;
        model.touched = action.takes.flatMap((t) => get(step.takes[t.role] as Handle) ?? []);
        return NONE;
      }
      const takes = action.takes.map((t) => get(step.takes[t.role] as Handle) as Resource);
      const numbers = action.makes.map((m) => numberOf(step.makes[m.role] as Handle));
      return perform(action, takes, step.args, numbers);
    },
    perform,
    clone: () => modelOf(suite, store.clone(), model.steps),
  };
  return model;
}

export const numberOf = (handle: Handle): number => Number(handle.slice(handle.lastIndexOf('#') + 1));

/** Puts resources into the roles that expressions see, from the first on. What is behind them is of no account. */
export function bindRoles(frame: Frame, takes: readonly Resource[]): void {
  for (let i = 0; i < takes.length; i++) frame.roles[i] = takes[i] as Resource;
}

/** Resources of all states but the last `without`. */
function listed(population: Model['population'], without: 0 | 1): Resource[] {
  const found: Resource[] = [];
  for (const lists of population)
    for (let state = 0; state < lists.length - without; state++)
      for (const r of lists[state] as readonly Resource[]) found.push(r);
  return found;
}

const initials = new WeakMap<ResourceType, readonly (number | string | boolean)[]>();
function initialOf(type: ResourceType): readonly (number | string | boolean)[] {
  let values = initials.get(type);
  if (!values) {
    values = type.attributes.map((a) => a.initial);
    initials.set(type, values);
  }
  return values;
}

const everyOf = (lists: readonly (readonly Resource[])[]): Resource[] => lists.slice(0, -1).flat();

/** What links to a resource, by the inverse that a cascade names; deeper down, by the inverse of the same name. */
function below(
  r: Resource | undefined,
  frame: Frame,
  from: { readonly role: number; readonly inverse: number },
): readonly Resource[] {
  if (!r) return NONE;
  const start = frame.roles[from.role];
  if (r === start) return r.pointing[from.inverse] ?? NONE;
  const name = start?.type.inverses[from.inverse]?.name;
  const index = r.type.inverses.findIndex((i) => i.name === name);
  return r.pointing[index] ?? NONE;
}
