/** Settles what the names of an expression mean, checks that its parts fit, and writes it out as code. */
import { type Code, codeOf, roleCode } from './code.js';
import { didYouMean } from './hints.js';
import type { ResourceType } from './suite.js';
import { ExpressionError, parseTree, type Tree } from './syntax.js';

/** What can be named. `roles` are in the order in which they are bound; `args` gives each parameter's kind; undefined where they are not made up yet. */
export interface Scope {
  readonly types: readonly ResourceType[];
  readonly roles: readonly { readonly name: string; readonly type: ResourceType }[];
  readonly args: ReadonlyMap<string, Kind> | undefined;
  readonly it?: ResourceType;
}

export type Kind = 'number' | 'text' | 'bool' | 'resource' | 'none' | 'any';

export interface Compiled {
  readonly kind: Kind;
  /** For texts: the values it may have, where they are known. */
  readonly choices?: readonly string[];
  readonly types?: readonly ResourceType[];
  /** Indices of the roles that it needs. */
  readonly roles: ReadonlySet<number>;
  /** `role.link`, when it is that and no more: lets candidates come straight from the link. */
  readonly direct?: { readonly role: number; readonly link?: number };
  /** Its value, or its truth; told from `ROLES`, `it`, `args` and `population` as `code.ts` names them. */
  readonly code: Code;
  /** Of a text that is written out: that text. */
  readonly word?: string;
  /** Of `….state` where there is one type only: the code of the state's number, and the states' names by number. */
  readonly numbered?: { readonly code: Code; readonly states: readonly string[] };
}

const NOTHING: ReadonlySet<number> = new Set();
const union = (...sets: readonly ReadonlySet<number>[]): ReadonlySet<number> => new Set(sets.flatMap((s) => [...s]));

/** Throws ExpressionError. `choices`: bare words that mean themselves, where a state or a listed value is wanted. */
export function compileExpression(text: string, scope: Scope, choices?: readonly string[]): Compiled {
  return resolve(parseTree(text), scope, choices);
}

export function resolve(tree: Tree, scope: Scope, choices?: readonly string[]): Compiled {
  switch (tree.kind) {
    case 'literal':
      return literal(tree.value);
    case 'path':
      return path(tree.names, tree.at, scope, choices);
    case 'call':
      return call(tree, scope, choices);
    case 'unary': {
      const of = resolve(tree.of, scope);
      need(of, tree.op === 'not' ? 'bool' : 'number', tree.of.at);
      return tree.op === 'not'
        ? { kind: 'bool', roles: of.roles, code: `(${of.code} !== true)` }
        : { kind: 'number', roles: of.roles, code: `(- ${of.code})` };
    }
    case 'binary':
      return binary(tree, scope);
  }
}

function literal(value: number | string | boolean | undefined): Compiled {
  const kind: Kind =
    typeof value === 'number' ? 'number' : typeof value === 'string' ? 'text' : value === undefined ? 'none' : 'bool';
  return { kind, roles: NOTHING, code: codeOf(value), ...(typeof value === 'string' ? { word: value } : {}) };
}

function need(compiled: Compiled, kind: Kind, at: number): void {
  if (compiled.kind !== kind && compiled.kind !== 'any') {
    throw new ExpressionError(`expected ${ARTICLE[kind]}, found ${ARTICLE[compiled.kind]}`, at);
  }
}

const ARTICLE: Record<Kind, string> = {
  number: 'a number',
  text: 'a text',
  bool: 'true or false',
  resource: 'a resource',
  none: 'none',
  any: 'a value',
};

function binary(tree: Tree & { kind: 'binary' }, scope: Scope): Compiled {
  const { op } = tree;
  if (op === '==' || op === '!=') return equality(tree, scope);
  const left = resolve(tree.left, scope);
  const right = resolve(tree.right, scope);
  const roles = union(left.roles, right.roles);
  const wanted: Kind = op === 'and' || op === 'or' ? 'bool' : 'number';
  need(left, wanted, tree.left.at);
  need(right, wanted, tree.right.at);
  const a = left.code;
  const b = right.code;
  if (op === 'and' || op === 'or')
    return { kind: 'bool', roles, code: `(${a} === true ${op === 'and' ? '&&' : '||'} ${b} === true)` };
  return { kind: COMPARING.has(op) ? 'bool' : 'number', roles, code: `(${a} ${operatorOf(op)} ${b})` };
}

const COMPARING: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);
const operatorOf = (op: string): string => (COMPARING.has(op) || ['+', '-', '*', '/'].includes(op) ? op : '%');

