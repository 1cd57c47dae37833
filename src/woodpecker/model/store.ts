/** The resources of a model, in lists by type and state and by number, with links kept in both directions. */
import { type Action, type ResourceType, type Suite, typeNamed } from '../suite/suite.js';
import type { Handle } from '../types.js';
import type { Resource } from './resource.js';

export interface Store {
  /** By type and state; the last list of each type is what is gone. */
  readonly population: readonly (readonly (readonly Resource[])[])[];
  /** `number`: default is the next of its type. */
  place(
    type: ResourceType,
    state: number,
    attributes: readonly (number | string | boolean)[],
    number?: number,
  ): Resource;
  setState(r: Resource, state: number): void;
  setLink(r: Resource, link: number, target: Resource | undefined): void;
  get(handle: Handle): Resource | undefined;
  /** Whether the limits leave room for what an action makes. */
  hasRoom(action: Action): boolean;
  clone(): Store;
}

export function createStore(suite: Suite): Store {
  const population: Resource[][][] = suite.types.map((t) => t.states.map(() => []));
  const byNumber: Resource[][] = suite.types.map(() => []);
  /** Resources that count towards the limit, by type. */
  const counted = suite.types.map(() => 0);

  const place: Store['place'] = (type, state, attributes, number) => {
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

  return {
    population,
    place,
    setState,
    setLink,
    get,
    hasRoom,
    clone() {
      const store = createStore(suite);
      const copies = new Map<Resource, Resource>();
      for (const all of byNumber) {
        for (const r of all) {
          if (r === GAP) continue;
          const copy = store.place(r.type, r.state, r.attributes, r.number);
          copy.touched = r.touched;
          copy.lineage = r.lineage;
          copy.origin = r.origin;
          copy.past = r.past;
          copy.pastBefore = r.pastBefore;
          copy.uses = r.uses;
          copies.set(r, copy);
        }
      }
      for (const [r, copy] of copies) {
        r.links.forEach((target, i) => {
          copy.links[i] = target && copies.get(target);
          if (r.state !== r.type.gone) point(copy, i, copy.links[i]);
        });
      }
      return store;
    },
  };
}

// Shared by all that have no links, or nothing that links to them, and by steps that make nothing; nobody writes to it.
export const NONE: never[] = [];
/** Fills the numbers of a type that a shortened sequence skips. */
const GAP = {} as Resource;

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
