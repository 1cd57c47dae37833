/** From a step of the model to a step of the system, and what the log says about it. */
import type { Model } from '../model/model.js';
import type { Action } from '../suite/suite.js';
import type { BoundStep, Handle, Step } from '../types.js';
import type { Ids } from './ids.js';

/** A step with real ids. `model` is as it is before the step, or as after it where the step must be refused. */
export function boundOf(step: Step, index: number, action: Action, ids: Ids, model: Model): BoundStep {
  const bound = action.program.bound(step, index, ids);
  return step.refused && action.makes.length > 0 ? { ...bound, makes: proposedFor(action, model) } : bound;
}

/** A step that must be refused makes nothing; but it is asked for like any other, with the handles that it would have made. */
function proposedFor(action: Action, model: Model): Record<string, Handle> {
  const makes: Record<string, Handle> = {};
  const taken = new Set<Handle>();
  for (const { role, type } of action.makes) {
    let n = 1;
    while (model.get(`${type.name}#${n}`) || taken.has(`${type.name}#${n}`)) n++;
    makes[role] = `${type.name}#${n}`;
    taken.add(`${type.name}#${n}`);
  }
  return makes;
}

/** The real ids in a step, for the log; undefined where they are the handles. */
export function idsIn({ takes }: BoundStep): Record<string, string> | undefined {
  const ids: Record<string, string> = {};
  let any = false;
  for (const role in takes) {
    const known = takes[role];
    if (known === undefined || known.id === known.handle) continue;
    ids[role] = known.id;
    any = true;
  }
  return any ? ids : undefined;
}
