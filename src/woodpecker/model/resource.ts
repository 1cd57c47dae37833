import type { ResourceType } from '../suite/suite.js';
import type { Handle } from '../types.js';

/** What an expression may come to. `undefined` is `none`: a link to nothing. */
export type Value = number | string | boolean | Resource | undefined;

/**
 * One resource of the model. `links` follow the order of its type's links; `pointing` holds, by the order of its type's
 * inverses, the live resources that link to it.
 */
export interface Resource {
  readonly type: ResourceType;
  readonly number: number;
  readonly handle: Handle;
  /** Index into `type.states`; the last one is `gone`. */
  state: number;
  /** Its place in the list of its state. */
  slot: number;
  readonly attributes: (number | string | boolean)[];
  readonly links: (Resource | undefined)[];
  readonly pointing: Resource[][];
  /** In a model that remembers: how it came to be, as a hash: the action that made it, and what that took. `origin` looks less far back. */
  lineage: number;
  origin: number;
  /** In a model that remembers: the actions that last used or changed it, from the latest, as index + 1; 0: none. */
  past: number;
  pastBefore: number;
  /** In a model that remembers: how often it was used or changed. */
  uses: number;
  /** Number of the step that last used or changed it. */
  touched: number;
}

/** What an expression sees: the resources bound so far, the parameters, and everything there is. */
export interface Frame {
  readonly roles: Resource[];
  args: Readonly<Record<string, unknown>>;
  /** Live resources by type and state. */
  readonly population: readonly (readonly (readonly Resource[])[])[];
}
