/** Which id the system gave to which handle. What nobody named an id for goes by its handle. */
import type { Resource } from '../model/resource.js';
import type { Suite } from '../suite/suite.js';
import type { Handle, Known } from '../types.js';

export interface Ids {
  of(handle: Handle): Known;
  ofResource(resource: Resource): Known;
  name(handle: Handle, id: string): void;
}

const own = new Map<Handle, Known>();
/** The same in every walk: made once. */
const unnamed = (handle: Handle): Known => own.get(handle) ?? firstOf(handle);

/** Apart from what is run for each step: it is compiled without this. */
function firstOf(handle: Handle): Known {
  const known = { handle, id: handle };
  if (own.size < MOST_KEPT) own.set(handle, known);
  return known;
}

const MOST_KEPT = 10_000;

/** What is there before the first step has the ids that the suite gives. */
export function createIds(suite: Suite): Ids {
  const known = new Map<Handle, Known>();
  const counts = new Map<string, number>();
  for (const { type, id } of suite.given) {
    const number = (counts.get(type.name) ?? 0) + 1;
    counts.set(type.name, number);
    const handle: Handle = `${type.name}#${number}`;
    if (id !== undefined) known.set(handle, { handle, id });
  }
  return {
    of: (handle) => (known.size > 0 ? known.get(handle) : undefined) ?? unnamed(handle),
    ofResource: ({ type, number, handle }) =>
      (known.size > 0 ? known.get(handle) : type.unnamed[number]) ?? unnamed(handle),
    name: (handle, id) => void known.set(handle, { handle, id }),
  };
}
