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
  /** What tells resources of one state apart for novelty: how it came to be. Filled by the model. */
  birth: number;
  /** Number of the step that last changed or used it. */
  touched: number;
}

/** What an expression sees: the resources bound so far, the parameters, `it` in a cascade, and everything there is. */
export interface Frame {
  readonly roles: Resource[];
  args: Readonly<Record<string, unknown>>;
  it: Resource | undefined;
  /** Live resources by type and state. */
  readonly population: readonly (readonly Resource[][])[];
}
