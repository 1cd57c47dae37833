/** From a step of the model to a step of the system, and what the log says about it. */
import type { Action, Suite } from '../suite/suite.js';
import type { BoundStep, Known, Step } from '../types.js';
import type { Ids } from './ids.js';

const tables = new WeakMap<Suite, ReadonlyMap<string, Action>>();
/** A suite's actions and faults, by name. */
export function actionsOf(suite: Suite): ReadonlyMap<string, Action> {
  let table = tables.get(suite);
  if (table === undefined) {
    table = new Map(suite.actions.map((action) => [action.name, action]));
    tables.set(suite, table);
  }
  return table;
}

/** A step with real ids. */
export function boundOf(step: Step, index: number, action: Action, ids: Ids): BoundStep {
  const takes: Record<string, Known> = {};
  for (const role in step.takes) {
    const handle = step.takes[role];
    if (handle !== undefined) takes[role] = ids.of(handle);
  }
  const { makes, args } = step;
  const bound = { index, action: step.action, takes, makes, args, timeoutMs: action.timeoutMs };
  return action.fault ? { ...bound, fault: true } : bound;
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
