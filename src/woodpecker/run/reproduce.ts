import type { Suite } from '../suite/suite.js';
import type { Failure, Step } from '../types.js';
import type { Finding } from './hunt-events.js';
import type { WalkResult } from './run.js';
export interface Tried {
  readonly failure: Failure;
  readonly trace: readonly Step[];
}
export async function reproduce(
  _suite: Suite,
  seen: Tried,
  _run: (steps: readonly Step[]) => Promise<WalkResult>,
  _stop: AbortSignal,
  _tell: (steps: number, calls: number) => void,
): Promise<{ found: Pick<Finding, 'trace' | 'minimal' | 'again' | 'shrinkSteps'> }> {
  return { found: { trace: seen.trace, minimal: seen.trace, again: { hits: 0, tries: 0 }, shrinkSteps: 0 } };
}
export const printFinding = (_suite: Suite, finding: Finding, _bugs: readonly string[]): string =>
  JSON.stringify(finding);
