/** Finds resources for an action's roles: uniformly among those that fit, without trying what cannot. */
import type { Model } from '../model/model.js';
import type { Resource } from '../model/resource.js';
import { NONE } from '../model/store.js';
import type { Action, Take } from '../suite/suite.js';
import type { Random } from './random.js';

/** Random tries before the candidates are gone through one by one; most actions fit most of what is in the right state. */
const TRIES = 3;

export interface Binder {
  /** Resources for the roles of `action`, role by role; undefined when it is not legal now. The array is reused, and has more behind them. */
  bind(action: Action): readonly Resource[] | undefined;
  /** Steps taken so far: what was illegal stays so until there is another. */
  steps(): number;
}

export function createBinder(model: Model, random: Random): Binder {
  const { roles } = model.frame;
  const buffers: Resource[][] = [];

  const fits = (take: Take, role: number, r: Resource): boolean => {
    for (let i = 0; i < role; i++) if (roles[i] === r) return false;
    roles[role] = r;
    for (const condition of take.when) if (!condition.holds(model.frame)) return false;
    return true;
  };

  const from = (action: Action, role: number): boolean => {
    const take = action.takes[role];
    if (!take) return true;
    const { via } = take;
    if (via && 'link' in via) {
      const r = roles[via.role]?.links[via.link];
      return r !== undefined && take.allowed[r.state] === true && fits(take, role, r) && from(action, role + 1);
    }
    const lists = model.population[take.type.index] ?? [];
    const listed = via
      ? roles[via.role]?.pointing[via.inverse]
      : take.states.length === 1
        ? lists[take.states[0] ?? 0]
        : undefined;
    let total = listed?.length ?? 0;
    if (!listed) for (const s of take.states) total += lists[s]?.length ?? 0;
    if (total === 0) return false;
    for (let i = 0; i < TRIES; i++) {
      const n = random.below(total);
      const r = listed ? listed[n] : nth(lists, take.states, n);
      if (r && take.allowed[r.state] && fits(take, role, r) && from(action, role + 1)) return true;
    }
    buffers[role] ??= [];
    const rest = buffers[role];
    let count = 0;
    if (listed) for (const r of listed) rest[count++] = r;
    else for (const s of take.states) for (const r of lists[s] ?? NONE) rest[count++] = r;
    // A shuffle, one card at a time: the first that fits is a uniform choice among all that fit.
    for (let left = count; left > 0; left--) {
      const n = random.below(left);
      const r = rest[n] as Resource;
      rest[n] = rest[left - 1] as Resource;
      if (take.allowed[r.state] && fits(take, role, r) && from(action, role + 1)) return true;
    }
    return false;
  };

  return {
    steps: () => model.steps,
    bind(action) {
      if (!model.hasRoom(action)) return undefined;
      for (const condition of action.when) if (!condition.holds(model.frame)) return undefined;
      if (!from(action, 0)) return undefined;
      return roles;
    },
  };
}

function nth(lists: readonly (readonly Resource[])[], states: readonly number[], n: number): Resource | undefined {
  let left = n;
  for (const s of states) {
    const list = lists[s] ?? [];
    if (left < list.length) return list[left];
    left -= list.length;
  }
  return undefined;
}
