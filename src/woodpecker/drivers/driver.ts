/** A system behind a driver: a process that speaks the protocol of docs/drivers.md, for one walk or, if it says so, for many. */
import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import { type ActAnswer, type BoundStep, HarnessError, type Known, type StartOptions, type System } from '../types.js';
import type { Launch } from './command.js';
import { type Connection, createConnection, NoSuchMethod } from './connection.js';
import { createGround, type Ground } from './ground.js';
import { type Method, PROTOCOL, RESULTS } from './protocol.js';

export interface DriverOptions {
  readonly startTimeoutMs: number;
  readonly stopTimeoutMs: number;
  /** Silence beyond a step's own timeout after which the driver counts as broken, ms. */
  readonly graceMs: number;
  /** Time for `observe`, ms. */
  readonly observeTimeoutMs: number;
  /** Notifications of the driver, for the action log. */
  readonly onLog?: (message: string) => void;
}

export const DRIVER_DEFAULTS = {
  startTimeoutMs: 30_000,
  stopTimeoutMs: 30_000,
  graceMs: 5_000,
  observeTimeoutMs: 30_000,
} as const satisfies Omit<DriverOptions, 'onLog'>;

/** After its stdin was closed a driver has this long to leave by itself, ms. */
const LEAVE_MS = 2_000;

/** A driver's process that has stopped one walk and can start another. What it started and wrote lies on its own ground. */
interface DriverProcess {
  readonly connection: Connection;
  readonly ground: Ground;
  /** It said at `start` that it may be started again. */
  readonly again: boolean;
}

/** Keeps the process of a driver from one walk to the next, where the driver allows it: starting one costs more than a step. */
export interface DriverPool {
  take(): DriverProcess | undefined;
  give(idle: DriverProcess): void;
  /** Ends what is kept. */
  clear(): void;
}

export function createDriverPool(): DriverPool {
  let kept: DriverProcess | undefined;
  const clear = () => {
    kept?.connection.close('the hunt is over');
    kept?.ground.clear();
    kept = undefined;
  };
  return {
    take() {
      const taken = kept?.connection.broken ? undefined : kept;
      if (!taken) clear();
      kept = undefined;
      return taken;
    },
    give(idle) {
      clear();
      kept = idle;
    },
    clear,
  };
}

/** `launch` gives the driver's command for the folder of its process; `folder` is the walk's. */
export function createDriverSystem(
  launch: (folder: string) => Launch,
  folder: string,
  options: DriverOptions,
  pool?: DriverPool,
): System {
  let driver: DriverProcess | undefined;
  let observes = true;

  return {
    async start({ seed, ref, bugs }: StartOptions) {
      const params = { protocol: PROTOCOL, seed, ref, bugs, folder };
      driver = pool?.take() ?? (await launched());
      const again = await driver.connection
        .request('start', params, options.startTimeoutMs, readStart)
        .catch(cannotStart);
      driver = { ...driver, again };
    },

    // Not async, and read where the answer arrives: one promise a step.
    act({ index, action, takes, makes, args, timeoutMs, fault }: BoundStep): Promise<ActAnswer> {
      const params = { index, action, takes, makes, args, timeoutMs };
      return connected().request(fault ? 'fault' : 'act', params, timeoutMs + options.graceMs, readAct);
    },

    async observe(known: readonly Known[]): Promise<Seen> {
      if (!observes) return { states: {} };
      try {
        return await connected().request('observe', { known }, options.observeTimeoutMs, readObserve);
      } catch (error) {
        if (!(error instanceof NoSuchMethod)) throw asObserver(error);
        observes = false;
        return { states: {} };
      }
    },

    check(name, known, timeoutMs) {
      return connected().request('check', { name, known, timeoutMs }, timeoutMs + options.graceMs, readCheck);
    },

    // All requests are written before the first answer is read: a driver that knows nothing of it reads them one by one.
    checkAll(checks) {
      const timeoutMs = checks.reduce((sum, check) => sum + check.timeoutMs, options.graceMs);
      return Promise.all(checks.map((check) => connected().request('check', check, timeoutMs, readCheck)));
    },

    async stop(known) {
      if (!driver) return { leaks: [] };
      const { connection, again } = driver;
      try {
        const answer = await connection.request('stop', { known }, options.stopTimeoutMs, readStop);
        if (!again || !pool) return answer;
        pool.give(driver);
        driver = undefined;
        return answer;
      } catch (error) {
        if (!(error instanceof NoSuchMethod)) throw asObserver(error);
        return { leaks: [] };
      } finally {
        if (driver) {
          connection.hangUp();
          await Promise.race([connection.ended, delay(LEAVE_MS, undefined, { ref: false })]);
        }
      }
    },

    kill() {
      driver?.connection.close('the walk was ended');
      driver?.ground.clear();
    },
  };

  async function launched(): Promise<DriverProcess> {
    const ground = createGround();
    try {
      const { command, args, cwd, env } = launch(ground.folder.path);
      const child = await ground.tree.spawn(command, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
      const connection = createConnection(child, { onLog: options.onLog, onBroken: () => ground.tree.kill() });
      return { connection, ground, again: false };
    } catch (error) {
      ground.clear();
      throw error;
    }
  }

  function connected(): Connection {
    if (!driver) throw new HarnessError('the driver was not started');
    return driver.connection;
  }
}

type Seen = Awaited<ReturnType<System['observe']>>;

const readStart = (result: unknown) => read('start', RESULTS.start, result)?.again === true;
const readAct = (result: unknown): ActAnswer =>
  isPlainAct(result) ? result : (read('act', RESULTS.act, result) ?? {});
const readObserve = (result: unknown) => read('observe', RESULTS.observe, result);
const readStop = (result: unknown) => ({ leaks: read('stop', RESULTS.stop, result)?.leaks ?? [] });
function readCheck(result: unknown): string | undefined {
  const verdict = read('check', RESULTS.check, result);
  return verdict.ok ? undefined : verdict.message;
}

function read<T>(method: Method, schema: z.ZodType<T>, result: unknown): T {
  const parsed = schema.safeParse(result);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new HarnessError(`the driver's answer to ${method} is wrong: ${where ? `${where}: ` : ''}${issue?.message}`);
}

/** Most answers, told by hand from those that the schema has to look at: this runs once a step. */
function isPlainAct(result: unknown): result is ActAnswer {
  if (typeof result !== 'object' || result === null) return false;
  for (const key in result) {
    if (key !== 'states' && key !== 'ids') return false;
    const texts: unknown = (result as Record<typeof key, unknown>)[key];
    if (typeof texts !== 'object' || texts === null || Array.isArray(texts)) return false;
    for (const name in texts) if (typeof (texts as Record<typeof name, unknown>)[name] !== 'string') return false;
  }
  return !Array.isArray(result);
}

/** A driver that cannot start, by whatever error it says so, has tested nothing. */
function cannotStart(error: unknown): never {
  throw new HarnessError(`the driver could not start: ${error instanceof Error ? error.message : String(error)}`);
}

/** To look, or to tear down, is the test's own doing: that it fails is never the tested system's failure. */
function asObserver(error: unknown): unknown {
  if (error instanceof HarnessError || !(error instanceof Error)) return error;
  return new HarnessError(`the driver could not look at the system: ${error.message}`);
}
