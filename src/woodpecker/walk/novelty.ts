/**
 * How often something like a step was done before, in several grains at once: by the shape of what it takes, by what that links
 * to, by how that came to be, by what was last done with it, by how much it was used. A bug sits in a combination that is rare in
 * one of these; which one, nobody knows beforehand, so a step's novelty is the product over all.
 *
 * Counts are kept in sketches: fixed tables indexed by a hash. Two things that share a cell look a little less novel than they
 * are; in return a million steps take no more memory than one.
 */
import { mix, SEED, shapeOf } from '../model/lineage.js';
import type { Model } from '../model/model.js';
import type { Resource } from '../model/resource.js';
import type { Action, Suite } from '../suite/suite.js';

const CELLS = 1 << 15;
const MOST_SEEN = 65_535;
/** The grain of everything there is stands apart from these. */
const GRAINS = 5;
/** With more resources than these a world counts as new, and is not noted: it hardly ever comes twice, and takes time to look at. */
const MOST_IN_WORLD = 48;
/** Keeps a grain in which a step is wholly new from deciding alone. */
const FLOOR = 0.05;

export interface Novelty {
  /** Low: seldom done. About 1 for what was done as often as the action's other uses. */
  score(action: Action, takes: readonly Resource[], model: Model): number;
  /** How often this was done when everything else was as it is now. */
  timesHere(action: Action, takes: readonly Resource[], model: Model): number;
  /** Counts a step about to be taken. Returns in how many grains it is the first of its kind. */
  note(action: Action, takes: readonly Resource[], model: Model): number;
  /** Everything there is, as a number. */
  world(model: Model): number;
  forget(): void;
}

export function createNovelty(suite: Suite): Novelty {
  const sketches = Array.from({ length: GRAINS }, () => new Uint16Array(CELLS));
  const here = new Uint16Array(CELLS);
  /** Kinds of uses of each action seen so far, by grain, and how often each was taken. */
  const kinds = Array.from({ length: GRAINS }, () => new Float64Array(suite.actions.length).fill(1));
  const taken = new Float64Array(suite.actions.length).fill(1);
  const cells = new Int32Array(GRAINS);
  let world: number | undefined;
  let worldOf: Model | undefined;
  let worldAt = -1;

  /** The world as it is before the next step, worked out once for all uses that are looked at; undefined where there is too much in it. */
  const worldNow = (model: Model): number | undefined => {
    if (worldOf !== model || worldAt !== model.steps) {
      world = countAll(model) > MOST_IN_WORLD ? undefined : worldHash(model);
      worldOf = model;
      worldAt = model.steps;
    }
    return world;
  };

  /** Where this use of the action is counted in this world. */
  const locateHere = (action: Action, takes: readonly Resource[], world: number): number => {
    let shape = mix(SEED, action.index + 1);
    for (let i = 0; i < action.takes.length; i++) shape = mix(shape, shapeOf(takes[i] as Resource));
    return cell(mix(shape, world));
  };

  /** Fills `cells` with where this use of the action is counted, but for the world. */
  const locate = (action: Action, takes: readonly Resource[], model: Model): void => {
    let start = mix(SEED, action.index + 1);
    for (const make of action.makes) start = mix(start, magnitude(countLive(model, make.type.index)));
    let shape = start;
    let near = start;
    let lineage = start;
    let past = start;
    let used = start;
    for (let i = 0; i < action.takes.length; i++) {
      const r = takes[i] as Resource;
      const own = shapeOf(r);
      let around = own;
      for (const target of r.links) around = mix(around, target ? shapeOf(target) : 7);
      shape = mix(shape, own);
      near = mix(near, around);
      lineage = mix(mix(lineage, around), r.lineage);
      past = mix(mix(mix(past, r.state), r.past), r.pastBefore);
      used = mix(mix(used, r.state), magnitude(r.uses));
    }
    cells[0] = cell(shape);
    cells[1] = cell(near);
    cells[2] = cell(lineage);
    cells[3] = cell(past);
    cells[4] = cell(used);
  };

  return {
    score(action, takes, model) {
      locate(action, takes, model);
      const times = taken[action.index] as number;
      let score = 1;
      for (let g = 0; g < GRAINS; g++) {
        const seen = (sketches[g] as Uint16Array)[cells[g] as number] as number;
        score *= (seen * ((kinds[g] as Float64Array)[action.index] as number)) / times + FLOOR;
      }
      return score;
    },
    timesHere(action, takes, model) {
      const world = worldNow(model);
      return world === undefined ? 0 : (here[locateHere(action, takes, world)] as number);
    },
    world: worldHash,
    note(action, takes, model) {
      locate(action, takes, model);
      taken[action.index] = (taken[action.index] as number) + 1;
      let fresh = 0;
      for (let g = 0; g < GRAINS; g++) {
        const sketch = sketches[g] as Uint16Array;
        const at = cells[g] as number;
        const seen = sketch[at] as number;
        if (seen === 0) {
          fresh++;
          (kinds[g] as Float64Array)[action.index] = ((kinds[g] as Float64Array)[action.index] as number) + 1;
        }
        if (seen < MOST_SEEN) sketch[at] = seen + 1;
      }
      const world = worldNow(model);
      if (world !== undefined) {
        const at = locateHere(action, takes, world);
        const seen = here[at] as number;
        if (seen < MOST_SEEN) here[at] = seen + 1;
      }
      return fresh;
    },
    forget() {
      for (const sketch of sketches) sketch.fill(0);
      here.fill(0);
      for (const kind of kinds) kind.fill(1);
      taken.fill(1);
    },
  };
}

const cell = (hash: number): number => (hash ^ (hash >>> 15)) & (CELLS - 1);

/** 0, 1, 2, 3–4, 5–8 …: how many in the grain that matters. */
const magnitude = (n: number): number => (n < 3 ? n : 34 - Math.clz32(n - 1));

/** All that is live, whatever its order. */
function worldHash(model: Model): number {
  let hash = 0;
  for (const lists of model.population) {
    for (let s = 0; s < lists.length - 1; s++) {
      for (const r of lists[s] as readonly Resource[]) {
        const own = mix(shapeOf(r), r.type.index);
        hash = (hash + Math.imul(own, own | 1)) | 0;
      }
    }
  }
  return hash;
}

function countAll({ population }: Model): number {
  let n = 0;
  for (const lists of population) for (let s = 0; s < lists.length - 1; s++) n += lists[s]?.length ?? 0;
  return n;
}

function countLive(model: Model, type: number): number {
  const lists = model.population[type] ?? [];
  let n = 0;
  for (let s = 0; s < lists.length - 1; s++) n += lists[s]?.length ?? 0;
  return n;
}
