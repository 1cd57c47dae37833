/** What an action comes to when it is walked and run, as code: who may take its roles, what it does, how it is told. */
import type { Args, Model } from '../model/model.js';
import type { Ids } from '../run/ids.js';
import type { BoundStep, Step } from '../types.js';
import type { Random } from '../walk/random.js';
import { type Code, codeOf, compiled, recordCode } from './code.js';
import { bindCode } from './program-bind.js';
import { cascadeCode, performCode } from './program-effects.js';
import type { Action } from './suite.js';

export interface Program {
  /** Binds the action's roles in the model's frame, uniformly among what fits, role by role; false when the action is not legal now. */
  bind(model: Model, random: Random): boolean;
  /**
   * Does to the model what the action does to what is bound, binds what it makes behind that, and returns the step that it was.
   * `numbers` as of `Model.perform`.
   */
  perform(model: Model, args: Args, numbers: readonly number[] | undefined): Step;
  /** A step of this action with real ids. */
  bound(step: Step, index: number, ids: Ids): BoundStep;
}

export function programOf(action: Omit<Action, 'program'>): Program {
  return compiled<Program>(
    [
      bindCode(action),
      ...action.also.map((rule, i) => cascadeCode(rule, i, action)),
      performCode(action),
      boundCode(action),
      'return { bind, perform, bound };',
    ].join('\n'),
  );
}

function boundCode({ name, takes, timeoutMs, fault }: Omit<Action, 'program'>): Code {
  const known = takes.map(({ role }) => [role, `ids.of(step.takes[${codeOf(role)}])`] as const);
  const fields: [string, Code][] = [
    ['index', 'index'],
    ['action', codeOf(name)],
    ['takes', recordCode(known)],
    ['makes', 'step.makes'],
    ['args', 'step.args'],
    ['timeoutMs', codeOf(timeoutMs)],
  ];
  if (fault) fields.push(['fault', 'true']);
  return `const bound = (step, index, ids) => (${recordCode(fields)});`;
}
