/** Checks, patterns and what is given from the start. */
import { parseStep, StepSyntaxError, typeOf } from '../step-text.js';
import type { Step } from '../types.js';
import { milliseconds } from './duration.js';
import { didYouMean } from './hints.js';
import { many, type Path, type Report } from './report.js';
import type { SuiteSource } from './schema.js';
import type { Action, Check, Given, Pattern, ResourceType } from './suite.js';

const CHECK_TIMEOUT = '60s';

export function compileChecks(
  source: SuiteSource,
  types: readonly ResourceType[],
  actions: readonly Action[],
  report: Report,
): Check[] {
  return Object.entries(source.checks ?? {}).map(([name, own]) => {
    const path = ['checks', name];
    const of = types.find((t) => t.name === own.of);
    if (own.of !== undefined && !of) {
      report([...path, 'of'], `there is no resource "${own.of}"`, {
        hint: didYouMean(
          own.of,
          types.map((t) => t.name),
        ),
      });
    }
    if (own.state !== undefined && own.of === undefined)
      report([...path, 'state'], 'states of what?', { hint: 'add of: TYPE' });
    const states = many(own.state).flatMap((state, i) => {
      const index = of?.states.indexOf(state) ?? -1;
      if (of && index < 0) {
        const at = [...path, 'state', ...(Array.isArray(own.state) ? [i] : [])];
        report(at, `a ${of.name} has no state "${state}"`, { hint: didYouMean(state, of.states) });
      }
      return index < 0 ? [] : [index];
    });
    const after = own.after?.flatMap((action, i) => {
      const found = actions.find((a) => a.name === action);
      if (!found) {
        const hint = didYouMean(
          action,
          actions.map((a) => a.name),
        );
        report([...path, 'after', i], `there is no action "${action}"`, hint ? { hint } : {});
      }
      return found ? [found.index] : [];
    });
    const shell = source.driver === undefined && actions.some((a) => a.run !== undefined);
    if (shell && own.run === undefined) report(path, `nothing runs "${name}"`, { key: true, hint: 'add run: COMMAND' });
    return {
      name,
      ...(own.about ? { about: own.about } : {}),
      ...(own.run === undefined ? {} : { run: own.run }),
      ...(of ? { of } : {}),
      states,
      ...(after ? { after: new Set(after) } : {}),
      every: own.every ?? 1,
      at: own.at ?? 'step',
      withinMs: milliseconds(own.within ?? '0ms'),
      timeoutMs: milliseconds(own.timeout ?? source.defaults?.timeout ?? CHECK_TIMEOUT),
    };
  });
}

/** Patterns whose steps name known actions, roles and types. Whether they are legal in the model is lint's to say. */
export function compilePatterns(
  source: SuiteSource,
  types: readonly ResourceType[],
  actions: readonly Action[],
  report: Report,
): Pattern[] {
  return Object.entries(source.patterns ?? {}).map(([name, lines]) => {
    let concurrent = false;
    const steps = lines.flatMap((line, i): Step[] => {
      const path = ['patterns', name, i];
      try {
        const step = parseStep(line);
        concurrent ||= step.lane !== undefined;
        if (concurrent && !step.lane)
          report(path, 'only concurrent steps may follow concurrent ones', { hint: 'write 1| or 2| before it' });
        return known(step, types, actions, path, report) ? [step] : [];
      } catch (error) {
        if (!(error instanceof StepSyntaxError)) throw error;
        report(path, error.message, { offset: error.column - 1 });
        return [];
      }
    });
    return { name, steps };
  });
}

function known(
  step: Step,
  types: readonly ResourceType[],
  actions: readonly Action[],
  path: Path,
  report: Report,
): boolean {
  const action = actions.find((a) => a.name === step.action);
  if (!action) {
    report(path, `there is no action "${step.action}"`, {
      hint: didYouMean(
        step.action,
        actions.map((a) => a.name),
      ),
    });
    return false;
  }
  const problem = misfit(step, action);
  if (problem) report(path, problem);
  return !problem && types.length > 0;
}

/** What of a step does not fit its action's roles and parameters; undefined where all does. */
export function misfit(step: Step, action: Action): string | undefined {
  for (const take of action.takes) {
    const handle = step.takes[take.role];
    if (!handle) return `"${action.name}" takes ${take.role}=${take.type.name}#…`;
    if (typeOf(handle) !== take.type.name) return `${take.role} must be a ${take.type.name}, not ${handle}`;
  }
  for (const role in step.takes)
    if (!action.takes.some((t) => t.role === role)) return `"${action.name}" takes no "${role}"`;
  for (const role in step.makes) {
    const make = action.makes.find((m) => m.role === role);
    if (!make) return `"${action.name}" makes no "${role}"`;
    if (typeOf(step.makes[role] ?? 'x#1') !== make.type.name) return `${role} must be a ${make.type.name}`;
  }
  if (!step.refused) {
    for (const make of action.makes)
      if (!step.makes[make.role])
        return `"${action.name}" makes ${make.role}: write -> ${make.role}=${make.type.name}#…`;
  }
  for (const param of action.params) if (!(param.name in step.args)) return `"${action.name}" needs ${param.name}=…`;
  for (const key in step.args)
    if (!action.params.some((p) => p.name === key)) return `"${action.name}" has no parameter "${key}"`;
  return undefined;
}

export function compileGiven(source: SuiteSource, types: readonly ResourceType[], report: Report): Given[] {
  return Object.entries(source.given ?? {}).flatMap(([name, written]) => {
    const path: Path = ['given', name];
    const type = types.find((t) => t.name === name);
    if (!type) {
      report(path, `there is no resource "${name}"`, {
        key: true,
        hint: didYouMean(
          name,
          types.map((t) => t.name),
        ),
      });
      return [];
    }
    const all = typeof written === 'number' ? Array.from({ length: written }, () => ({})) : written;
    return all.map((own, i) => {
      const values: Readonly<Record<string, unknown>> = own;
      for (const key of Object.keys(values)) {
        if (key !== 'id' && key !== 'state' && !type.attributes.some((a) => a.name === key)) {
          const hint = didYouMean(key, ['id', 'state', ...type.attributes.map((a) => a.name)]);
          report([...path, i, key], `a ${name} has no "${key}"`, { key: true, ...(hint ? { hint } : {}) });
        }
      }
      const state = values.state === undefined ? 0 : type.states.indexOf(String(values.state));
      if (state < 0)
        report([...path, i, 'state'], `a ${name} has no state "${String(values.state)}"`, {
          hint: didYouMean(String(values.state), type.states),
        });
      return {
        type,
        ...(values.id === undefined ? {} : { id: String(values.id) }),
        state: Math.max(0, state),
        attributes: type.attributes.map((a) => {
          const value = values[a.name];
          if (value === undefined) return a.initial;
          const fits = typeof value === typeof a.initial && (!a.choices || a.choices.includes(String(value)));
          if (!fits) report([...path, i, a.name], `"${a.name}" cannot be ${JSON.stringify(value)}`);
          return fits ? (value as typeof a.initial) : a.initial;
        }),
      };
    });
  });
}
