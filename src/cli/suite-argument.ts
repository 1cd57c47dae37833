/** How a command line names a suite: a folder, a suite.yaml, or the name of one that ships with Flock. */
import { existsSync } from 'node:fs';
import { shipped } from '../platform/paths.js';
import { NoSuite, openSuite, type SuiteFolder } from '../woodpecker/drivers/suite-folder.js';
import { SuiteError } from '../woodpecker/suite/problem.js';
import { UsageError } from './index.js';

export interface NamedSuite extends SuiteFolder {
  /** It comes with Flock, and can be named by its name alone. */
  readonly ships: boolean;
}

/** Throws UsageError where there is no suite; SuiteError where it has problems. */
export function suiteArgument(argument: string | undefined): NamedSuite {
  if (argument === undefined) throw new UsageError('name a suite: its folder, its suite.yaml, or one that ships');
  const ships = /^[a-z][a-z0-9_]*$/.test(argument) && !existsSync(argument);
  try {
    return { ...openSuite(ships ? shipped('suites', argument) : argument), ships };
  } catch (error) {
    if (error instanceof NoSuite) throw new UsageError(error.message);
    throw error;
  }
}

/** One line a problem, where a suite has any: for people and for editors that read `file:line:column`. */
export function problemsOf(error: unknown): string | undefined {
  return error instanceof SuiteError ? error.message : undefined;
}
