/** What a guild knows of a suite that may be hunted with. */

/** Most bytes of a packed suite. */
export const SUITE_LIMIT = 4 * 1024 * 1024;

/** Most suites of one member that wait for approval, and most patterns. */
export const MOST_WAITING_SUITES = 5;
export const MOST_WAITING_PATTERNS = 20;

export interface SuiteEntry {
  readonly digest: string;
  readonly name: string;
  /** It comes with Flock: every worker of this version has it. */
  readonly shipped: boolean;
  /** Of the packed folder; 0 for a shipped one. */
  readonly bytes: number;
  readonly author: string;
  readonly addedAt: number;
  readonly approvedBy: string | undefined;
  readonly approvedAt: number | undefined;
  readonly retiredAt: number | undefined;
}

export interface PatternEntry {
  readonly suite: string;
  readonly name: string;
  /** Step lines. */
  readonly steps: readonly string[];
  readonly author: string;
  readonly approvedBy: string | undefined;
  /** The fixed finding that it guards against. */
  readonly finding: number | undefined;
}
