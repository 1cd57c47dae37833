/** What a lent machine is. */
import type { Trust } from './rules/replication.js';
import type { Doubt } from './rules/suspicion.js';

export const MACHINE_STATES = ['active', 'paused', 'quarantined', 'withdrawn'] as const;
export type MachineState = (typeof MACHINE_STATES)[number];

/** `held_before`: for the sake of another machine of its lender, or of the same key. */
export const QUARANTINE_REASONS = [
  'wrong_results',
  'missed_canary',
  'false_alarms',
  'breaks_jobs',
  'held_before',
  'staff',
] as const;
export type QuarantineReason = (typeof QUARANTINE_REASONS)[number];

/** Milliseconds that a code of /machine lend is good for. */
export const CODE_MS = 15 * 60_000;
/** Most machines of one lender, withdrawn ones aside. */
export const MACHINES_PER_LENDER = 20;
/** A machine that was not heard of for so long is shown as silent. Milliseconds. */
export const SILENT_MS = 5 * 60_000;
export const ALIAS_LIMIT = 32;
/** Of what is said when a machine is held, and against it. */
export const WORDS_LIMIT = 500;

export interface Machine {
  readonly id: string;
  readonly lender: string;
  readonly alias: string;
  readonly community: boolean;
  readonly publicKey: string;
  readonly version: string;
  readonly os: string;
  readonly arch: string;
  readonly cores: number;
  readonly memoryMb: number;
  readonly sandboxes: readonly string[];
  readonly state: MachineState;
  readonly reason: QuarantineReason | undefined;
  /** What staff said when they held it. */
  readonly words: string | undefined;
  /** What its lender says against it. */
  readonly appeal: string | undefined;
  /** What took its place when it had been withdrawn. */
  readonly heir: string | undefined;
  readonly trust: Trust;
  readonly doubt: Doubt;
  readonly pace: number;
  readonly doing: string;
  readonly enrolledAt: number;
  readonly seenAt: number;
}

/** What a machine tells of itself when it enrols. */
export interface MachineFacts {
  readonly publicKey: string;
  readonly version: string;
  readonly os: string;
  readonly arch: string;
  readonly cores: number;
  readonly memoryMb: number;
  readonly sandboxes: readonly string[];
}
