/** Whether a step can be taken, and if not, why; and whether the suite promises that the system refuses it. */

import { numberOf } from '../step-text.js';
import { misfit } from '../suite/compile-parts.js';
import { type Action, actionNamed } from '../suite/suite.js';
import type { Handle, Step } from '../types.js';
import type { Args, Model } from './model.js';
import type { Resource } from './resource.js';

/** The objection to a step for which only room is wanting: a walk's own limit, of which the system knows nothing. */
export const NO_ROOM = 'there are as many as there may be';

/** What is made has a number up to this: the numbers between are kept free, and take room. */
const MOST_NUMBER = 100_000;

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

/** Leaves the step's binding in the frame. */
export function objectionTo(model: Model, step: Step): string | undefined {
  const action = actionNamed(model.suite, step.action);
  if (!action) return `there is no action "${step.action}"`;
  const unfit = misfit(step, action) ?? bind(model, step, action);
  if (unfit) return unfit;
  const against = violation(model, step, action);
  if (step.refused) {
    if (against === undefined) return 'it is legal';
    if (against === 'room') return 'nothing promises that it is refused';
    const promised = against === 'args' ? true : action.refuses?.[against];
    return promised ? undefined : `"${action.name}" does not promise to refuse this (${against})`;
  }
  if (against) return AGAINST[against];
  for (const make of action.makes) {
    const handle = step.makes[make.role] as Handle;
    if (model.get(handle)) return `${handle} was made before`;
    if (numberOf(handle) > MOST_NUMBER) return `${handle} is beyond what a walk can make`;
  }
  return undefined;
}

/** Binds the roles of a step, or says why not. */
function bind(model: Model, step: Step, action: Action): string | undefined {
  const { frame } = model;
  frame.args = step.args;
  for (const [i, take] of action.takes.entries()) {
    const handle = step.takes[take.role] as Handle;
    const r = model.get(handle);
    if (!r) return `there is no ${handle}`;
    if (i > 0 && frame.roles.lastIndexOf(r, i - 1) >= 0) return `${handle} is taken twice`;
    frame.roles[i] = r;
  }
  return undefined;
}

/** Which promise of refusal a bound step comes under; undefined when it is legal. */
function violation(model: Model, step: Step, action: Action): 'gone' | 'state' | 'when' | 'args' | 'room' | undefined {
  const { frame } = model;
  let wrong: 'gone' | 'state' | undefined;
  for (const [i, take] of action.takes.entries()) {
    const r = frame.roles[i] as Resource;
    if (r.state === r.type.gone) return 'gone';
    if (!take.allowed[r.state]) wrong = 'state';
  }
  if (wrong) return wrong;
  const holds =
    action.when.every((c) => c.holds(frame)) && action.takes.every((t) => t.when.every((c) => c.holds(frame)));
  if (!holds) return 'when';
  if (isForbidden(action, step.args)) return 'args';
  return model.hasRoom(action) ? undefined : 'room';
}
