/** Actions and faults: roles, conditions, parameters and effects. */
import type { Frame } from '../model/resource.js';
import { formula } from './code.js';
import { compileEffects } from './compile-effects.js';
import { compileConjunct, conjuncts, type PlacedCondition } from './conditions.js';
import { bytes, milliseconds } from './duration.js';
import { compileExpression, type Kind, kindOf, type Scope } from './expression.js';
import { didYouMean } from './hints.js';
import { programOf } from './program.js';
import { attempt, many, type Path, type Report } from './report.js';
import type { ActionSource, SuiteSource } from './schema.js';
import type { Action, Param, Refusals, ResourceType, Take } from './suite.js';
import { parseTree } from './syntax.js';

const DEFAULT_TIMEOUT = '60s';

/** Actions first, then faults, in the order in which they are written. */
export function compileActions(source: SuiteSource, types: readonly ResourceType[], report: Report): Action[] {
  const written = [
    ...Object.entries(source.actions).map(([name, own]) => ({ name, own, fault: false })),
    ...Object.entries(source.faults ?? {}).map(([name, own]) => ({ name, own, fault: true })),
  ];
  if (Object.keys(source.actions).length === 0) report(['actions'], 'a suite needs an action');
  const shell = source.driver === undefined && written.some((a) => a.own.run !== undefined);
  return written.map(({ name, own, fault }, index) => {
    const path: Path = [fault ? 'faults' : 'actions', name];
    if (fault && Object.hasOwn(source.actions, name)) report(path, `"${name}" is an action already`, { key: true });
    if (shell && own.run === undefined) report(path, `nothing runs "${name}"`, { key: true, hint: 'add run: COMMAND' });
    return compileAction(name, index, fault, own, source, types, path, report);
  });
}

function compileAction(
  name: string,
  index: number,
  fault: boolean,
  own: ActionSource,
  source: SuiteSource,
  types: readonly ResourceType[],
  path: Path,
  report: Report,
): Action {
  const takes = compileTakes(own, types, path, report);
  const params = own.params ?? {};
  const args = new Map<string, Kind>(Object.entries(params).map(([key, param]) => [key, kindOfParam(param)]));
  const scope: Scope = { types, roles: takes.map((t) => ({ name: t.role, type: t.type })), args };
  // Parameters are made up when it is known what the action takes.
  const before: Scope = { ...scope, args: undefined };
  const conditions = many(own.when).flatMap((text, i) => {
    const at = [...path, 'when', ...(Array.isArray(own.when) ? [i] : [])];
    return (
      attempt(report, at, () => conjuncts(parseTree(text)).map((tree) => compileConjunct(tree, text, before))) ?? []
    );
  });
  const { makes, leaves, sets, also } = compileEffects(own, takes, scope, path, report);
  const lastRole = (roles: ReadonlySet<number>): number => Math.max(-1, ...roles);
  // Nothing is left out or spread into it: actions of one shape are looked at faster.
  const action: Omit<Action, 'program'> = {
    name,
    index,
    fault,
    about: own.about,
    takes: takes.map((take, role) => {
      const mine = conditions.filter((c) => lastRole(c.roles) === role);
      const via = shortcut(role, takes, mine);
      const { role: name, type, allowed, states } = take;
      // All of one shape: walks look at nothing as often as at these.
      return { role: name, type, allowed, states, when: mine.map((c) => c.condition), via };
    }),
    when: conditions.filter((c) => lastRole(c.roles) === -1).map((c) => c.condition),
    params: Object.entries(params).flatMap(([key, param]) =>
      compileParam(key, param, scope, [...path, 'params', key], report),
    ),
    makes,
    leaves,
    sets,
    also,
    weight: own.weight ?? 1,
    timeoutMs: milliseconds(own.timeout ?? source.defaults?.timeout ?? DEFAULT_TIMEOUT),
    settlesMs: milliseconds(own.settles ?? source.defaults?.settles ?? '0ms'),
    refuses: compileRefusals(own.refuses ?? (fault ? undefined : source.defaults?.refuses), own, path, report),
    alone: own.alone ?? false,
    run: own.run,
  };
  return Object.assign(action, { program: programOf(action) });
}

function compileTakes(own: ActionSource, types: readonly ResourceType[], path: Path, report: Report): Take[] {
  if (Array.isArray(own.takes)) {
    return own.takes.flatMap((role, i) => take(role, { type: role }, types, [...path, 'takes', i], report));
  }
  return Object.entries(own.takes ?? {}).flatMap(([role, written]) => {
    const at = [...path, 'takes', role];
    const long = typeof written === 'object' && !Array.isArray(written) ? written : spelled(role, many(written), types);
    return take(role, long, types, at, report);
  });
}

/** `running` (where the role is named like its type), `vm`, `vm.running`, or several of these. */
function spelled(
  role: string,
  words: readonly string[],
  types: readonly ResourceType[],
): { type: string; state?: string[] } {
  const own = types.find((t) => t.name === role);
  const states: string[] = [];
  let type = role;
  for (const word of words) {
    const [head = '', state] = word.split('.');
    if (state !== undefined) {
      type = head;
      states.push(state);
    } else if (own && !types.some((t) => t.name === head)) states.push(head);
    else type = head;
  }
  return states.length === 0 ? { type } : { type, state: states };
}

