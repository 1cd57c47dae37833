/** The words that every part of the tester shares: what a step is, how it ended, what a system under test must answer. */

/** Five-valued truth, end to end. `error`: the test itself broke; `timeout`: the system did not answer in time. */
export type Outcome = 'pass' | 'fail' | 'error' | 'timeout' | 'skipped';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A resource's stable name in a walk: its type and its number in order of creation, from 1: `vm#2`. */
export type Handle = `${string}#${number}`;

/**
 * One action with its resources bound. Steps name resources logically, so any subsequence can still be tried.
 * `takes` and `makes` map the roles that the suite names to handles.
 */
export interface Step {
  readonly action: string;
  readonly takes: Readonly<Record<string, Handle>>;
  readonly makes: Readonly<Record<string, Handle>>;
  readonly args: Readonly<Record<string, Json>>;
  /** Set on a step that is illegal on purpose: the system must refuse it. */
  readonly refused?: true;
  /** 1 or 2 in a concurrent suffix; absent in the sequential part. */
  readonly lane?: 1 | 2;
}

export const STRATEGIES = ['random', 'fair', 'path', 'swarm', 'replay', 'mix'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** What the walk generator needs, and all that it needs: the same origin gives the same trace, byte for byte, anywhere. */
export interface WalkOrigin {
  readonly suite: string;
  /** `sha256:<hex>` of the canonical suite. */
  readonly digest: string;
  readonly ref?: string;
  readonly strategy: Strategy | 'pattern';
  readonly pattern?: string;
  readonly seed: number;
  readonly episode: number;
  /** Most steps in an episode; at most 200. */
  readonly length: number;
  readonly lanes?: 1 | 2;
}

/** What the real system says a resource's state is. A resource that is no longer there is `gone`. */
export type Observation = Readonly<Record<Handle, string>>;

export interface ActAnswer {
  /** The real ids of what the step made, by role. */
  readonly ids?: Readonly<Record<string, string>>;
  readonly outputs?: Readonly<Record<string, Json>>;
  /** What `observe` would say now, so that a step is one round trip. What it leaves out is not compared after this step. */
  readonly states?: Observation;
  readonly foreign?: readonly string[];
}

/** The system said no in its own words: expected for a refused step, a failure for a legal one. */
export class SystemRefused extends Error {
  override readonly name = 'SystemRefused';
}

/** The system broke rather than said no (a crash, a 500): a failure of a legal step and of a step that had to be refused. */
export class SystemFailed extends Error {
  override readonly name = 'SystemFailed';
}

/** The test itself broke: the driver died, answered garbage, could not be started. Never a finding. */
export class HarnessError extends Error {
  override readonly name = 'HarnessError';
}

export class StepTimeout extends Error {
  override readonly name = 'StepTimeout';
}

type Answer<T> = T | Promise<T>;

export interface StartOptions {
  readonly seed: number;
  readonly ref?: string;
  /** Named bugs to switch on, where the system has such switches. */
  readonly bugs: readonly string[];
}

/** A resource as the system under test knows it. */
export interface Known {
  readonly handle: Handle;
  readonly id: string;
}

/** A step with the real ids filled in. */
export interface BoundStep {
  readonly index: number;
  readonly action: string;
  readonly takes: Readonly<Record<string, Known>>;
  readonly makes: Readonly<Record<string, Handle>>;
  readonly args: Readonly<Record<string, Json>>;
  readonly timeoutMs: number;
  /** Set where the suite calls this step a fault: something done to the system rather than asked of it. */
  readonly fault?: true;
}

export interface CheckCall {
  readonly name: string;
  readonly known: readonly Known[];
  readonly timeoutMs: number;
}

/**
 * The port to a system under test: in process, behind a driver (JSON-RPC over stdio), or by shell commands.
 * An answer may be a plain value: in-process systems run without a promise a step.
 * Throws SystemRefused, SystemFailed, StepTimeout or HarnessError; anything else thrown by `act` is a failure of the system.
 */
export interface System {
  start(options: StartOptions): Answer<void>;
  act(step: BoundStep): Answer<ActAnswer>;
  /** States of these resources, and of any that the system has and the walk did not make (`foreign`). */
  observe(known: readonly Known[]): Answer<{ states: Observation; foreign?: readonly string[] }>;
  /** A check that the suite names; returns undefined when it holds, else what was wrong. */
  check(name: string, known: readonly Known[], timeoutMs: number): Answer<string | undefined>;
  /** Several checks at once, answered in their order; where it is missing they are asked one by one. */
  checkAll?(checks: readonly CheckCall[]): Answer<readonly (string | undefined)[]>;
  /** Tears down; returns what was left behind. */
  stop(known: readonly Known[]): Answer<{ leaks: readonly string[] }>;
  /** Ends everything at once, whatever state it is in; safe to call twice. */
  kill(): void;
}

export type FailureKind =
  | 'action' // a legal action was refused or failed
  | 'accepted' // an illegal action was not refused
  | 'state' // the observed state differs from the model's
  | 'check' // a suite's check failed
  | 'leak' // something was left after tear-down
  | 'foreign' // a resource that nobody made, or another tenant's
  | 'order' // a concurrent history that no order explains
  | 'timeout';

/** One sighting of one failure. `signature` is equal for sightings of the same finding. */
export interface Failure {
  readonly kind: FailureKind;
  readonly action: string;
  /** Name of the check, for kind `check`. */
  readonly check?: string;
  /** States of the step's resources before it, by role. */
  readonly states: Readonly<Record<string, string>>;
  readonly message: string;
  /** The message with ids, numbers, times and paths masked. */
  readonly masked: string;
  /** 16 hexadecimal digits. */
  readonly signature: string;
  /** Index of the step that showed it. */
  readonly at: number;
}

export interface RunResult {
  readonly outcome: Outcome;
  readonly failure?: Failure;
  /** Why, for `error`. */
  readonly error?: string;
  readonly stepsRun: number;
  readonly checksRun: number;
  /** How often a check or a state had to be waited for. */
  readonly waits: number;
}
