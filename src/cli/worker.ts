import { statfsSync } from 'node:fs';
import os from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { steadyClock, systemClock } from '../platform/clock.js';
import { packageRoot, shipped } from '../platform/paths.js';
import { clearScratch } from '../worker/cell.js';
import { Refused, Unreachable } from '../worker/client.js';
import { Ended } from '../worker/ended.js';
import { holdHome } from '../worker/holding.js';
import { HomeError, openWorkerHome, type WorkerHome } from '../worker/home.js';
import { work } from '../worker/loop.js';
import { createPerformer } from '../worker/perform.js';
import type { Policy } from '../worker/policy.js';
import { PolicyError } from '../worker/policy-file.js';
import { note } from '../worker/ran.js';
import { sandboxMissing } from '../worker/sandbox.js';
import { ENDED, systemdUnit } from '../worker/service.js';
import { createSuiteStore } from '../worker/suites.js';
import { type CliCommand, type Terminal, UsageError } from './index.js';
import { accept, clientOf, enrolHere, facts } from './worker-enrol.js';
import { performAll } from './worker-perform.js';
import { isRunning, isThere, shown, status } from './worker-status.js';

const USAGE = `worker enroll URL CODE [--insecure] | accept [NAME] | run | status | pause | resume | leave | service   [--home DIR]`;

/** With less than this no job is begun; bytes. */
const LEAST_DISK = 100 * 1024 * 1024;

type Caller = Readonly<Record<string, string | undefined>>;

/** What of this machine stands in the way of jobs. */
function hindrance({ tier }: Policy): string | undefined {
  const missing = sandboxMissing(tier);
  if (missing !== undefined) return missing;
  const { bavail, bsize } = statfsSync(os.tmpdir());
  const free = bavail * bsize;
  return free < LEAST_DISK
    ? `the disk is full: ${Math.floor(free / 1024 / 1024)} MB free in ${os.tmpdir()}`
    : undefined;
}

async function run(home: WorkerHome, terminal: Terminal, caller: Caller): Promise<number> {
  const client = clientOf(home);
  const missing = sandboxMissing(home.policy().tier);
  if (missing !== undefined) {
    terminal.err(missing);
    return ENDED;
  }
  if (!(await holdHome(home.folder))) {
    terminal.err(
      `It runs already, as process ${home.state()?.pid ?? '?'}; \`flock worker status\` tells what it does.`,
    );
    return ENDED;
  }
  const say = (line: string): void => terminal.out(shown(`${new Date().toISOString()} ${line}`));
  const suites = createSuiteStore({ home, shipped: shipped('suites'), client });
  const onRefused = (place: string): void => say(`a job wanted to connect to ${place}: your policy does not allow it`);
  clearScratch(isThere);
  const performer = createPerformer({ suites, packageRoot, clock: steadyClock, caller, onRefused });
  if (process.getuid?.() === 0) say('runs as root: a user of its own would be safer');
  try {
    await work(
      {
        home,
        client,
        perform: performer.perform,
        clock: systemClock,
        facts: facts(),
        hindrance,
        say,
        record: (line) => note(home.logFile, line),
        pid: process.pid,
      },
      terminal.stop,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    terminal.err(error.message);
    return ENDED;
  } finally {
    performer.close();
  }
}

async function leave(home: WorkerHome, terminal: Terminal): Promise<number> {
  const enrolled = home.enrolled();
  const runs = await isRunning(home);
  home.leave();
  if (!enrolled) {
    terminal.out('This machine is not enrolled.');
    return 0;
  }
  terminal.out(`Left. The key is gone; the log stays in ${home.logFile}.`);
  if (runs) terminal.out('The worker that runs gives its jobs back and ends within seconds.');
  terminal.out(`In Discord it is still listed: /machine withdraw ${enrolled.alias}`);
  return 0;
}

function optionsOf(args: readonly string[]) {
  try {
    const options = { home: { type: 'string' }, insecure: { type: 'boolean', default: false } } as const;
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Somebody's to mend on this machine or on the way, and said in a sentence. */
const isTheirs = (error: unknown): error is Error =>
  error instanceof Refused ||
  error instanceof Unreachable ||
  error instanceof PolicyError ||
  error instanceof HomeError ||
  // What the disk or the system does not allow.
  (error instanceof Error && 'syscall' in error && 'code' in error);

export default {
  name: 'worker',
  usage: USAGE,
  summary: 'lend this machine to a community: enrol it, run it, and see what it does',
  async run(args, terminal, env) {
    const { values, positionals } = optionsOf(args);
    const [what, ...rest] = positionals;
    try {
      const home = openWorkerHome(resolve(values.home ?? join(env.dataDir, 'worker')));
      switch (what) {
        case 'enroll':
          return await enrolHere(rest, { insecure: values.insecure, home, terminal });
        case 'accept':
          return await accept(rest, home, terminal);
        case 'run':
          return await run(home, terminal, env.variables);
        case 'status':
          return await status(home, terminal);
        case 'pause':
        case 'resume':
          home.setPaused(what === 'pause');
          terminal.out(what === 'pause' ? 'Paused: running jobs are given back.' : 'Takes jobs again.');
          return 0;
        case 'leave':
          return await leave(home, terminal);
        case 'service':
          terminal.out(
            systemdUnit({
              node: process.execPath,
              flock: join(packageRoot, 'bin', 'flock.js'),
              home: home.folder,
              user: os.userInfo().username,
              policy: home.policy(),
            }),
          );
          return 0;
        case 'perform':
          return await performAll(env.variables, terminal.stop);
        default:
          throw new UsageError(what === undefined ? 'say what to do' : `worker cannot ${what}`);
      }
    } catch (error) {
      if (!isTheirs(error)) throw error;
      for (const line of error.message.split('\n')) terminal.err(shown(line));
      return 1;
    }
  },
} satisfies CliCommand;
