/**
 * The model of a system under test: which resources there should be, in which states, after the steps so far. Lists by type
 * and state are kept up to date, so choosing a legal step never searches what cannot fit.
 */
import { misfit } from '../suite/compile-parts.js';
import type { Action, Assignment, Cascade, ResourceType, Suite } from '../suite/suite.js';
import { actionNamed, stateOf, typeNamed } from '../suite/suite.js';
import type { Handle, Json, Observation, Step } from '../types.js';
import { lineageOf, originOf } from './lineage.js';
import type { Frame, Resource, Value } from './resource.js';

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
  const model = emptyModel(suite);
  for (const given of suite.given) model.place(given.type, given.state, given.attributes);
  return model;
}

interface Inside extends Model {
  steps: number;
  touched: readonly Resource[];
  place(
    type: ResourceType,
    state: number,
    attributes: readonly (number | string | boolean)[],
    number?: number,
  ): Resource;
  copyFrom(resources: readonly (readonly Resource[])[], steps: number): void;
}

function emptyModel(suite: Suite): Inside {
  const population: Resource[][][] = suite.types.map((t) => t.states.map(() => []));
  const byNumber: Resource[][] = suite.types.map(() => []);
  /** Resources that count towards the limit, by type. */
  const counted = suite.types.map(() => 0);
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

  const place: Inside['place'] = (type, state, attributes, number) => {
    const all = byNumber[type.index] as Resource[];
    const n = number ?? Math.max(all.length, 1);
    const list = population[type.index]?.[state] as Resource[];
    const resource: Resource = {
      type,
      number: n,
      handle: handleOf(type, n),
      state,
      slot: list.length,
      attributes: attributes.length === 0 ? NONE : attributes.slice(),
      links: type.links.length === 0 ? NONE : type.links.map(() => undefined),
      pointing: type.inverses.length === 0 ? NONE : type.inverses.map(() => NONE),
      lineage: 0,
      origin: 0,
      past: 0,
      pastBefore: 0,
      uses: 0,
      touched: -1,
    };
    list.push(resource);
    while (all.length < n) all.push(GAP);
    all[n] = resource;
    if (!type.final[state]) counted[type.index] = (counted[type.index] ?? 0) + 1;
    return resource;
  };

  const setState = (r: Resource, state: number): void => {
    if (r.state === state) return;
    const { type } = r;
    const lists = population[type.index] as Resource[][];
    const from = lists[r.state] as Resource[];
    const last = from.pop() as Resource;
    if (last !== r) {
      from[r.slot] = last;
      last.slot = r.slot;
    }
    if (type.final[r.state] !== type.final[state])
      counted[type.index] = (counted[type.index] ?? 0) + (type.final[state] ? -1 : 1);
    const to = lists[state] as Resource[];
    if (state === type.gone) for (let i = 0; i < r.links.length; i++) unpoint(r, i, r.links[i]);
    else if (r.state === type.gone) for (let i = 0; i < r.links.length; i++) point(r, i, r.links[i]);
    r.state = state;
    r.slot = to.length;
    to.push(r);
  };

  const setLink = (r: Resource, link: number, target: Resource | undefined): void => {
    if (r.links[link] === target) return;
    if (r.state !== r.type.gone) {
      unpoint(r, link, r.links[link]);
      point(r, link, target);
    }
    r.links[link] = target;
  };

  const assign = (r: Resource, to: Assignment, value: Value): void => {
    if (to.attribute !== undefined) r.attributes[to.attribute] = value as number | string | boolean;
    else if (to.link !== undefined) setLink(r, to.link, value as Resource | undefined);
  };

  const cascade = (rule: Cascade, from: readonly Resource[]): void => {
    // The list is copied: what happens to its members may take them out of it.
    for (const r of from.slice()) {
      if (r.state === r.type.gone) continue;
      frame.it = r;
      if (!rule.where.every((c) => c.holds(frame))) continue;
      touch(r);
      const state = rule.leaves?.(frame);
      const values = rule.sets.map((s) => s.value(frame));
      const further = rule.deep && 'role' in rule.from ? below(r, frame, rule.from) : NONE;
      if (state !== undefined) setState(r, state);
      for (let i = 0; i < rule.sets.length; i++) assign(r, rule.sets[i] as Assignment, values[i]);
      if (further.length > 0) cascade(rule, further);
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
      cascade(rule, from);
    }
    frame.it = undefined;
    return made;
  };

  const hasRoom = (action: Action): boolean => {
    for (const { type } of action.makes) {
      if (type.limit === Number.POSITIVE_INFINITY) continue;
      let more = 0;
      for (const m of action.makes) if (m.type === type) more++;
      if ((counted[type.index] ?? 0) + more > type.limit) return false;
    }
    return true;
  };

  const get = (handle: Handle): Resource | undefined => {
    const at = handle.lastIndexOf('#');
    const type = typeNamed(suite, handle.slice(0, at));
    const found = type && byNumber[type.index]?.[Number(handle.slice(at + 1))];
    return found === GAP ? undefined : found;
  };

  /** Binds the roles of a step, or says why not. Leaves the binding in the frame. */
  const bind = (step: Step, action: Action): string | undefined => {
    frame.args = step.args;
    for (const [i, take] of action.takes.entries()) {
      const handle = step.takes[take.role] as Handle;
      const r = get(handle);
      if (!r) return `there is no ${handle}`;
      if (frame.roles.lastIndexOf(r, i - 1) >= 0 && i > 0) return `${handle} is taken twice`;
      frame.roles[i] = r;
    }
    return undefined;
  };

  /** Which promise of refusal a bound step comes under; undefined when it is legal. */
  const violation = (step: Step, action: Action): 'gone' | 'state' | 'when' | 'args' | 'room' | undefined => {
    let wrong: 'gone' | 'state' | undefined;
    action.takes.forEach((take, i) => {
      const r = frame.roles[i] as Resource;
      if (r.state === r.type.gone) wrong = 'gone';
      else if (!take.allowed[r.state] && wrong === undefined) wrong = 'state';
    });
    if (wrong) return wrong;
    const holds =
      action.when.every((c) => c.holds(frame)) && action.takes.every((t) => t.when.every((c) => c.holds(frame)));
    if (!holds) return 'when';
    if (isForbidden(action, step.args)) return 'args';
    return hasRoom(action) ? undefined : 'room';
  };

  const objection: Model['objection'] = (step) => {
    const action = actionNamed(suite, step.action);
    if (!action) return `there is no action "${step.action}"`;
    const unfit = misfit(step, action) ?? bind(step, action);
    if (unfit) return unfit;
    const against = violation(step, action);
    if (step.refused) {
      if (against === undefined) return 'it is legal';
      if (against === 'room') return 'nothing promises that it is refused';
      const promised = against === 'args' ? true : action.refuses?.[against];
      return promised ? undefined : `"${action.name}" does not promise to refuse this (${against})`;
    }
    if (against) return AGAINST[against];
    for (const make of action.makes) {
      const handle = step.makes[make.role] as Handle;
      if (get(handle)) return `${handle} was made before`;
    }
    return undefined;
  };

  const model: Inside = {
    suite,
    population,
    frame,
    // No getters: each would give each model a hidden class of its own, and those outlive the model.
    steps: 0,
    touched: NONE,
    get,
    live: () => population.flatMap((lists) => lists.slice(0, -1).flat()),
    states: (of) => {
      const seen: Record<Handle, string> = {};
      for (const r of of) seen[r.handle] = stateOf(r);
      return seen;
    },
    hasRoom,
    objection,
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
    place,
    copyFrom(resources, count) {
      model.steps = count;
      const copies = new Map<Resource, Resource>();
      for (const r of resources.flat()) {
        const copy = place(r.type, r.state, r.attributes, r.number);
        copy.touched = r.touched;
        copy.lineage = r.lineage;
        copy.origin = r.origin;
        copy.past = r.past;
        copy.pastBefore = r.pastBefore;
        copy.uses = r.uses;
        copies.set(r, copy);
      }
      for (const [r, copy] of copies) {
        r.links.forEach((target, i) => {
          copy.links[i] = target && copies.get(target);
          if (r.state !== r.type.gone) point(copy, i, copy.links[i]);
        });
      }
    },
    clone() {
      const copy = emptyModel(suite);
      copy.copyFrom(
        byNumber.map((all) => all.filter((r) => r !== GAP)),
        model.steps,
      );
      return copy;
    },
  };
  return model;
}

