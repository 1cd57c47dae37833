/**
 * How Flock and a driver talk: JSON-RPC 2.0 over the driver's stdin and stdout, one message a line, UTF-8, one request
 * at a time. docs/drivers.md is this file for people. Types for authors of drivers, schemas for what drivers answer.
 */
import { z } from 'zod';
import type { Handle, Json, Known, Observation } from '../types.js';

/** Raised when a driver written for the older one could no longer be understood. */
export const PROTOCOL = 1;

/** Most bytes in one line, either way. A longer one is a broken driver. */
export const MAX_LINE = 4 * 1024 * 1024;

export { DRIVER_ERRORS, METHOD_NOT_FOUND } from './codes.js';

export interface StartParams {
  readonly protocol: typeof PROTOCOL;
  /** For whatever the driver draws at random: the same seed must give the same behaviour. */
  readonly seed: number;
  /** Version, branch or commit of the system to test, where the hunt names one. */
  readonly ref?: string;
  /** Named bugs to switch on. A driver without such switches must answer `broken` to a name that it does not know. */
  readonly bugs: readonly string[];
  /** An empty folder of the walk's own, removed after it. */
  readonly folder: string;
}

export interface StartResult {
  /** After `stop`, this process can be started again, as if it were new: no walk has to wait for a process. */
  readonly again?: boolean;
}

export interface ActParams {
  /** The step's number in the walk, from 0. */
  readonly index: number;
  readonly action: string;
  readonly takes: Readonly<Record<string, Known>>;
  readonly makes: Readonly<Record<string, Handle>>;
  readonly args: Readonly<Record<string, Json>>;
  /** Answer within this, with `timeout` where the system takes longer. Silence well past it is a broken driver. */
  readonly timeoutMs: number;
}

export interface ActResult {
  /** Real ids of what the step made, by role. A role left out keeps its handle as its id. */
  readonly ids?: Readonly<Record<string, string>>;
  readonly outputs?: Readonly<Record<string, Json>>;
  /** What `observe` would answer now: saves its round trip. */
  readonly states?: Observation;
  /** Ids of resources that this walk did not make. */
  readonly foreign?: readonly string[];
}

export interface ObserveResult {
  /** State of each known resource; one that is no longer there is `gone`. */
  readonly states: Observation;
  readonly foreign?: readonly string[];
}

export interface CheckParams {
  readonly name: string;
  readonly known: readonly Known[];
  readonly timeoutMs: number;
}

export type CheckResult = { readonly ok: true } | { readonly ok: false; readonly message: string };

export interface StopResult {
  /** What is still there after tear-down, in words. */
  readonly leaks?: readonly string[];
}

/** What each method takes and answers. `fault` is `act` for the steps that the suite calls faults. */
export interface DriverMethods {
  start(params: StartParams): StartResult;
  act(params: ActParams): ActResult;
  fault(params: ActParams): ActResult;
  observe(params: { readonly known: readonly Known[] }): ObserveResult;
  check(params: CheckParams): CheckResult;
  stop(params: { readonly known: readonly Known[] }): StopResult;
}

export type Method = keyof DriverMethods;

const states = z.record(z.string(), z.string());

/** One schema a method: a driver's answer is somebody else's data. An empty answer may be `null`. */
export const RESULTS = {
  start: z.looseObject({ again: z.boolean().optional() }).nullish(),
  act: z
    .object({
      ids: z.record(z.string(), z.string()).optional(),
      outputs: z.record(z.string(), z.json()).optional(),
      states: states.optional(),
      foreign: z.array(z.string()).optional(),
    })
    .nullish(),
  observe: z.object({ states, foreign: z.array(z.string()).optional() }),
  check: z.discriminatedUnion('ok', [
    z.object({ ok: z.literal(true) }),
    z.object({ ok: z.literal(false), message: z.string() }),
  ]),
  stop: z.object({ leaks: z.array(z.string()).optional() }).nullish(),
} as const;

/** `{"jsonrpc":"2.0","id":7,"result":…}`, `…"error":{"code","message"}`, or a notification (`log`). */
export interface Message {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}