/** A bare word on one side means one of the other side's values: `vm.state == running`, `image.kind != template`. */
function equality(tree: Tree & { kind: 'binary' }, scope: Scope): Compiled {
  const isWord = (side: Tree): boolean =>
    side.kind === 'path' && side.names.length === 1 && !isNamed(side.names[0] ?? '', scope);
  const [first, second] = isWord(tree.left) ? [tree.right, tree.left] : [tree.left, tree.right];
  const left = resolve(first, scope);
  const right = resolve(second, scope, left.choices);
  const loose: readonly Kind[] = ['none', 'any'];
  if (left.kind !== right.kind && !loose.includes(left.kind) && !loose.includes(right.kind)) {
    throw new ExpressionError(`${ARTICLE[left.kind]} is never ${ARTICLE[right.kind]}`, tree.at);
  }
  const roles = union(left.roles, right.roles);
  const same = tree.op === '==' ? '===' : '!==';
  // Numbers are compared faster than names.
  const number = right.word === undefined ? -1 : (left.numbered?.states.indexOf(right.word) ?? -1);
  const code =
    left.numbered && number >= 0 ? `(${left.numbered.code} ${same} ${number})` : `(${left.code} ${same} ${right.code})`;
  return { kind: 'bool', roles, code };
}

const isNamed = (name: string, scope: Scope): boolean =>
  scope.roles.some((r) => r.name === name) || (name === 'it' && scope.it !== undefined) || name === 'args';

function path(names: readonly string[], at: number, scope: Scope, choices?: readonly string[]): Compiled {
  const [first = '', ...rest] = names;
  if (rest.length === 0 && choices?.includes(first)) return literal(first);
  if (first === 'args') return argument(rest, at, scope);
  let current: Compiled;
  const role = scope.roles.findIndex((r) => r.name === first);
  if (role >= 0) {
    const types = [(scope.roles[role] as Scope['roles'][number]).type];
    current = { kind: 'resource', types, roles: new Set([role]), direct: { role }, code: roleCode(role) };
  } else if (first === 'it' && scope.it) {
    current = { kind: 'resource', types: [scope.it], roles: NOTHING, code: 'it' };
  } else {
    const known = choices ?? [
      ...scope.roles.map((r) => r.name),
      ...(scope.it ? ['it'] : []),
      ...(scope.args && scope.args.size > 0 ? ['args'] : []),
    ];
    const what = choices ? `"${first}" is none of its values` : `nothing here is called "${first}"`;
    throw new ExpressionError(what, at, didYouMean(first, known));
  }
  let offset = at + first.length + 1;
  for (let i = 0; i < rest.length; i++) {
    const name = rest[i] as string;
    const counted = inverses(current, name);
    if (counted) {
      const state = rest[i + 1];
      if (i + (state === undefined ? 1 : 2) < rest.length) {
        throw new ExpressionError(`"${name}" is a count`, offset, `${name}, or ${name}.STATE`);
      }
      return count(current, counted, state, offset + name.length + 1);
    }
    current = property(current, name, offset);
    offset += name.length + 1;
  }
  return current;
}

function argument(rest: readonly string[], at: number, scope: Scope): Compiled {
  const [name = ''] = rest;
  if (!scope.args)
    throw new ExpressionError('parameters are made up only after this', at, 'refuses: [{ args: … }] for bad values');
  const kind = scope.args.get(name);
  if (!kind || rest.length > 1) {
    throw new ExpressionError(
      `there is no parameter "${rest.join('.')}"`,
      at + 5,
      didYouMean(name, [...scope.args.keys()]),
    );
  }
  return { kind, roles: NOTHING, code: `args[${codeOf(name)}]` };
}

/** The inverse of each type that it may be, where all have one of this name. */
function inverses(of: Compiled, name: string): number[] | undefined {
  const table: number[] = [];
  for (const type of of.types ?? []) {
    const index = type.inverses.findIndex((i) => i.name === name);
    if (index < 0) return undefined;
    table[type.index] = index;
  }
  return of.types && of.types.length > 0 ? table : undefined;
}

function count(of: Compiled, table: readonly number[], state: string | undefined, at: number): Compiled {
  for (const type of of.types ?? []) {
    const from = type.inverses[table[type.index] ?? 0]?.from;
    if (state !== undefined && from && !from.states.includes(state)) {
      throw new ExpressionError(`a ${from.name} has no state "${state}"`, at, didYouMean(state, from.states));
    }
  }
  const list = member(of, 'pointing', table);
  const code = state === undefined ? `(${list}?.length ?? 0)` : `kit.countIn(${list}, ${codeOf(state)})`;
  return { kind: 'number', roles: of.roles, code };
}

/** A resource's attribute, link or list, where each type has it in a place of its own. Undefined of no resource. */
function member(of: Compiled, lists: 'attributes' | 'links' | 'pointing', table: readonly number[]): Code {
  const places = new Set((of.types ?? []).map(({ index }) => table[index] ?? 0));
  if (places.size === 1) return `${of.code}?.${lists}[${[...places][0]}]`;
  const byType = `[${Array.from(table, (place) => place ?? 0)}]`;
  return `kit.member(${of.code}, ${codeOf(lists)}, ${byType})`;
}

