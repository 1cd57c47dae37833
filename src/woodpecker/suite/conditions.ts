/** Conditions: what is joined by `and` is told apart, so that each part is tried as soon as its roles are bound. */
import { formula } from './code.js';
import { type Compiled, resolve, type Scope } from './expression.js';
import type { Condition } from './suite.js';
import { ExpressionError, parseTree, type Tree } from './syntax.js';

export const conjuncts = (tree: Tree): Tree[] =>
  tree.kind === 'binary' && tree.op === 'and' ? [...conjuncts(tree.left), ...conjuncts(tree.right)] : [tree];

/** `roles` are those it needs; `sides`, of an equation of two paths, let candidates come straight from a link. */
export interface PlacedCondition {
  readonly condition: Condition;
  readonly roles: ReadonlySet<number>;
  readonly sides?: readonly [Compiled, Compiled];
}

/** Throws ExpressionError. */
export function compileConjunct(tree: Tree, text: string, scope: Scope): PlacedCondition {
  const compiled = resolve(tree, scope);
  if (compiled.kind !== 'bool' && compiled.kind !== 'any')
    throw new ExpressionError('a condition must be true or false', tree.at, 'compare it: > 0, == none');
  const { roles } = compiled;
  const code = `${compiled.code} === true`;
  const sides: [Compiled, Compiled] | undefined =
    tree.kind === 'binary' && tree.op === '==' && tree.left.kind === 'path' && tree.right.kind === 'path'
      ? bothSides(tree.left, tree.right, scope)
      : undefined;
  const holds = formula(code, roles) as Condition['holds'];
  return { condition: { text, code, holds }, roles, ...(sides ? { sides } : {}) };
}

/** Throws ExpressionError. */
export const compileCondition = (text: string, scope: Scope): Condition =>
  compileConjunct(parseTree(text), text, scope).condition;

function bothSides(left: Tree, right: Tree, scope: Scope): [Compiled, Compiled] | undefined {
  const known = (side: Tree): boolean => side.kind === 'path' && scope.roles.some((r) => r.name === side.names[0]);
  return known(left) && known(right) ? [resolve(left, scope), resolve(right, scope)] : undefined;
}
