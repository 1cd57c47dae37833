/** What an operation of the small IaaS is: a generator, in which other jobs may run at every `yield`. */
import type { Cloud } from './cloud.js';

/** The API said no: nothing was changed. */
export class Refused extends Error {
  override readonly name = 'Refused';
}
/** The API broke. */
export class Failed extends Error {
  override readonly name = 'Failed';
}

export type Ids = Readonly<Record<string, string>>;
export type Args = Readonly<Record<string, unknown>>;

/** One phase takes a turn; a `slow` one takes real time, in which other calls can come in. */
export type Phases = Generator<'slow' | undefined, Ids>;

export interface Operation {
  /** Ids that no other job may touch meanwhile. Default: everything that it takes. */
  readonly holds?: (cloud: Cloud, takes: Ids) => readonly string[];
  readonly run: (cloud: Cloud, takes: Ids, args: Args) => Phases;
}

export type Operations = Readonly<Record<string, Operation>>;

/** Refuses an id that is not there (any more). */
export function find<T>(records: ReadonlyMap<string, T>, takes: Ids, role: string): T {
  const id = takes[role];
  const record = id === undefined ? undefined : records.get(id);
  if (!record) throw new Refused(`there is no ${role} ${id ?? '(none named)'}`);
  return record;
}

export function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Refused(otherwise);
}

export function any<T>(records: ReadonlyMap<string, T>, test: (record: T) => boolean): boolean {
  for (const record of records.values()) if (test(record)) return true;
  return false;
}

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : 'unnamed');
