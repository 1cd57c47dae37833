/** A suite, compiled: names resolved, expressions turned into code, every shorthand written out. */
import type { Frame, Resource } from '../model/resource.js';
import type { Known, Step } from '../types.js';
import type { Code } from './code.js';
import type { Program } from './program.js';
import type { Command, Scalar, SuiteSource } from './schema.js';

export interface ResourceType {
  readonly name: string;
  readonly index: number;
  /** Declared states, then `gone`. */
  readonly states: readonly string[];
  readonly gone: number;
  /** By state: nothing leaves it, and it does not count towards the limit. */
  readonly final: readonly boolean[];
  readonly limit: number;
  readonly attributes: readonly Attribute[];
  readonly links: readonly Link[];
  readonly inverses: readonly Inverse[];
  /** Its resources by number, as a system knows them that names none itself: the same in every walk, and made once. */
  readonly unnamed: Known[];
  readonly observe?: Command;
  readonly list?: Command;
}

export interface Attribute {
  readonly name: string;
  readonly initial: number | string | boolean;
  /** All values it may have, where the suite lists them. */
  readonly choices?: readonly string[];
}

export interface Link {
  readonly name: string;
  readonly to: readonly ResourceType[];
  /** By index of the target's type: which of its `pointing` lists this link is kept in. */
  readonly inverse: readonly number[];
}

export interface Inverse {
  readonly name: string;
  readonly from: ResourceType;
  readonly link: number;
}

export interface Take {
  readonly role: string;
  readonly type: ResourceType;
  /** By state: whether a resource in it may be taken. */
  readonly allowed: readonly boolean[];
  readonly states: readonly number[];
  /** Conditions that can be told once this role, and those before it, are bound. */
  readonly when: readonly Condition[];
  /** Candidates come from a link of an earlier role, or from what points to it. */
  readonly via:
    | { readonly role: number; readonly link: number }
    | { readonly role: number; readonly inverse: number }
    | undefined;
}

export interface Condition {
  readonly text: string;
  /** Comes to true where it holds. */
  readonly code: Code;
  holds(frame: Frame): boolean;
}

export interface Make {
  readonly role: string;
  readonly type: ResourceType;
  /** Comes to the state's number. */
  readonly state: Code;
  /** As of `Leave`. */
  readonly possible: readonly number[];
  readonly sets: readonly Assignment[];
}

/** Sets an attribute or a link of the resource of a role (or of `it`). */
export interface Assignment {
  readonly role: number;
  readonly attribute?: number;
  readonly link?: number;
  readonly value: Code;
}

export interface Leave {
  readonly role: number;
  readonly state: Code;
  /** States it can leave it in, as far as the text tells; empty: any. For lint and for derived patterns. */
  readonly possible: readonly number[];
}

export interface Cascade {
  readonly from: { readonly role: number; readonly inverse: number } | { readonly type: ResourceType };
  /** What it happens to. */
  readonly type: ResourceType;
  /** Of `it`. */
  readonly where: readonly Code[];
  readonly leaves?: Code;
  /** As of `Leave`. */
  readonly possible: readonly number[];
  readonly sets: readonly Assignment[];
  readonly deep: boolean;
}

export type Param =
  | {
      readonly name: string;
      readonly kind: 'int';
      readonly min: (frame: Frame) => number;
      readonly max: (frame: Frame) => number;
    }
  | { readonly name: string; readonly kind: 'enum'; readonly values: readonly Scalar[] }
  | {
      readonly name: string;
      readonly kind: 'text';
      readonly min: number;
      readonly max: number;
      readonly text: TextKind;
    }
  | { readonly name: string; readonly kind: 'bool' };

export type TextKind = 'plain' | 'name' | 'unicode' | 'hostile';

export interface Refusals {
  readonly state: boolean;
  readonly gone: boolean;
  readonly when: boolean;
  readonly args: readonly Readonly<Record<string, Scalar>>[];
}

export interface Action {
  readonly name: string;
  /** Its place among actions and faults together. */
  readonly index: number;
  readonly fault: boolean;
  readonly about?: string;
  readonly takes: readonly Take[];
  /** Conditions without a role. */
  readonly when: readonly Condition[];
  readonly params: readonly Param[];
  readonly makes: readonly Make[];
  readonly leaves: readonly Leave[];
  readonly sets: readonly Assignment[];
  readonly also: readonly Cascade[];
  readonly weight: number;
  readonly timeoutMs: number;
  readonly settlesMs: number;
  readonly refuses: Refusals | undefined;
  readonly alone: boolean;
  readonly program: Program;
  readonly run?: Command;
}

export interface Check {
  readonly name: string;
  readonly about?: string;
  readonly run?: Command;
  readonly of?: ResourceType;
  /** By state of `of`; empty: any. */
  readonly states: readonly number[];
  /** Indices of actions; undefined: all. */
  readonly after?: ReadonlySet<number>;
  readonly every: number;
  readonly at: 'step' | 'end';
  readonly withinMs: number;
  readonly timeoutMs: number;
}

export interface Pattern {
  readonly name: string;
  readonly steps: readonly Step[];
}

export interface Given {
  readonly type: ResourceType;
  /** What the system calls it; default: its handle. */
  readonly id?: string;
  readonly state: number;
  readonly attributes: readonly (number | string | boolean)[];
}

export interface Stage {
  readonly run: Command;
  readonly timeoutMs: number;
}

export interface Suite {
  readonly name: string;
  readonly about?: string;
  /** `sha256:<hex>` of the canonical text. */
  readonly digest: string;
  readonly source: SuiteSource;
  readonly types: readonly ResourceType[];
  readonly actions: readonly Action[];
  readonly checks: readonly Check[];
  readonly patterns: readonly Pattern[];
  /** What was found before, as it lies in the suite's folder: walks go near it, as near patterns. */
  readonly reproducers: readonly Pattern[];
  readonly given: readonly Given[];
  readonly driver?: { readonly run: Command; readonly startTimeoutMs: number };
  readonly environment: { readonly pass: readonly string[]; readonly set: Readonly<Record<string, string>> };
  readonly setUp?: Stage;
  readonly tearDown?: Stage;
  readonly walk: { readonly length: number; readonly illegal: number; readonly faulty: number };
  readonly exit: { readonly steps?: number; readonly minutes?: number; readonly when: readonly Condition[] };
  readonly bugs: Readonly<Record<string, string>>;
}

const actions = new WeakMap<Suite, ReadonlyMap<string, Action>>();
const types = new WeakMap<Suite, ReadonlyMap<string, ResourceType>>();

/** A suite's actions and faults, by name. */
export function actionsOf(suite: Suite): ReadonlyMap<string, Action> {
  let table = actions.get(suite);
  if (!table) {
    table = new Map(suite.actions.map((a) => [a.name, a]));
    actions.set(suite, table);
  }
  return table;
}

/** An action or a fault. */
export const actionNamed = (suite: Suite, name: string): Action | undefined => actionsOf(suite).get(name);

export function typeNamed(suite: Suite, name: string): ResourceType | undefined {
  let table = types.get(suite);
  if (!table) {
    table = new Map(suite.types.map((t) => [t.name, t]));
    types.set(suite, table);
  }
  return table.get(name);
}

/** The state's name, for people and for comparing with what a system shows. */
export const stateOf = (resource: Resource): string => resource.type.states[resource.state] ?? 'gone';
