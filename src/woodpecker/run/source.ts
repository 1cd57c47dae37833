/** Where a walk's steps come from. */
import { createModel, type Model } from '../model/model.js';
import { printStep } from '../step-text.js';
import type { Suite } from '../suite/suite.js';
import { HarnessError, type Step } from '../types.js';

/** A trace, or a walk that is made up as it goes. */
export interface StepSource {
  /** As the system should be after the steps so far, the last one included; in the concurrent end, as it was before that. */
  readonly model: Model;
  next(): Step | undefined;
}

/** A fixed sequence of steps. One that the model does not allow is an error of whoever wrote the sequence: HarnessError. */
export function traceSource(suite: Suite, steps: readonly Step[]): StepSource {
  const model = createModel(suite);
  let index = 0;
  let concurrent = false;
  return {
    model,
    next() {
      const step = steps[index++];
      concurrent ||= step?.lane !== undefined;
      if (step === undefined || step.lane) return step;
      if (concurrent)
        throw new HarnessError(`step ${index} (${printStep(step)}) has no lane, and stands after steps that have one`);
      const objection = model.objection(step);
      if (objection) throw new HarnessError(`step ${index} (${printStep(step)}) cannot be taken: ${objection}`);
      model.apply(step);
      return step;
    },
  };
}

/** All that is left. */
export function restOf(source: StepSource): Step[] {
  const steps: Step[] = [];
  for (let step = source.next(); step; step = source.next()) steps.push(step);
  return steps;
}
