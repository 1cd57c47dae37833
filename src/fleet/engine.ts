/**
 * The port that every engine of the fleet answers to. The embedded one answers at once; one behind a network answers
 * later: whoever asks awaits, and sees no difference.
 */
import type { SqliteFleet } from './engines/sqlite/fleet.js';

type Port<T> = {
  readonly [Key in keyof T]: T[Key] extends (...args: infer A) => infer R
    ? (...args: A) => R | Promise<Awaited<R>>
    : T[Key] extends object
      ? Port<T[Key]>
      : T[Key];
};

export type FleetEngine = Port<SqliteFleet>;
