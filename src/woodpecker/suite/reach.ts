/**
 * What of a suite walks can come to: which actions can be legal, in which states resources can be. What long walks came to is
 * reached; of the rest, some is proven out of reach, by the suite's text or by a search of all there is, and some is merely not met.
 */
import { bindings } from '../model/legal-steps.js';
import { type Args, bindRoles, createModel, type Model } from '../model/model.js';
import type { Resource } from '../model/resource.js';
import type { Handle, Json, Step } from '../types.js';
import { boundsOf, simplestOf } from '../walk/values.js';
import { createWalks } from '../walk/walk.js';
import { type Action, actionNamed, type ResourceType, type Suite } from './suite.js';

/** Walks taken to see what is reached; a few thousand steps, some tens of milliseconds. */
const WALKS = 16;
/** Most steps that the search tries before it gives up: a second or two. */
const TRIES = 50_000;
/** Ranges of whole numbers up to this wide are searched in full, others at their ends. */
const WIDE = 16;
const MOST_SETS = 64;

export interface Reach {
  readonly actions: ReadonlySet<Action>;
  /** `type.state`. */
  readonly states: ReadonlySet<string>;
  /** Nothing else can ever be reached: the search came to its end. */
  readonly complete: boolean;
  /** As far as the text tells, without conditions: what is not in here is out of reach whatever was searched. */
  readonly possible: { readonly actions: ReadonlySet<Action>; readonly states: ReadonlySet<string> };
  /** Steps of the walks. */
  readonly steps: number;
}

export function reachOf(suite: Suite): Reach {
  const actions = new Set<Action>();
  const states = new Set<string>();
  const see = (resources: readonly Resource[]): void => {
    for (const r of resources) states.add(nameOf(r.type, r.state));
  };
  let steps = 0;
  for (const strategy of ['mix', 'swarm'] as const) {
    const walks = createWalks(suite, { suite: suite.name, digest: suite.digest, strategy, seed: 1, length: 200 });
    for (let episode = 0; episode < WALKS; episode++) {
      const walk = walks.walk(episode);
      see(walk.model.live());
      for (let step = walk.next(); step; step = walk.next()) {
        steps++;
        const action = actionNamed(suite, step.action);
        if (action && !step.refused) actions.add(action);
        see(walk.model.touched);
      }
    }
  }
  see(statesInPatterns(suite));
  const possible = possibleIn(suite);
  const missing = () =>
    [...possible.actions].some((action) => !actions.has(action)) ||
    [...possible.states].some((state) => !states.has(state));
  const complete = missing() && searched(suite, actions, see, missing);
  return { actions, states, complete, possible, steps };
}

const nameOf = (type: ResourceType, state: number): string => `${type.name}.${type.states[state]}`;

/** Patterns may use what walks never choose. */
function statesInPatterns(suite: Suite): Resource[] {
  return suite.patterns.flatMap(({ steps }) => {
    const model = createModel(suite);
    const seen: Resource[] = [];
    for (const step of steps) {
      if (model.objection(step)) break;
      model.apply(step);
      seen.push(...model.touched.map((r) => ({ ...r })));
    }
    return seen;
  });
}

/** What the text allows if every condition held, from what is given on, until nothing is added. */
function possibleIn(suite: Suite): Reach['possible'] {
  const states = new Set(suite.given.map(({ type, state }) => nameOf(type, state)));
  const actions = new Set<Action>();
  const add = (type: ResourceType, possible: readonly number[]): void => {
    for (const state of possible.length > 0 ? possible : type.states.keys()) states.add(nameOf(type, state));
  };
  for (let before = -1; before !== states.size + actions.size; ) {
    before = states.size + actions.size;
    for (const action of suite.actions) {
      const open = action.takes.every(({ type, states: allowed }) => allowed.some((s) => states.has(nameOf(type, s))));
      if (action.weight === 0 || !open) continue;
      actions.add(action);
      for (const { type, possible } of action.makes) add(type, possible);
      for (const { role, possible } of action.leaves) {
        const type = action.takes[role]?.type;
        if (type) add(type, possible);
      }
      for (const { type, leaves, possible } of action.also) if (leaves) add(type, possible);
    }
  }
  return { actions, states };
}

