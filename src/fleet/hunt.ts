/** What a hunt is: a suite, a ref, a budget, a strategy, spread over machines. */

export const HUNT_STATES = ['running', 'done', 'stopped'] as const;
export type HuntState = (typeof HUNT_STATES)[number];

/** Most hunts of a server that run at once. */
export const MOST_HUNTS = 50;
export const PRIORITIES = [-1, 0, 1] as const;
/** A live message is edited no more often than this; milliseconds. */
export const SHOW_EVERY_MS = 15_000;

export interface HuntPlan {
  readonly digest: string;
  readonly suite: string;
  readonly ref?: string;
  readonly baseRef?: string;
  readonly strategy: string;
  readonly pattern?: string;
  /** Step lines of the pattern, where it is not one of the suite's own. */
  readonly trace?: readonly string[];
  readonly bugs: readonly string[];
  readonly seed: number;
  readonly length: number;
  readonly lanes: 1 | 2;
  /** At least one of both. */
  readonly budgetSteps?: number;
  readonly budgetMinutes?: number;
  readonly priority: number;
  readonly author: string;
  readonly question?: string;
}

export interface Hunt extends HuntPlan {
  readonly id: number;
  readonly state: HuntState;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  /** Steps of the budget that are behind it, at most: what others run again is counted in `steps`, but is not of the budget. */
  readonly walked: number;
  readonly steps: number;
  readonly checks: number;
  readonly waits: number;
  readonly errors: number;
  /** What was said when the test itself broke last. */
  readonly trouble: string | undefined;
  /** It stopped by itself, as the test broke wherever it was tried. */
  readonly hopeless: boolean;
  readonly workedMs: number;
  readonly canaries: number;
  readonly canariesMissed: number;
  readonly channel: string | undefined;
  readonly message: string | undefined;
}

/** What is happening to a hunt just now. */
export interface HuntActivity {
  /** Machines that hold a job of it. */
  readonly machines: number;
  readonly leased: number;
  /** Steps of jobs that are not handed in yet, as their machines last told. */
  readonly underWay: number;
  /** Those of them that are of the budget. */
  readonly walking: number;
  readonly waiting: number;
  readonly parked: number;
  readonly findings: number;
  /** Findings of other hunts that it met again. */
  readonly known: number;
  readonly coverage: { readonly actions: number; readonly transitions: number; readonly pairs: number };
}
