/** What an action does to the model: what it makes, leaves, sets, and what happens to others. */
import { type Code, codeOf } from './code.js';
import { compileCondition } from './conditions.js';
import { compileExpression, type Scope } from './expression.js';
import { didYouMean } from './hints.js';
import { attempt, many, type Path, type Report } from './report.js';
import type { ActionSource, CascadeSource, Scalar } from './schema.js';
import type { Action, Assignment, Cascade, Leave, Make, ResourceType, Take } from './suite.js';

type Effects = Pick<Action, 'makes' | 'leaves' | 'sets' | 'also'>;

export function compileEffects(
  own: ActionSource,
  takes: readonly Take[],
  scope: Scope,
  path: Path,
  report: Report,
): Effects {
  const made = madeTypes(own, takes, scope.types, path, report);
  const roles = [...scope.roles, ...made.map((m) => ({ name: m.role, type: m.type }))];
  const full: Scope = { ...scope, roles };
  const makes = made.map((m, i): Make => {
    const role = takes.length + i;
    const state = stateExpression(m.state ?? m.type.states[0] ?? '', m.type, scope, m.path, report);
    return {
      role: m.role,
      type: m.type,
      state: state.code,
      possible: state.possible,
      sets: Object.entries(m.set).flatMap(([name, value]) =>
        assign(role, m.type, name, value, full, [...m.path, 'set', name], report),
      ),
    };
  });
  const leaves = Object.entries(own.leaves ?? {}).flatMap(([name, text]): Leave[] => {
    const at = [...path, 'leaves', name];
    const role = takes.findIndex((t) => t.role === name);
    const take = takes[role];
    if (!take) {
      report(at, `the action takes no "${name}"`, {
        key: true,
        hint: didYouMean(
          name,
          takes.map((t) => t.role),
        ),
      });
      return [];
    }
    const state = stateExpression(text, take.type, scope, at, report);
    return [{ role, state: state.code, possible: state.possible }];
  });
  const sets = Object.entries(own.set ?? {}).flatMap(([key, value]) => {
    const [name = '', property = ''] = key.split('.');
    const at = [...path, 'set', key];
    const role = roles.findIndex((r) => r.name === name);
    const type = roles[role]?.type;
    if (!type) {
      report(at, `the action has no "${name}"`, {
        key: true,
        hint: didYouMean(
          name,
          roles.map((r) => r.name),
        ),
      });
      return [];
    }
    return assign(role, type, property, value, full, at, report);
  });
  const also = many(own.also).flatMap((written, i) => {
    const at = [...path, 'also', ...(Array.isArray(own.also) ? [i] : [])];
    return compileCascade(written, full, at, report);
  });
  return { makes, leaves, sets, also };
}

interface Made {
  readonly role: string;
  readonly type: ResourceType;
  readonly state?: string;
  readonly set: Readonly<Record<string, Scalar>>;
  readonly path: Path;
}

function madeTypes(
  own: ActionSource,
  takes: readonly Take[],
  types: readonly ResourceType[],
  path: Path,
  report: Report,
): Made[] {
  const written = Array.isArray(own.makes)
    ? own.makes.map((role, i) => ({ role, long: { type: role } as MakeLong, at: [...path, 'makes', i] }))
    : Object.entries(own.makes ?? {}).map(([role, value]) => ({
        role,
        long: typeof value === 'string' ? short(role, value, types) : value,
        at: [...path, 'makes', role],
      }));
  return written.flatMap(({ role, long, at }): Made[] => {
    const type = types.find((t) => t.name === (long.type ?? role));
    if (takes.some((t) => t.role === role)) report(at, `the action takes a "${role}" already`, { key: true });
    if (!type) {
      report(at, `there is no resource "${long.type ?? role}"`, {
        hint: didYouMean(
          long.type ?? role,
          types.map((t) => t.name),
        ),
      });
      return [];
    }
    return [{ role, type, ...(long.state === undefined ? {} : { state: long.state }), set: long.set ?? {}, path: at }];
  });
}

interface MakeLong {
  type?: string | undefined;
  state?: string | undefined;
  set?: Record<string, Scalar> | undefined;
}

/** `running` (role named like its type), `volume`, or `volume.attached`. */
function short(role: string, text: string, types: readonly ResourceType[]): MakeLong {
  const [head = '', state] = text.split('.');
  if (state !== undefined) return { type: head, state };
  return types.some((t) => t.name === role) && !types.some((t) => t.name === head)
    ? { type: role, state: head }
    : { type: head };
}

interface StateExpression {
  readonly code: Code;
  readonly possible: readonly number[];
}