/** Breadth first through every world there is. True when it was gone through to its end, or nothing is missing any more. */
function searched(
  suite: Suite,
  actions: Set<Action>,
  see: (resources: readonly Resource[]) => void,
  missing: () => boolean,
): boolean {
  const seen = new Set<string>();
  let level: Model[] = [createModel(suite)];
  let whole = true;
  let tries = 0;
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= suite.walk.length) return false;
    const below: Model[] = [];
    for (const model of level) {
      const key = worldOf(model);
      if (seen.has(key)) continue;
      seen.add(key);
      if (depth > 0 && suite.exit.when.length > 0 && suite.exit.when.every((c) => c.holds(model.frame))) continue;
      for (const action of suite.actions) {
        if (action.weight === 0 || !model.hasRoom(action)) continue;
        for (const takes of bindings(model, action, {}, 0)) {
          const { all, sets } = argsOf(model, action, takes);
          whole &&= all;
          for (const args of sets) {
            if (tries++ >= TRIES) return false;
            const step: Step = { action: action.name, takes, makes: fresh(model, action), args };
            if (model.objection(step) !== undefined) continue;
            actions.add(action);
            const next = model.clone();
            next.apply(step);
            see(next.touched);
            below.push(next);
          }
        }
      }
      if (!missing()) return true;
    }
    level = below;
  }
  return whole;
}

function fresh(model: Model, action: Action): Record<string, Handle> {
  const next = new Map<string, number>();
  return Object.fromEntries(
    action.makes.map(({ role, type }) => {
      let n = next.get(type.name) ?? 1;
      while (model.get(`${type.name}#${n}`)) n++;
      next.set(type.name, n + 1);
      return [role, `${type.name}#${n}` as Handle];
    }),
  );
}

/** Every combination of values, where they can be counted; else their ends, and `all` is false. */
function argsOf(model: Model, action: Action, takes: Step['takes']): { all: boolean; sets: Args[] } {
  let all = true;
  bindRoles(
    model.frame,
    action.takes.map(({ role }) => model.get(takes[role] as Handle) as Resource),
  );
  let sets: Record<string, Json>[] = [{}];
  for (const param of action.params) {
    let values: readonly Json[];
    if (param.kind === 'bool') values = [false, true];
    else if (param.kind === 'enum') values = param.values;
    else if (param.kind === 'text') {
      values = [simplestOf(param, model)];
      all = false;
    } else {
      const { min, max } = boundsOf(param, model.frame);
      const narrow = max - min < WIDE;
      values = narrow ? Array.from({ length: max - min + 1 }, (_, i) => min + i) : [min, max];
      all &&= narrow;
    }
    if (sets.length * values.length > MOST_SETS) {
      values = [values[0] ?? null, values.at(-1) ?? null];
      all = false;
    }
    sets = sets.flatMap((set) => values.map((value) => ({ ...set, [param.name]: value })));
  }
  return { all, sets };
}

/** Everything there is, whatever it is called: each resource by what it is, then by what it is linked to, and so on as far as links go. */
function worldOf(model: Model): string {
  const live = model.live();
  let names = new Map(live.map((r) => [r, `${r.type.index}.${r.state}.${r.attributes.join(',')}`]));
  for (let round = 0; round < ROUNDS; round++) {
    names = new Map(
      live.map((r) => {
        const to = r.links.map((target) => (target && names.get(target)) ?? '-').join(';');
        const from = r.pointing.map((list) =>
          list
            .map((p) => names.get(p))
            .sort()
            .join('+'),
        );
        return [r, round < ROUNDS - 1 ? `${names.get(r)}(${to}|${from.join(';')})` : `${names.get(r)}<${to}>`];
      }),
    );
  }
  return [...names.values()].sort().join('\n');
}

/** Two links far, as far as suites' conditions look; deeper trees of the same shape count as one world. */
const ROUNDS = 2;