function take(
  role: string,
  written: { type?: string | undefined; state?: string | string[] | undefined },
  types: readonly ResourceType[],
  path: Path,
  report: Report,
): Take[] {
  const name = written.type ?? role;
  const type = types.find((t) => t.name === name);
  if (!type) {
    const hint = didYouMean(
      name,
      types.map((t) => t.name),
    );
    report(path, `there is no resource "${name}"`, hint ? { hint } : {});
    return [];
  }
  const allowed = type.states.map(() => false);
  const wanted = many(written.state);
  for (const state of wanted.length === 0 ? ['any'] : wanted) {
    const index = type.states.indexOf(state);
    if (state === 'any') for (let s = 0; s < type.gone; s++) allowed[s] = true;
    else if (index === type.gone) report(path, 'what is gone cannot be taken', { hint: 'refuses: [gone] tries it' });
    else if (index >= 0) allowed[index] = true;
    else {
      const hint = didYouMean(state, ['any', ...type.states.slice(0, -1)]);
      report(path, `a ${name} has no state "${state}"`, hint ? { hint } : {});
    }
  }
  return [{ role, type, allowed, states: allowed.flatMap((yes, s) => (yes ? [s] : [])), when: [], via: undefined }];
}

/** `volume.vm == vm` gives one of the two from the other, without a search. */
function shortcut(role: number, takes: readonly Take[], conditions: readonly PlacedCondition[]): Take['via'] {
  for (const { sides } of conditions) {
    for (const [a, b] of sides ? [sides, sides.toReversed()] : []) {
      const linked = a?.direct;
      const plain = b?.direct;
      if (!linked || !plain || linked.link === undefined || plain.link !== undefined) continue;
      if (plain.role === role && linked.role < role) return { role: linked.role, link: linked.link };
      const target = takes[plain.role]?.type.index;
      const inverse = target === undefined ? undefined : takes[role]?.type.links[linked.link]?.inverse[target];
      if (linked.role === role && plain.role < role && inverse !== undefined) return { role: plain.role, inverse };
    }
  }
  return undefined;
}

function kindOfParam(param: NonNullable<ActionSource['params']>[string]): Kind {
  if ('int' in param || 'size' in param) return 'number';
  if ('text' in param) return 'text';
  if ('bool' in param) return 'bool';
  const kinds = new Set(param.enum.map((v) => kindOf(v)));
  return kinds.size === 1 ? ([...kinds][0] ?? 'any') : 'any';
}

function compileParam(
  name: string,
  param: NonNullable<ActionSource['params']>[string],
  scope: Scope,
  path: Path,
  report: Report,
): Param[] {
  if (scope.roles.some((r) => r.name === name)) report(path, `"${name}" is a role already`, { key: true });
  if ('bool' in param) return [{ name, kind: 'bool' }];
  if ('enum' in param) return [{ name, kind: 'enum', values: param.enum }];
  if ('text' in param) {
    const { min = 0, max = 32, kind = 'plain' } = param.text;
    if (min > max) report([...path, 'text'], `min ${min} is more than max ${max}`);
    return [{ name, kind: 'text', min, max, text: kind }];
  }
  if ('size' in param) {
    const ends = param.size.map((text, i) => {
      const size = bytes(text);
      if (size === undefined) report([...path, 'size', i], `"${text}" is no size`, { hint: '512, 1M, 64G' });
      return size;
    });
    const [min = 0, max = Number.POSITIVE_INFINITY] = ends;
    if (min > max) report([...path, 'size'], `${param.size[0]} is more than ${param.size[1]}`);
    return [{ name, kind: 'int', min: () => min, max: () => max }];
  }
  const [min, max] = param.int.map((end, i) => {
    if (typeof end === 'number') return () => end;
    const compiled = attempt(report, [...path, 'int', i], () => compileExpression(end, { ...scope, args: undefined }));
    if (compiled && compiled.kind !== 'number') report([...path, 'int', i], 'this is no number');
    return compiled ? (formula(compiled.code, compiled.roles) as (frame: Frame) => number) : () => 0;
  });
  if (typeof param.int[0] === 'number' && typeof param.int[1] === 'number' && param.int[0] > param.int[1]) {
    report([...path, 'int'], `${param.int[0]} is more than ${param.int[1]}`);
  }
  return min && max ? [{ name, kind: 'int', min, max }] : [];
}

function compileRefusals(
  written: ActionSource['refuses'],
  own: ActionSource,
  path: Path,
  report: Report,
): Refusals | undefined {
  if (written === undefined) return undefined;
  if (written === 'auto') return { state: true, gone: true, when: false, args: [] };
  const auto = written.includes('auto');
  const args = written.flatMap((r) => (typeof r === 'object' ? [r.args] : []));
  if (args.some((a) => Object.keys(a).length === 0)) report([...path, 'refuses'], 'args names no parameter');
  for (const key of args.flatMap((a) => Object.keys(a))) {
    if (!Object.hasOwn(own.params ?? {}, key)) {
      const hint = didYouMean(key, Object.keys(own.params ?? {}));
      report([...path, 'refuses'], `there is no parameter "${key}"`, hint ? { hint } : {});
    }
  }
  return {
    state: auto || written.includes('state'),
    gone: auto || written.includes('gone'),
    when: written.includes('when'),
    args,
  };
}
