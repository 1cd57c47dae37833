/** Driver of the suite `cloud`: a small IaaS in this process, answering Flock on stdin and stdout. See docs/drivers.md. */
import { createInterface } from 'node:readline';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import {
  type ActParams,
  type ActResult,
  DRIVER_ERRORS,
  type StartParams,
} from '../../../src/woodpecker/drivers/protocol.js';
import { CHECKS, listed, shownState } from './audit.js';
import { bugNames } from './bugs.js';
import { type Cloud, createCloud } from './cloud.js';
import { createJobs, type Jobs } from './jobs.js';
import { Refused } from './operations.js';
import { tearDown } from './teardown.js';

/** The simulator's own time: a turn of its jobs stands for this many milliseconds. */
const TURN_MS = 10;

class DriverError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

interface World {
  readonly cloud: Cloud;
  readonly jobs: Jobs;
  /** Handles by id of everything that the walk made and that was still there at the last look. */
  readonly handles: Map<string, string>;
  acting: number;
}

let world: World | undefined;

function started(): World {
  if (!world) throw new DriverError(DRIVER_ERRORS.broken, 'not started');
  return world;
}

const methods = {
  start({ seed, bugs }: StartParams) {
    let known: ReturnType<typeof bugNames>;
    try {
      known = bugNames(bugs);
    } catch (unknown) {
      throw new DriverError(DRIVER_ERRORS.broken, unknown instanceof Error ? unknown.message : String(unknown));
    }
    const generator = xoroshiro128plus(seed);
    // What is flaky in the field does not follow a seed: `flaky_start` draws from real chance, ids from the seed.
    const chance = known.has('flaky_start') ? Math.random : () => uniformFloat64(generator);
    const cloud = createCloud(known, chance);
    world = { cloud, jobs: createJobs(cloud), handles: new Map(), acting: 0 };
    return {};
  },

  async act({ action, takes, makes, args, timeoutMs }: ActParams): Promise<ActResult> {
    const { cloud, jobs, handles } = started();
    const ids = Object.fromEntries(Object.entries(takes).map(([role, known]) => [role, known.id]));
    const at = started();
    at.acting += 1;
    try {
      // Let a call that came in together with this one be seen before the first turn.
      await nextTurn();
      const job = jobs.submit(action, ids, args);
      for (let ms = 0; job.state === 'queued' || job.state === 'running'; ms += TURN_MS) {
        if (ms > timeoutMs) throw new DriverError(DRIVER_ERRORS.timeout, `${action} is still ${job.state}`);
        // Another call may come in between two turns: that is how races happen here.
        if (at.acting > 1) await nextTurn();
        jobs.advance();
      }
      if (job.error) throw job.error;
      for (const [role, handle] of Object.entries(makes)) handles.set(job.ids[role] ?? handle, handle);
      return at.acting > 1 ? { ids: job.ids } : { ids: job.ids, ...look(cloud, handles) };
    } catch (error) {
      if (error instanceof DriverError) throw error;
      const code = error instanceof Refused ? DRIVER_ERRORS.refused : DRIVER_ERRORS.failed;
      throw new DriverError(code, error instanceof Error ? error.message : String(error));
    } finally {
      at.acting -= 1;
    }
  },

  fault: (params: ActParams) => methods.act(params),

  observe({ known }: { known: readonly { handle: string; id: string }[] }) {
    const { cloud } = started();
    const ids = new Set(known.map(({ id }) => id));
    return {
      states: Object.fromEntries(known.map(({ handle, id }) => [handle, shownState(cloud, id)])),
      foreign: listed(cloud).filter((id) => !ids.has(id)),
    };
  },

  check({ name }: { name: string }) {
    const check = CHECKS[name];
    if (!check) throw new DriverError(DRIVER_ERRORS.broken, `there is no check ${name}`);
    const wrong = check(started().cloud);
    return wrong === undefined ? { ok: true } : { ok: false, message: wrong };
  },

  stop() {
    const { cloud, jobs } = started();
    return { leaks: tearDown(cloud, jobs) };
  },
};

/** What is there after a step. What is gone is told once, and then no more: long walks stay cheap. */
function look(cloud: Cloud, handles: Map<string, string>): Pick<ActResult, 'states' | 'foreign'> {
  const states: Record<string, string> = {};
  for (const [id, handle] of handles) {
    const state = shownState(cloud, id);
    states[handle] = state;
    if (state === 'gone') handles.delete(id);
  }
  const foreign = listed(cloud).filter((id) => !handles.has(id));
  return { states, foreign };
}

async function answer(line: string): Promise<void> {
  const { id, method, params } = JSON.parse(line);
  const handler = Object.hasOwn(methods, method) ? methods[method as keyof typeof methods] : undefined;
  let reply: object;
  try {
    if (!handler) throw new DriverError(-32_601, `there is no method ${method}`);
    reply = { result: await handler(params) };
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    reply = { error: { code: error.code, message: error.message } };
  }
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...reply })}\n`);
}

createInterface({ input: process.stdin }).on('line', (line) => void answer(line));
