/** What a finding is: one distinct failure, however often it was seen. */
import type { FailureKind } from '../woodpecker/types.js';
import type { Standing } from './rules/standing.js';

export const FINDING_STATUSES = ['open', 'fixed', 'duplicate', 'not_a_bug'] as const;
export type FindingStatus = (typeof FINDING_STATUSES)[number];
export type Shrinking = 'waiting' | 'running' | 'done' | 'given_up';

export interface Finding {
  readonly id: number;
  readonly suite: string;
  readonly signature: string;
  readonly digest: string;
  readonly ref: string | undefined;
  readonly baseRef: string | undefined;
  readonly hunt: number;
  readonly kind: FailureKind;
  readonly action: string;
  readonly check: string | undefined;
  readonly states: Readonly<Record<string, string>>;
  readonly message: string;
  readonly bugs: readonly string[];
  readonly seed: number;
  /** Step lines of the shortest sequence that is known to show it. */
  readonly trace: readonly string[];
  /** As it was first seen: shrinking starts here. */
  readonly firstTrace: readonly string[];
  readonly shrinking: Shrinking;
  /** Lenders whose machines made it shorter. */
  readonly shrunkBy: readonly string[];
  readonly standing: Standing;
  readonly rate: number;
  readonly status: FindingStatus;
  readonly statusBy: string | undefined;
  readonly reason: string | undefined;
  readonly duplicateOf: number | undefined;
  readonly fixedIn: string | undefined;
  readonly fixedAt: number | undefined;
  readonly claimedBy: string | undefined;
  readonly foundBy: string;
  readonly foundOn: string;
  readonly foundAt: number;
  /** How often it was open again. */
  readonly reopened: number;
  /** The ref on which it showed again, the last time; undefined where somebody opened it by hand. */
  readonly reopenedOn: string | undefined;
  /** Of that there is one lender's word alone. */
  readonly reopenedAlone: boolean;
  readonly question: string | undefined;
  readonly thread: string | undefined;
  readonly messageId: string | undefined;
}