function stateExpression(text: string, type: ResourceType, scope: Scope, path: Path, report: Report): StateExpression {
  const fixed = type.states.indexOf(text);
  if (fixed >= 0) return { code: codeOf(fixed), possible: [fixed] };
  const compiled = attempt(report, path, () => compileExpression(text, scope, type.states));
  if (compiled && compiled.kind !== 'text')
    report(path, `this is no state of a ${type.name}`, { hint: didYouMean(text, type.states) });
  return {
    code: `kit.stateCalled(types[${type.index}], ${compiled?.code})`,
    possible: [],
  };
}

function assign(
  role: number,
  type: ResourceType,
  name: string,
  value: Scalar,
  scope: Scope,
  path: Path,
  report: Report,
): Assignment[] {
  const attribute = type.attributes.findIndex((a) => a.name === name);
  const link = type.links.findIndex((l) => l.name === name);
  const found = type.attributes[attribute];
  if (attribute < 0 && link < 0) {
    const known = [...type.attributes.map((a) => a.name), ...type.links.map((l) => l.name)];
    report(path, `a ${type.name} has no "${name}"`, { key: true, hint: didYouMean(name, known) });
    return [];
  }
  if (typeof value !== 'string') {
    if (typeof found?.initial !== typeof value)
      report(path, `"${name}" is ${found ? `a ${typeof found.initial}` : 'a link'}`);
    return [{ role, attribute, value: codeOf(value) }];
  }
  const compiled = attempt(report, path, () => compileExpression(value, scope, found?.choices));
  if (!compiled) return [];
  if (found) {
    const wanted = typeof found.initial === 'number' ? 'number' : typeof found.initial === 'boolean' ? 'bool' : 'text';
    if (compiled.kind !== wanted && compiled.kind !== 'any') {
      report(
        path,
        `"${name}" needs a ${wanted}, this is a ${compiled.kind}`,
        wanted === 'text' ? { hint: 'write texts in quotes: "\'…\'"' } : {},
      );
    }
    return [{ role, attribute, value: compiled.code }];
  }
  const to = type.links[link]?.to ?? [];
  const fits = compiled.kind === 'none' || (compiled.types ?? []).every((t) => to.includes(t));
  if (!fits || (compiled.kind !== 'none' && compiled.kind !== 'resource')) {
    report(path, `the link "${name}" points to a ${to.map((t) => t.name).join(' or ')}`);
  }
  return [{ role, link, value: compiled.code }];
}

function compileCascade(written: CascadeSource, scope: Scope, path: Path, report: Report): Cascade[] {
  const [head = '', inverseName, further] = written.each.split('.');
  if (further !== undefined) {
    const hint = 'name the type, and say which with `where`: it.disk.vm == vm; or write `deep: true` for a tree';
    report([...path, 'each'], `"${written.each}" goes more than one link far`, { hint });
    return [];
  }
  const role = scope.roles.findIndex((r) => r.name === head);
  const owner = scope.roles[role];
  const plain = inverseName === undefined ? scope.types.find((t) => t.name === head) : undefined;
  const inverse =
    owner && inverseName !== undefined ? owner.type.inverses.findIndex((i) => i.name === inverseName) : -1;
  const type = plain ?? owner?.type.inverses[inverse]?.from;
  if (!type) {
    const known =
      owner && inverseName !== undefined ? owner.type.inverses.map((i) => i.name) : scope.roles.map((r) => r.name);
    const hint = didYouMean(inverseName ?? head, known) ?? 'ROLE.WHAT_LINKS_TO_IT, or a type';
    report([...path, 'each'], `"${written.each}" is nothing that can be gone through`, { hint });
    return [];
  }
  const inner: Scope = { ...scope, it: type };
  const itRole = scope.roles.length;
  const deepTypes =
    inverseName !== undefined && written.deep ? type.inverses.some((i) => i.name === inverseName) : true;
  if (!deepTypes) report([...path, 'deep'], `a ${type.name} has no "${inverseName}" to go on along`);
  const leaves =
    written.leaves === undefined
      ? undefined
      : stateExpression(written.leaves, type, inner, [...path, 'leaves'], report);
  return [
    {
      from: plain ? { type: plain } : { role, inverse },
      where: many(written.where).flatMap((text, i) => {
        const at = [...path, 'where', ...(Array.isArray(written.where) ? [i] : [])];
        return attempt(report, at, () => compileCondition(text, inner).code) ?? [];
      }),
      type,
      ...(leaves ? { leaves: leaves.code } : {}),
      possible: leaves?.possible ?? [],
      sets: Object.entries(written.set ?? {}).flatMap(([key, value]) => {
        const name = key.startsWith('it.') ? key.slice(3) : key;
        return assign(itRole, type, name, value, inner, [...path, 'set', key], report);
      }),
      deep: written.deep ?? false,
    },
  ];
}
