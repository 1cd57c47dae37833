/** The small language of conditions and effects: text → tree. What names mean is settled in `expression.ts`. */

export type Tree =
  | { readonly at: number; readonly kind: 'literal'; readonly value: number | string | boolean | undefined }
  | { readonly at: number; readonly kind: 'path'; readonly names: readonly string[] }
  | { readonly at: number; readonly kind: 'call'; readonly name: string; readonly args: readonly Tree[] }
  | { readonly at: number; readonly kind: 'unary'; readonly op: '-' | 'not'; readonly of: Tree }
  | { readonly at: number; readonly kind: 'binary'; readonly op: string; readonly left: Tree; readonly right: Tree };

/** What is wrong with an expression; `offset` counts characters from 0. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  constructor(
    message: string,
    readonly offset: number,
    readonly hint?: string,
  ) {
    super(message);
  }
}

interface Token {
  readonly kind: 'number' | 'text' | 'name' | 'op' | 'end';
  readonly text: string;
  readonly at: number;
}

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|('(?:[^'])*'|"(?:[^"])*")|([a-z_][a-z0-9_]*)|(==|!=|<=|>=|[-+*/%<>=().,]))/iy;

function tokens(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  while (text.slice(at).trim() !== '') {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match) {
      const offset = at + (text.slice(at).length - text.slice(at).trimStart().length);
      throw new ExpressionError(`"${text[offset]}" means nothing here`, offset);
    }
    const [whole, number, quoted, name, op] = match;
    const start = at + whole.length - whole.trimStart().length;
    if (number !== undefined) found.push({ kind: 'number', text: number, at: start });
    else if (quoted !== undefined) found.push({ kind: 'text', text: quoted.slice(1, -1), at: start });
    else if (name !== undefined) found.push({ kind: 'name', text: name, at: start });
    else found.push({ kind: 'op', text: op ?? '', at: start });
    at += whole.length;
  }
  found.push({ kind: 'end', text: 'the end', at: text.length });
  return found;
}

/** Binary operators by how tightly they bind. */
const LEVELS: readonly (readonly string[])[] = [
  ['or'],
  ['and'],
  ['==', '=', '!=', '<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
];

/** Words and signs of an expression: however they nest, whoever goes through them, and the engine that reads the code, has room. */
const MOST_TOKENS = 500;

/** Throws ExpressionError. */
export function parseTree(text: string): Tree {
  const list = tokens(text);
  const tooMuch = list[MOST_TOKENS];
  if (tooMuch) throw new ExpressionError(`an expression has room for ${MOST_TOKENS} words and signs`, tooMuch.at);
  let next = 0;
  const peek = (): Token => list[next] as Token;
  const is = (text: string): boolean => peek().text === text && (peek().kind === 'op' || peek().kind === 'name');
  const expect = (text: string): void => {
    if (!is(text)) throw new ExpressionError(`expected "${text}", found "${peek().text}"`, peek().at);
    next++;
  };

  const binary = (level: number): Tree => {
    const ops = LEVELS[level];
    if (!ops) return unary();
    let left = binary(level + 1);
    for (;;) {
      const op = ops.find((o) => is(o));
      if (!op) return left;
      const at = peek().at;
      next++;
      left = { at, kind: 'binary', op: op === '=' ? '==' : op, left, right: binary(level + 1) };
    }
  };
  const unary = (): Tree => {
    const at = peek().at;
    if (is('not')) {
      next++;
      return { at, kind: 'unary', op: 'not', of: binary(2) };
    }
    if (is('-')) {
      next++;
      return { at, kind: 'unary', op: '-', of: unary() };
    }
    return primary();
  };
  const primary = (): Tree => {
    const token = peek();
    next++;
    if (token.kind === 'number') return { at: token.at, kind: 'literal', value: Number(token.text) };
    if (token.kind === 'text') return { at: token.at, kind: 'literal', value: token.text };
    if (token.kind === 'op' && token.text === '(') {
      const inner = binary(0);
      expect(')');
      return inner;
    }
    if (token.kind !== 'name') throw new ExpressionError(`expected a value, found "${token.text}"`, token.at);
    if (token.text === 'true' || token.text === 'false') {
      return { at: token.at, kind: 'literal', value: token.text === 'true' };
    }
    if (token.text === 'none') return { at: token.at, kind: 'literal', value: undefined };
    if (is('(')) return call(token);
    const names = [token.text];
    while (is('.')) {
      next++;
      if (peek().kind !== 'name')
        throw new ExpressionError(`expected a name after ".", found "${peek().text}"`, peek().at);
      names.push(peek().text);
      next++;
    }
    return { at: token.at, kind: 'path', names };
  };
  const call = (name: Token): Tree => {
    expect('(');
    const args: Tree[] = [];
    while (!is(')')) {
      if (args.length > 0) expect(',');
      args.push(binary(0));
    }
    expect(')');
    return { at: name.at, kind: 'call', name: name.text, args };
  };

  const tree = binary(0);
  if (peek().kind !== 'end') throw new ExpressionError(`"${peek().text}" was not expected here`, peek().at);
  return tree;
}
