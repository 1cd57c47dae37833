/** Simpler values for parameters: the least number, the shortest text, the first choice. */
import { bindRoles, createModel, type Model } from '../model/model.js';
import type { Resource } from '../model/resource.js';
import { actionNamed, type Param, type Suite } from '../suite/suite.js';
import type { Json, Step } from '../types.js';
import { simplestOf } from '../walk/values.js';

/** One simpler value for one parameter of one step. */
export interface Simpler {
  readonly step: number;
  readonly key: string;
  readonly value: Json;
}

/** Simpler values, the simplest first, for every parameter of every step that may be made up. */
export function simplerArgs(suite: Suite, steps: readonly Step[]): Simpler[] {
  const model = createModel(suite);
  const found: Simpler[] = [];
  for (const [i, step] of steps.entries()) {
    const action = actionNamed(suite, step.action);
    bindRoles(
      model.frame,
      Object.values(step.takes).flatMap((h): Resource[] => [model.get(h)].flatMap((r) => r ?? [])),
    );
    for (const param of action?.params ?? []) {
      const value = step.args[param.name];
      if (value === undefined || step.refused) continue;
      for (const simpler of simplerValues(param, value, model))
        found.push({ step: i, key: param.name, value: simpler });
    }
    model.apply(step);
  }
  return found;
}

function simplerValues(param: Param, value: Json, model: Model): Json[] {
  const least = simplestOf(param, model);
  if (param.kind === 'enum') return param.values.slice(0, param.values.indexOf(value as never)) as Json[];
  if (param.kind === 'int') {
    const n = value as number;
    const from = least as number;
    const middle = from + Math.trunc((n - from) / 2);
    const next = n > from ? n - 1 : n + 1;
    return n === from ? [] : unique([from, middle, next]).filter((v) => v !== n);
  }
  if (param.kind === 'text') {
    const letters = [...(value as string)];
    const half = letters.slice(0, Math.max(param.min, letters.length >> 1)).join('');
    const plain = letters.map(() => 'a').join('');
    const shorter = letters.length > param.min ? letters.slice(0, -1).join('') : value;
    return unique([least, half, plain, shorter]).filter((v) => v !== value);
  }
  return value === least ? [] : [least];
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
