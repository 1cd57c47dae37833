/** From what went wrong to a failure with a place. */
import { createModel } from '../model/model.js';
import { type Suite, stateOf } from '../suite/suite.js';
import { HarnessError, type Step, StepTimeout, SystemRefused } from '../types.js';
import type { Wrong } from './compare.js';
import { Interrupted } from './settle.js';

/** What a system's throwing means for a step; undefined for a step that was refused as it had to be. Rethrows what is the test's own. */
export function wrongThrown(step: Step, error: unknown): Wrong | undefined {
  if (error instanceof HarnessError || error instanceof Interrupted) throw error;
  if (error instanceof SystemRefused && step.refused) return undefined;
  return { kind: error instanceof StepTimeout ? 'timeout' : 'action', message: wordsOf(error) };
}

export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** States of what a step takes, by role, before it. */
export function statesBefore(suite: Suite, trace: readonly Step[], at: number): Record<string, string> {
  const model = createModel(suite);
  // Concurrent steps have no order of their own: before each of them is before all of them.
  for (const step of trace.slice(0, at)) if (!step.lane) model.apply(step);
  const states: Record<string, string> = {};
  for (const [role, handle] of Object.entries(trace[at]?.takes ?? {})) {
    const resource = model.get(handle);
    if (resource) states[role] = stateOf(resource);
  }
  return states;
}
