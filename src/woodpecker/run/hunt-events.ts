/** What a hunt tells while it runs, and what it found in the end. Plain data: a line of JSON, a row, a message. */
import type { Failure, Outcome, Step, WalkOrigin } from '../types.js';
import type { Plant } from './canary.js';
import type { Tally } from './tally.js';

/** One distinct failure, however often seen. */
export interface Finding {
  readonly signature: string;
  readonly failure: Failure;
  /** The walk that showed it first. */
  readonly origin: WalkOrigin;
  /** Its steps up to the failure. */
  readonly trace: readonly Step[];
  /** The fewest steps known to show it; the trace itself where it could not be repeated. */
  readonly minimal: readonly Step[];
  /** How often it came back when those steps were run again. */
  readonly again: { readonly hits: number; readonly tries: number };
  /** Walks of this hunt that it ended. */
  readonly sightings: number;
  /** Steps run before it was first seen. */
  readonly foundAfter: number;
  /** Steps run to cut it to the fewest. */
  readonly shrinkSteps: number;
}

export interface Progress {
  readonly steps: number;
  readonly walks: number;
  readonly tally: Tally;
  readonly findings: number;
  readonly sightings: number;
  readonly errors: number;
  readonly skipped: number;
  readonly canaries: { readonly planted: number; readonly caught: number };
  readonly coverage: CoverageCount;
  readonly ms: number;
}

/** What was done of what the model has. `pairs` are of (action, states) one after another: nobody knows how many there are. */
export interface CoverageCount {
  readonly actions: number;
  readonly ofActions: number;
  readonly transitions: number;
  readonly ofTransitions: number;
  readonly pairs: number;
}

/** Why a hunt ended. */
export type Ended = 'steps' | 'minutes' | 'stopped' | 'pattern' | 'errors' | 'blind';

export interface HuntReport extends Progress {
  /** `fail` with a finding; else `error` where the test broke or its oracle is blind; else `pass`, or `skipped` where no step was taken. */
  readonly outcome: Outcome;
  readonly ended: Ended;
  readonly list: readonly Finding[];
  /** Why not to believe a hunt that found nothing. */
  readonly doubts: readonly string[];
}

export type HuntEvent =
  | {
      readonly event: 'began';
      readonly suite: string;
      readonly digest: string;
      readonly origin: Omit<WalkOrigin, 'episode'>;
      readonly bugs: readonly string[];
    }
  | {
      readonly event: 'walked';
      readonly episode: number;
      readonly outcome: Outcome;
      readonly steps: number;
      readonly progress: Progress;
    }
  | { readonly event: 'canary'; readonly plant: Plant; readonly caught: boolean; readonly masked: boolean }
  | { readonly event: 'suspected'; readonly failure: Failure; readonly origin: WalkOrigin; readonly after: number }
  | { readonly event: 'shrinking'; readonly signature: string; readonly steps: number; readonly runs: number }
  | { readonly event: 'found'; readonly finding: Finding }
  | { readonly event: 'broke'; readonly episode: number; readonly error: string }
  | { readonly event: 'ended'; readonly report: HuntReport };
