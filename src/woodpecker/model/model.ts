/**
 * The model of a system under test: which resources there should be, in which states, after the steps so far. Lists by type
 * and state are kept up to date, so choosing a legal step never searches what cannot fit.
 */

import { numberOf } from '../step-text.js';
import { type Action, actionNamed, type Suite, stateOf } from '../suite/suite.js';
import type { Handle, Json, Observation, Step } from '../types.js';
import { objectionTo } from './legality.js';
import type { Frame, Resource } from './resource.js';
import { placeWith, Store } from './store.js';

export { isForbidden, NO_ROOM } from './legality.js';

export type Args = Readonly<Record<string, Json>>;
const NO_ARGS: Args = {};

export interface Model {
  readonly suite: Suite;
  /** Resources by type and state; the last list of each type is what is gone. */
  readonly population: readonly (readonly (readonly Resource[])[])[];
  /** Steps applied so far. */
  readonly steps: number;
  /** The action that was applied last; undefined before the first, and after a step that was refused. */
  readonly latest: Action | undefined;
  /** Whether resources keep how they came to be. */
  readonly remembers: boolean;
  /** What the last step used, made or changed, through cascades too; looked for when it is asked for. */
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
  /** Applies a legal step (a refused one changes nothing). */
  apply(step: Step): void;
  /**
   * Applies an action whose roles are bound in the frame, and binds what it makes behind them: the walker's short cut. `numbers`
   * are those of what it makes; default: the next. Returns the step that it was.
   */
  perform(action: Action, args: Args, numbers?: readonly number[]): Step;
  clone(): Model;
}

/** `remembers`: false where nobody asks how resources came to be, which takes time to keep. */
export function createModel(suite: Suite, { remembers = true } = {}): Model {
  const model = new Modelled(suite, remembers);
  for (const { type, state, attributes } of suite.given) placeWith(model, type, state, attributes, 0);
  return model;
}

/** What programs work on. */
class Modelled extends Store implements Model {
  readonly frame: Frame;
  steps = 0;
  latest: Action | undefined = undefined;

  constructor(
    suite: Suite,
    readonly remembers: boolean,
  ) {
    super(suite);
    this.frame = { roles: [], args: NO_ARGS, population: this.population };
  }

  get touched(): readonly Resource[] {
    return this.everyone().filter((r) => r.touched === this.steps);
  }

  live(): Resource[] {
    return listed(this.population, 1);
  }

  everyone(): Resource[] {
    return listed(this.population, 0);
  }

  states(of: readonly Resource[]): Observation {
    const seen: Record<Handle, string> = {};
    for (const r of of) seen[r.handle] = stateOf(r);
    return seen;
  }

  objection(step: Step): string | undefined {
    return objectionTo(this, step);
  }

  apply(step: Step): void {
    const action = actionNamed(this.suite, step.action);
    if (!action) throw new RangeError(`no action ${step.action}`);
    const takes: Resource[] = [];
    for (const { role } of action.takes) {
      const r = this.get(step.takes[role] as Handle);
      if (r) takes.push(r);
    }
    if (step.refused) {
      this.begin(undefined);
      for (const r of takes) r.touched = this.steps;
      return;
    }
    bindRoles(this.frame, takes);
    const numbers: number[] = [];
    for (const { role } of action.makes) numbers.push(numberOf(step.makes[role] as Handle));
    this.perform(action, step.args, numbers);
  }

  perform(action: Action, args: Args, numbers?: readonly number[]): Step {
    this.begin(action);
    return action.program.perform(this, args, numbers);
  }

  private begin(action: Action | undefined): void {
    this.steps++;
    this.latest = action;
  }

  clone(): Model {
    const copy = new Modelled(this.suite, this.remembers);
    this.copyTo(copy);
    copy.steps = this.steps;
    return copy;
  }
}

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
