/** What is wrong with a suite, and where. */
export interface Problem {
  readonly message: string;
  /** The keys that lead there. */
  readonly path: readonly (string | number)[];
  /** The key itself is wrong, not its value. */
  readonly key?: boolean;
  /** Characters into the text there, for expressions and steps. */
  readonly offset?: number;
  readonly hint?: string;
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

export type PlacedProblem = Problem & Place;

/** A suite that cannot be used; `message` has one line a problem: `file:line:column: what (hint)`. */
export class SuiteError extends Error {
  override readonly name = 'SuiteError';
  constructor(
    readonly file: string,
    readonly problems: readonly PlacedProblem[],
  ) {
    super(problems.map((p) => printProblem(file, p)).join('\n'));
  }
}

export function printProblem(file: string, problem: PlacedProblem): string {
  const path = problem.path.join('.');
  const hint = problem.hint ? ` (${problem.hint})` : '';
  return `${file}:${problem.line}:${problem.column}: ${path ? `${path}: ` : ''}${problem.message}${hint}`;
}
