/** The resources of a model, in lists by type and state and by number, with links kept in both directions. */
import { type Action, type ResourceType, type Suite, typeNamed } from '../suite/suite.js';
import type { Handle, Known } from '../types.js';
import type { Resource } from './resource.js';

// Shared by all that have no links, or nothing that links to them; nobody writes to it.
export const NONE: never[] = [];
/** Stands for number 0, and for the numbers of a type that a shortened sequence skips. */
const GAP = {} as Resource;
/** Of each type, so many handles are kept from walk to walk. */
const MOST_KEPT = 1000;

/** A class, and not functions around their own state: all models run the same code, and none has to be made anew for a walk. */
export class Store {
  /** By type and state; the last list of each type is what is gone. */
  readonly population: readonly Resource[][][];
  /** Resources that count towards the limit, by type. */
  readonly counted: number[];
  protected readonly byNumber: readonly Resource[][];

  constructor(readonly suite: Suite) {
    // Pushed and not mapped: what `map` makes has one hidden class before it is compiled and another after, and whatever was
    // compiled for the one is thrown away.
    const population: Resource[][][] = [];
    const counted: number[] = [];
    const byNumber: Resource[][] = [];
    for (const type of suite.types) {
      const lists: Resource[][] = [];
      for (let state = 0; state < type.states.length; state++) lists.push([]);
      population.push(lists);
      counted.push(0);
      byNumber.push([GAP]);
    }
    this.population = population;
    this.counted = counted;
    this.byNumber = byNumber;
  }

  /** Takes the lists as its own. `number`: 0 is the next of its type. */
  place(
    type: ResourceType,
    attributes: Resource['attributes'],
    links: Resource['links'],
    pointing: Resource['pointing'],
    state: number,
    number: number,
  ): Resource {
    const all = this.byNumber[type.index] as Resource[];
    // A small integer to the compiler too: else it makes numbers boxes, and all that was compiled without boxes is thrown away.
    const n = (number === 0 ? all.length : number) | 0;
    if (n !== all.length) leaveGaps(all, n);
    const list = this.population[type.index]?.[state] as Resource[];
    const resource: Resource = {
      type,
      number: n,
      handle: type.unnamed[n]?.handle ?? firstHandle(type, n),
      state,
      slot: list.length,
      attributes,
      links,
      pointing,
      lineage: 0,
      origin: 0,
      past: 0,
      pastBefore: 0,
      uses: 0,
      touched: -1,
    };
    list.push(resource);
    all[n] = resource;
    if (!type.final[state]) (this.counted[type.index] as number)++;
    return resource;
  }

  setState(r: Resource, state: number): void {
    if (r.state === state) return;
    const { type } = r;
    const lists = this.population[type.index] as Resource[][];
    const from = lists[r.state] as Resource[];
    const last = from.pop() as Resource;
    if (last !== r) {
      from[r.slot] = last;
      last.slot = r.slot;
    }
    if (type.final[r.state] !== type.final[state])
      this.counted[type.index] = (this.counted[type.index] as number) + (type.final[state] ? -1 : 1);
    const to = lists[state] as Resource[];
    if (state === type.gone) unpointAll(r);
    else if (r.state === type.gone) pointAll(r);
    r.state = state;
    r.slot = to.length;
    to.push(r);
  }

  setLink(r: Resource, link: number, target: Resource | undefined): void {
    if (r.links[link] === target) return;
    if (r.state !== r.type.gone) {
      unpoint(r, link, r.links[link]);
      point(r, link, target);
    }
    r.links[link] = target;
  }

  get(handle: Handle): Resource | undefined {
    const at = handle.lastIndexOf('#');
    const type = typeNamed(this.suite, handle.slice(0, at));
    const found = type && this.byNumber[type.index]?.[Number(handle.slice(at + 1))];
    return found === GAP ? undefined : found;
  }

  /** Whether the limits leave room for what an action makes. */
  hasRoom(action: Action): boolean {
    for (const { type } of action.makes) {
      if (type.limit === Number.POSITIVE_INFINITY) continue;
      let more = 0;
      for (const m of action.makes) if (m.type === type) more++;
      if ((this.counted[type.index] ?? 0) + more > type.limit) return false;
    }
    return true;
  }

  /** Copies everything into a store that is empty. */
  protected copyTo(store: Store): void {
    const copies = new Map<Resource, Resource>();
    for (const all of this.byNumber) {
      for (const r of all) {
        if (r === GAP) continue;
        const copy = placeWith(store, r.type, r.state, r.attributes, r.number);
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
  }
}

/** Pushed, as all lists of a model: see `Store`. */
function listOf<T>(length: number, value: T): T[] {
  const list: T[] = [];
  for (let i = 0; i < length; i++) list.push(value);
  return list;
}

/** Places a resource that links to nothing yet. */
export function placeWith(
  store: Store,
  type: ResourceType,
  state: number,
  attributes: readonly (number | string | boolean)[],
  number: number,
): Resource {
  return store.place(
    type,
    attributes.length === 0 ? NONE : attributes.slice(),
    type.links.length === 0 ? NONE : listOf(type.links.length, undefined),
    type.inverses.length === 0 ? NONE : listOf(type.inverses.length, NONE),
    state,
    number,
  );
}

// What is rare stands apart from what is compiled into every action's code.

function leaveGaps(all: Resource[], n: number): void {
  while (all.length < n) all.push(GAP);
}

function firstHandle({ name, unnamed }: ResourceType, n: number): Handle {
  for (let i = unnamed.length; i <= n && i < MOST_KEPT; i++) unnamed.push(called(`${name}#${i}`));
  return unnamed[n]?.handle ?? `${name}#${n}`;
}

function unpointAll(r: Resource): void {
  for (let i = 0; i < r.links.length; i++) unpoint(r, i, r.links[i]);
}

function pointAll(r: Resource): void {
  for (let i = 0; i < r.links.length; i++) point(r, i, r.links[i]);
}

const called = (handle: Handle): Known => ({ handle, id: handle });

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
