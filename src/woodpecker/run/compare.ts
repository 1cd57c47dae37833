/** What the system shows against what the model says. Pure: it looks at nothing by itself. */
import type { Model } from '../model/model.js';
import type { Resource } from '../model/resource.js';
import { type Check, stateOf } from '../suite/suite.js';
import type { FailureKind, Known, Observation } from '../types.js';
import type { Ids } from './ids.js';
import type { Tally } from './tally.js';

/** Something that is wrong, before it is a failure with a place and a signature. */
export interface Wrong {
  readonly kind: FailureKind;
  readonly check?: string;
  readonly message: string;
}

/** The first of the observed states that is not the model's. What was not observed is not compared. */
export function wrongState(of: readonly Resource[], observed: Observation, tally: Tally): Wrong | undefined {
  for (const resource of of) {
    const shown = observed[resource.handle];
    if (shown === undefined) continue;
    tally.states++;
    const wanted = stateOf(resource);
    if (shown !== wanted) return { kind: 'state', message: `${resource.handle} is ${shown}, and must be ${wanted}` };
  }
  return undefined;
}

/** The same for what a step told by itself: of which resources it spoke is up to the system. */
export function wrongTold(told: Observation, get: Model['get'], tally: Tally): Wrong | undefined {
  for (const key in told) {
    const handle = key as keyof Observation;
    const resource = get(handle);
    const shown = told[handle];
    tally.states++;
    if (resource === undefined) return { kind: 'foreign', message: `${handle} is ${shown}, and nobody made it` };
    const wanted = stateOf(resource);
    if (shown !== wanted) return { kind: 'state', message: `${handle} is ${shown}, and must be ${wanted}` };
  }
  return undefined;
}

export function wrongStrangers(foreign: readonly string[] | undefined, tally: Tally): Wrong | undefined {
  if (foreign === undefined) return undefined;
  tally.generic++;
  const [first] = foreign;
  return first === undefined ? undefined : { kind: 'foreign', message: `nobody made ${first}` };
}

/** Whether a check of steps is due after step `index`, of this action. */
export function isDue({ every, after }: Check, index: number, action: number): boolean {
  return (index + 1) % every === 0 && (after?.has(action) ?? true);
}

/** The resources that a check is about. */
export function subjectsOf(check: Check, model: Model, ids: Ids): Known[] {
  const known: Known[] = [];
  for (const resource of model.live()) if (concerns(check, resource)) known.push(ids.ofResource(resource));
  return known;
}

function concerns({ of, states }: Check, { type, state }: Resource): boolean {
  return of === undefined || (type === of && (states.length === 0 || states.includes(state)));
}