/** The objection to a step for which only room is wanting: a walk's own limit, of which the system knows nothing. */
export const NO_ROOM = 'there are as many as there may be';

/** Whether the suite says that the system must refuse these values. */
export function isForbidden(action: Action, args: Args): boolean {
  const sets = action.refuses?.args ?? [];
  return sets.some((set) => Object.entries(set).every(([key, value]) => args[key] === value));
}

const AGAINST = {
  gone: 'what it takes is gone',
  state: 'what it takes is in another state',
  when: 'a condition does not hold',
  args: 'these values must be refused',
  room: NO_ROOM,
} as const;

// Shared by all that have no links, or nothing that links to them, and by steps that make nothing; nobody writes to it.
const NONE: never[] = [];
/** Fills the numbers of a type that a shortened sequence skips. */
const GAP = {} as Resource;

export const numberOf = (handle: Handle): number => Number(handle.slice(handle.lastIndexOf('#') + 1));

const handles = new WeakMap<ResourceType, Handle[]>();
/** Handles are the same in every walk: made once. */
function handleOf(type: ResourceType, n: number): Handle {
  let list = handles.get(type);
  if (!list) {
    list = [];
    handles.set(type, list);
  }
  for (let i = list.length; i <= n && i < MOST_HANDLES; i++) list.push(`${type.name}#${i}`);
  return list[n] ?? `${type.name}#${n}`;
}

const MOST_HANDLES = 1000;

/** Puts resources into the roles that expressions see, from the first on. What is behind them is of no account. */
export function bindRoles(frame: Frame, takes: readonly Resource[]): void {
  for (let i = 0; i < takes.length; i++) frame.roles[i] = takes[i] as Resource;
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

function point(r: Resource, link: number, target: Resource | undefined): void {
  if (!target) return;
  const inverse = r.type.links[link]?.inverse[target.type.index] ?? 0;
  const list = target.pointing[inverse];
  if (list === undefined || list === NONE) target.pointing[inverse] = [r];
  else list.push(r);
}

function unpoint(r: Resource, link: number, target: Resource | undefined): void {
  const list = target?.pointing[r.type.links[link]?.inverse[target.type.index] ?? 0];
  if (!list || list === NONE) return;
  const at = list.indexOf(r);
  const last = list.pop();
  if (last && last !== r && at >= 0) list[at] = last;
}
