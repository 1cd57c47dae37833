/** Sequences that the model allows: what is left when steps are taken out, with tidy numbers. */
import { createModel, type Model } from '../model/model.js';
import { guise } from '../signature.js';
import { typeOf } from '../step-text.js';
import { type Suite, stateOf } from '../suite/suite.js';
import type { Handle, Step } from '../types.js';

/** What a failing sequence must keep: its last step, unless the failure shows only at the end of a walk. */
export interface Goal {
  readonly suite: Suite;
  /** The last step is the one that fails. */
  readonly anchored: boolean;
}

/**
 * The steps up to the one that failed, which stands last. Of concurrent steps, the other lane's are all part of what led there, in
 * whatever order the two lanes were written down.
 */
export function endingAt(steps: readonly Step[], at: number): Step[] {
  const failing = steps[at];
  if (!failing?.lane) return steps.slice(0, at + 1);
  return [...steps.slice(0, at), ...steps.slice(at + 1).filter(({ lane }) => lane !== failing.lane), failing];
}

/** The steps that are still legal, in order, of those wanted; undefined when the failing one is not, or fails in another guise. */
export function repair({ suite, anchored }: Goal, wanted: readonly Step[], guise?: string): Step[] | undefined {
  const start = createModel(suite);
  const lanes = new Map<Step['lane'], Model>();
  // Each lane is legal by itself, from where the sequential part ended; what one does may forbid what the other does.
  const modelOf = ({ lane }: Step): Model => {
    if (lane === undefined) return start;
    const model = lanes.get(lane) ?? start.clone();
    lanes.set(lane, model);
    return model;
  };
  const kept: Step[] = [];
  for (const [i, step] of wanted.entries()) {
    const model = modelOf(step);
    const last = anchored && i === wanted.length - 1;
    const tooLate = !step.lane && lanes.size > 0;
    if (tooLate || model.objection(step) !== undefined) {
      if (last) return undefined;
      continue;
    }
    if (last && guise !== undefined && guiseNow(model, step) !== guise) return undefined;
    model.apply(step);
    kept.push(step);
  }
  return kept;
}

/** The states in which the last step fails, as its signature tells them apart. */
export function guiseOf(suite: Suite, steps: readonly Step[]): string {
  const model = createModel(suite);
  for (const step of steps.slice(0, -1)) if (!step.lane) model.apply(step);
  const last = steps.at(-1);
  return last ? guiseNow(model, last) : '';
}

function guiseNow(model: Model, step: Step): string {
  const states: Record<string, string> = {};
  for (const role in step.takes) {
    const r = model.get(step.takes[role] as Handle);
    if (r) states[role] = stateOf(r);
  }
  return JSON.stringify(guise(model.suite, step.action, states));
}

/** The same sequence with each type's resources numbered from 1, in order of creation, after those that are given. */
export function renumber(suite: Suite, steps: readonly Step[]): Step[] {
  const next = new Map<string, number>();
  const names = new Map<Handle, Handle>();
  for (const given of suite.given) {
    const n = (next.get(given.type.name) ?? 0) + 1;
    next.set(given.type.name, n);
    names.set(`${given.type.name}#${n}`, `${given.type.name}#${n}`);
  }
  const rename = (roles: Step['takes'], make: boolean): Record<string, Handle> => {
    const renamed: Record<string, Handle> = {};
    for (const role in roles) {
      const handle = roles[role] as Handle;
      let name = names.get(handle);
      if (name === undefined || make) {
        const type = typeOf(handle);
        const n = (next.get(type) ?? 0) + 1;
        next.set(type, n);
        name = `${type}#${n}`;
        names.set(handle, name);
      }
      renamed[role] = name;
    }
    return renamed;
  };
  return steps.map((step) => ({ ...step, takes: rename(step.takes, false), makes: rename(step.makes, true) }));
}
