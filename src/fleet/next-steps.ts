/** Patterns put together by people: what may come next after some steps, and what does not fit. */
import { createModel, type Model } from '../woodpecker/model/model.js';
import type { Resource } from '../woodpecker/model/resource.js';
import { numberOf, parseStep, printStep, StepSyntaxError } from '../woodpecker/step-text.js';
import type { Action, Param, Suite } from '../woodpecker/suite/suite.js';
import type { Handle, Json, Step } from '../woodpecker/types.js';
import { boundsOf } from '../woodpecker/walk/values.js';

/** Most steps of a pattern: as many as a walk has. */
export const MOST_STEPS = 200;
/** Bindings of one action that are tried: enough for what a person puts together. */
const MOST_TRIES = 300;

export interface Misfit {
  /** From 1. */
  readonly step: number;
  readonly message: string;
}

/** Why these lines are no pattern of this suite; undefined when they are one. */
export function misfitOf(suite: Suite, lines: readonly string[]): Misfit | undefined {
  const model = createModel(suite);
  for (const [index, line] of lines.entries()) {
    const message = objectionTo(model, line);
    if (message !== undefined) return { step: index + 1, message };
  }
  return undefined;
}

function objectionTo(model: Model, line: string): string | undefined {
  try {
    const step = parseStep(line);
    const objection = model.objection(step);
    if (objection === undefined) model.apply(step);
    return objection;
  } catch (error) {
    if (!(error instanceof StepSyntaxError)) throw error;
    return `${error.column}: ${error.message}`;
  }
}

/** Every step that is legal after these, as lines, in the order of the suite's actions; values are the plainest there are. */
export function nextSteps(suite: Suite, lines: readonly string[]): string[] {
  const model = createModel(suite);
  for (const line of lines) if (objectionTo(model, line) !== undefined) return [];
  const live = model.live();
  return suite.actions
    .filter((action) => !action.fault && model.hasRoom(action))
    .flatMap((action) =>
      bindings(action, live).flatMap((takes) => {
        const step = stepOf(model, action, takes);
        return model.objection(step) === undefined ? [printStep(step)] : [];
      }),
    );
}

function bindings(action: Action, live: readonly Resource[]): (readonly Resource[])[] {
  let partial: (readonly Resource[])[] = [[]];
  for (const take of action.takes) {
    const fitting = live.filter((one) => one.type === take.type && take.allowed[one.state]);
    partial = partial
      .flatMap((chosen) => fitting.filter((one) => !chosen.includes(one)).map((one) => [...chosen, one]))
      .slice(0, MOST_TRIES);
  }
  return partial;
}

function stepOf(model: Model, action: Action, resources: readonly Resource[]): Step {
  const takes: Record<string, Handle> = {};
  for (const [index, { role }] of action.takes.entries()) takes[role] = resources[index]?.handle ?? `${role}#1`;
  model.frame.roles.splice(0, model.frame.roles.length, ...resources);
  const args = Object.fromEntries(action.params.map((param) => [param.name, plainest(param, model)]));
  const used = new Map<string, number>();
  const makes: Record<string, Handle> = {};
  for (const { role, type } of action.makes) {
    const known = used.get(type.name) ?? highest(model, type.index);
    used.set(type.name, known + 1);
    makes[role] = `${type.name}#${known + 1}`;
  }
  return { action: action.name, takes, makes, args };
}

/** The highest number that any resource of a type ever had. */
const highest = (model: Model, type: number): number =>
  (model.population[type] ?? []).flat().reduce((most, { handle }) => Math.max(most, numberOf(handle)), 0);

function plainest(param: Param, model: Model): Json {
  switch (param.kind) {
    case 'bool':
      return false;
    case 'enum':
      return param.values[0] ?? null;
    case 'int':
      return boundsOf(param, model.frame).min;
    case 'text':
      return 'a'.repeat(Math.max(1, param.min));
  }
}
