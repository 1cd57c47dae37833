/** From a step of the model to a step of the system, and what the log says about it. */
import type { Action } from '../suite/suite.js';
import type { BoundStep, Step } from '../types.js';
import type { Ids } from './ids.js';

/** A step with real ids. */
export function boundOf(step: Step, index: number, action: Action, ids: Ids): BoundStep {
  return action.program.bound(step, index, ids);
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
