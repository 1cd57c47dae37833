/** The small IaaS as a driver serves it: requests of Flock in, jobs to their end, what the API shows out. */
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { ActParams, ActResult } from '../../../src/woodpecker/drivers/protocol.js';
import { DriverError, type Served } from '../../../src/woodpecker/drivers/serve.js';
import { CHECKS, listed, shownState } from './audit.js';
import { bugNames } from './bugs.js';
import { type Cloud, createCloud } from './cloud.js';
import { createJobs, isOpen, type Jobs } from './jobs.js';
import { Refused } from './operation.js';
import { OPERATIONS } from './operations.js';
import { tearDown } from './teardown.js';

/** The simulator's own time: a turn of its jobs stands for this many milliseconds. */
const TURN_MS = 10;
/** Real milliseconds of a slow phase: wide enough for a call that was sent at the same time. */
const SLOW_MS = 3;

interface World {
  readonly cloud: Cloud;
  readonly jobs: Jobs;
  /** Handles by id of everything that the walk made and that was still there at the last look. */
  readonly handles: Map<string, string>;
  acting: number;
}

/** One simulated cloud a walk: `start` begins a new one. */
export function createSimulator() {
  let world: World | undefined;

  const started = (): World => {
    if (!world) throw new DriverError('broken', 'not started');
    return world;
  };

  return {
    start({ seed, bugs }) {
      const generator = xoroshiro128plus(seed);
      const cloud = createCloud(known(bugs), () => uniformFloat64(generator));
      world = { cloud, jobs: createJobs(cloud, OPERATIONS), handles: new Map(), acting: 0 };
      return { again: true };
    },

    async act(params) {
      const at = started();
      at.acting += 1;
      try {
        return await done(at, params);
      } finally {
        at.acting -= 1;
      }
    },

    observe({ known: all }) {
      const { cloud } = started();
      const ids = new Set(all.map(({ id }) => id));
      return {
        states: Object.fromEntries(all.map(({ handle, id }) => [handle, shownState(cloud, id)])),
        foreign: listed(cloud).filter((id) => !ids.has(id)),
      };
    },

    check({ name }) {
      const check = CHECKS[name];
      if (!check) throw new DriverError('broken', `there is no check ${name}`);
      const wrong = check(started().cloud);
      return wrong === undefined ? { ok: true } : { ok: false, message: wrong };
    },

    stop() {
      const { cloud, jobs } = started();
      return { leaks: tearDown(cloud, jobs) };
    },
  } satisfies Served;
}

/** A misspelt bug must not pass for a clean hunt. */
function known(bugs: readonly string[]): ReturnType<typeof bugNames> {
  try {
    return bugNames(bugs);
  } catch (unknown) {
    throw new DriverError('broken', unknown instanceof Error ? unknown.message : String(unknown));
  }
}

/** Polls the job of a call to its end. Calls that are open at the same time move by turns: that is how races happen here. */
async function done(world: World, { action, takes, makes, args, timeoutMs }: ActParams): Promise<ActResult> {
  const { cloud, jobs, handles } = world;
  const ids = Object.fromEntries(Object.entries(takes).map(([role, { id }]) => [role, id]));
  const job = jobs.submit(action, ids, args);
  for (let ms = 0; isOpen(job); ms += TURN_MS) {
    if (ms > timeoutMs) throw new DriverError('timeout', `${action} is still ${job.state}`);
    const pace = jobs.advance(job);
    if (isOpen(job)) await (pace === 'slow' ? delay(SLOW_MS) : nextTurn());
  }
  if (job.error) throw new DriverError(job.error instanceof Refused ? 'refused' : 'failed', job.error.message);
  for (const [role, handle] of Object.entries(makes)) handles.set(job.ids[role] ?? handle, handle);
  // Nothing certain can be said about states while another call is open.
  return world.acting > 1 ? { ids: job.ids } : { ids: job.ids, ...look(cloud, handles) };
}

/** What is there after a step. What is gone is told once, and then no more: long walks stay cheap. */
function look(cloud: Cloud, handles: Map<string, string>): Pick<ActResult, 'states' | 'foreign'> {
  const states: Record<string, string> = {};
  for (const [id, handle] of handles) {
    const state = shownState(cloud, id);
    states[handle] = state;
    if (state === 'gone') handles.delete(id);
  }
  return { states, foreign: listed(cloud).filter((id) => !handles.has(id)) };
}
