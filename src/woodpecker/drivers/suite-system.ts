/** The system that a suite describes: its driver, its shell commands, or some of each, on one ground. */
import type { Suite } from '../suite/suite.js';
import { HarnessError, type Known, type System } from '../types.js';
import { driverLaunch, type Surroundings } from './command.js';
import { createDriverSystem, DRIVER_DEFAULTS, type DriverPool } from './driver.js';
import { createGround } from './ground.js';
import { look } from './looking.js';
import { createShell } from './shell.js';
import { answerOf, mustSucceed, verdictOf } from './shell-answer.js';

export interface SuiteSystemOptions {
  /** The suite's own folder. */
  readonly folder: string;
  /** The folder of Flock's package.json. */
  readonly packageRoot: string;
  /** The caller's variables, of which commands see what the suite passes. */
  readonly caller: Readonly<Record<string, string | undefined>>;
  /** Keeps the driver's process for the next walk, where the driver allows it. The caller clears it in the end. */
  readonly pool?: DriverPool;
  /** What the driver says about itself, for the action log. */
  readonly onLog?: (message: string) => void;
}

/** Time for a suite's `observe` and `list`, ms. */
const LOOK_MS = 30_000;

/** One system for one walk. Throws HarnessError where the driver is not there, or no folder can be made. */
export function createSuiteSystem(suite: Suite, options: SuiteSystemOptions): System {
  const { folder, packageRoot, caller, onLog, pool } = options;
  const ground = createGround();
  const around: Surroundings = { suiteFolder: folder, packageRoot, caller, ...suite.environment };
  const { driver, setUp, tearDown, types } = suite;
  const actions = new Map(suite.actions.map((action) => [action.name, action]));
  const checks = new Map(suite.checks.map((check) => [check.name, check]));
  const observes = types.some(({ observe }) => observe);
  const lists = types.some(({ list }) => list);
  const behind =
    driver &&
    createDriverSystem(
      (place) => driverLaunch(driver.run, around, place),
      ground.folder.path,
      { ...DRIVER_DEFAULTS, startTimeoutMs: driver.startTimeoutMs, onLog },
      pool,
    );
  let shell = createShell(around, ground);

  return {
    async start(options) {
      const set = {
        ...around.set,
        FLOCK_SEED: String(options.seed),
        FLOCK_REF: options.ref ?? '',
        FLOCK_BUGS: options.bugs.join(' '),
      };
      shell = createShell({ ...around, set }, ground);
      if (setUp) mustSucceed('set_up', await shell.run(setUp.run, {}, setUp.timeoutMs), setUp.timeoutMs);
      await behind?.start(options);
    },

    act(step) {
      const run = actions.get(step.action)?.run;
      if (run === undefined) return driverOf(step.action).act(step);
      const values: Record<string, string> = {};
      for (const [name, value] of Object.entries(step.args))
        values[name] = typeof value === 'string' ? value : JSON.stringify(value);
      for (const [role, { id }] of Object.entries(step.takes)) values[role] = id;
      for (const [role, handle] of Object.entries(step.makes)) values[role] = proposed(handle);
      return shell.run(run, values, step.timeoutMs).then((ran) => {
        const { ids, ...rest } = answerOf(ran, step.makes, step.timeoutMs);
        const made = Object.entries(step.makes).map(([role, handle]) => [role, ids?.[role] ?? proposed(handle)]);
        return { ...rest, ids: Object.fromEntries(made) };
      });
    },

    async observe(known) {
      const seen = behind ? await behind.observe(known) : { states: {} };
      if (!observes && !lists) return seen;
      const sight = await look(shell, types, known, LOOK_MS);
      const foreign = [...(seen.foreign ?? []), ...strangers(sight.listed, known)];
      return { states: { ...seen.states, ...sight.states }, foreign };
    },

    check(name, known, timeoutMs) {
      const run = checks.get(name)?.run;
      if (run === undefined) return driverOf(`check ${name}`).check(name, known, timeoutMs);
      const values = {
        id: known[0]?.id ?? '',
        ids: known.map(({ id }) => id).join('\n'),
        handles: known.map(({ handle }) => handle).join('\n'),
      };
      return shell.run(run, values, timeoutMs).then((ran) => verdictOf(ran, timeoutMs));
    },

    checkAll: behind?.checkAll && suite.checks.every(({ run }) => run === undefined) ? behind.checkAll : undefined,

    async stop(known) {
      try {
        // tear_down runs whatever became of the driver; what that was is told afterwards.
        const stopped = await settled(behind?.stop(known));
        if (tearDown)
          mustSucceed('tear_down', await shell.run(tearDown.run, {}, tearDown.timeoutMs), tearDown.timeoutMs);
        const leaks = [...(stopped()?.leaks ?? [])];
        // Where nothing tears down, what the walk made is no leak: it goes with the walk's folder.
        const mayLeak = lists && (tearDown || behind);
        for (const [type, ids] of mayLeak ? (await look(shell, types, [], LOOK_MS)).listed : [])
          for (const id of ids) leaks.push(`${type} ${id} is still there after tear_down`);
        return { leaks };
      } finally {
        this.kill();
      }
    },

    kill() {
      behind?.kill();
      ground.clear();
    },
  };

  function driverOf(what: string): System {
    if (!behind) throw new HarnessError(`${what} has no \`run\`, and the suite has no driver`);
    return behind;
  }
}

/** Waits, and hands over what came of it as a function that returns it or throws it. */
async function settled<T>(work: Promise<T> | T): Promise<() => T> {
  try {
    const value = await work;
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** The id that a command is offered for what it makes: a handle, in letters that every shell and system can bear. */
function proposed(handle: string): string {
  return handle.replace('#', '-');
}

function strangers(found: ReadonlyMap<string, readonly string[]>, known: readonly Known[]): string[] {
  const ours = new Set(known.map(({ handle, id }) => `${handle.slice(0, handle.lastIndexOf('#'))} ${id}`));
  const foreign: string[] = [];
  for (const [type, ids] of found) for (const id of ids) if (!ours.has(`${type} ${id}`)) foreign.push(`${type} ${id}`);
  return foreign;
}
