/** How the compiler says what is wrong, and goes on. */
import type { Problem } from './problem.js';
import { ExpressionError } from './syntax.js';

export type Path = readonly (string | number)[];
export type Report = (path: Path, message: string, more?: Partial<Problem>) => void;

/** Turns what an expression's compiler throws into a problem at its place. */
export function attempt<T>(report: Report, path: Path, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    report(path, error.message, { offset: error.offset, ...(error.hint ? { hint: error.hint } : {}) });
    return undefined;
  }
}

/** One, several or none, as a list. */
export const many = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T];