function property(of: Compiled, name: string, at: number): Compiled {
  if (of.kind !== 'resource' || !of.types) throw new ExpressionError(`${ARTICLE[of.kind]} has no "${name}"`, at);
  const { types, roles } = of;
  if (name === 'state') {
    const choices = [...new Set(types.flatMap((t) => t.states))];
    const [only] = types.length === 1 ? types : [];
    const numbered = only && { code: `${of.code}?.state`, states: only.states };
    return { kind: 'text', choices, roles, code: `kit.stateName(${of.code})`, ...(numbered ? { numbered } : {}) };
  }
  const attributes: number[] = [];
  const links: number[] = [];
  for (const type of types) {
    attributes[type.index] = type.attributes.findIndex((a) => a.name === name);
    links[type.index] = type.links.findIndex((l) => l.name === name);
    if (attributes[type.index] === -1 && links[type.index] === -1) {
      const known = [
        'state',
        ...type.attributes.map((a) => a.name),
        ...type.links.map((l) => l.name),
        ...type.inverses.map((i) => i.name),
      ];
      throw new ExpressionError(`a ${type.name} has no "${name}"`, at, didYouMean(name, known));
    }
  }
  if (types.every((t) => (links[t.index] ?? -1) >= 0)) {
    const to = [...new Set(types.flatMap((t) => t.links[links[t.index] ?? 0]?.to ?? []))];
    const only = links[types[0]?.index ?? 0] ?? 0;
    const direct = of.direct && of.direct.link === undefined ? { role: of.direct.role, link: only } : undefined;
    return {
      kind: 'resource',
      types: to,
      roles,
      ...(direct ? { direct } : {}),
      code: member(of, 'links', links),
    };
  }
  const found = types.map((t) => t.attributes[attributes[t.index] ?? 0]);
  const kinds = new Set(found.map((a) => kindOf(a?.initial)));
  if (kinds.size !== 1 || found.includes(undefined))
    throw new ExpressionError(`"${name}" is not the same thing on all of them`, at);
  const choices = found.every((a) => a?.choices) ? [...new Set(found.flatMap((a) => a?.choices ?? []))] : undefined;
  return {
    kind: [...kinds][0] as Kind,
    ...(choices ? { choices } : {}),
    roles,
    code: member(of, 'attributes', attributes),
  };
}

export const kindOf = (value: unknown): Kind =>
  typeof value === 'number'
    ? 'number'
    : typeof value === 'boolean'
      ? 'bool'
      : typeof value === 'string'
        ? 'text'
        : 'none';

function call(tree: Tree & { kind: 'call' }, scope: Scope, choices?: readonly string[]): Compiled {
  const { name, args, at } = tree;
  const arity = (n: number): void => {
    if (args.length !== n) throw new ExpressionError(`${name} takes ${n} values, found ${args.length}`, at);
  };
  if (name === 'count') {
    arity(1);
    return population(args[0] as Tree, scope);
  }
  if (name === 'min' || name === 'max') {
    arity(2);
    const [a, b] = args.map((arg) => {
      const compiled = resolve(arg, scope);
      need(compiled, 'number', arg.at);
      return compiled;
    }) as [Compiled, Compiled];
    return { kind: 'number', roles: union(a.roles, b.roles), code: `Math.${name}(${a.code}, ${b.code})` };
  }
  if (name === 'if') {
    arity(3);
    const test = resolve(args[0] as Tree, scope);
    need(test, 'bool', args[0]?.at ?? at);
    const yes = resolve(args[1] as Tree, scope, choices);
    const no = resolve(args[2] as Tree, scope, choices);
    if (yes.kind !== no.kind && yes.kind !== 'none' && no.kind !== 'none') {
      throw new ExpressionError(`both ends of if must be alike: ${ARTICLE[yes.kind]}, ${ARTICLE[no.kind]}`, at);
    }
    const types = [...new Set([...(yes.types ?? []), ...(no.types ?? [])])];
    return {
      kind: yes.kind === 'none' ? no.kind : yes.kind,
      ...(types.length > 0 ? { types } : {}),
      roles: union(test.roles, yes.roles, no.roles),
      code: `(${test.code} === true ? ${yes.code} : ${no.code})`,
    };
  }
  throw new ExpressionError(`there is no function "${name}"`, at, didYouMean(name, ['count', 'min', 'max', 'if']));
}

function population(of: Tree, scope: Scope): Compiled {
  const [name = '', stateText] = of.kind === 'path' ? of.names : [];
  const type = scope.types.find((t) => t.name === name);
  if (!type)
    throw new ExpressionError(
      `count wants a type`,
      of.at,
      didYouMean(
        name,
        scope.types.map((t) => t.name),
      ),
    );
  const { index, gone } = type;
  if (stateText === undefined) {
    const lengths = Array.from({ length: gone }, (_, state) => `population[${index}][${state}].length`);
    return { kind: 'number', roles: NOTHING, code: `(${lengths.join(' + ')})` };
  }
  const state = type.states.indexOf(stateText);
  if (state < 0)
    throw new ExpressionError(`a ${name} has no state "${stateText}"`, of.at, didYouMean(stateText, type.states));
  return { kind: 'number', roles: NOTHING, code: `population[${index}][${state}].length` };
}
