import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import os from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { jobSchema } from '../fleet/protocol.js';
import { systemClock } from '../platform/clock.js';
import { packageRoot, shipped } from '../platform/paths.js';
import { version } from '../platform/version.js';
import { createClient, enrol, Refused, Unreachable } from '../worker/client.js';
import { openWorkerHome, PolicyError, type WorkerHome } from '../worker/home.js';
import { Ended, work } from '../worker/loop.js';
import { createPerform } from '../worker/perform.js';
import { sandboxes, sandboxMissing } from '../worker/sandbox.js';
import { ENDED, systemdUnit } from '../worker/service.js';
import { createSuiteStore } from '../worker/suites.js';
import { openWayIn } from '../worker/way-in.js';
import { type CliCommand, type Terminal, UsageError } from './index.js';

const USAGE = `worker enroll URL CODE | run | status | pause | resume | accept [NAME] | leave | service   [--home DIR]`;

/** A worker notes what it does at each beat, a minute apart. Milliseconds. */
const STATE_IS_FRESH_MS = 150_000;

type Caller = Readonly<Record<string, string | undefined>>;

/** What a sandbox runs: one job from stdin, its progress and its result on stdout. Not for people. */
async function performShutIn(caller: Caller): Promise<number> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const { job, folder, out } = shutInSchema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
  const signal = new AbortController().signal;
  const progress = (steps: number, checks: number): void => say({ steps, checks });
  const [{ performHere }, { openSuite }] = await Promise.all([
    import('../worker/perform-here.js'),
    import('../woodpecker/drivers/suite-folder.js'),
  ]);
  const way = out === undefined ? {} : await openWayIn(out);
  const tools = { clock: systemClock, packageRoot, caller: { ...caller, ...way }, signal, progress };
  const result = await performHere(job, openSuite(folder), tools);
  if (result) say({ result });
  return 0;
}

const shutInSchema = z.strictObject({ job: jobSchema, folder: z.string(), out: z.string().optional() });

const facts = () => ({
  version,
  cores: os.availableParallelism(),
  memoryMb: Math.max(1, Math.floor(os.totalmem() / 1024 / 1024)),
});

function clientOf(home: WorkerHome) {
  const enrolled = home.enrolled();
  if (!enrolled) throw new UsageError('this machine is not enrolled: /machine lend in Discord gives the line to paste');
  const { privateKey: key } = home.key();
  const { url, machine } = enrolled;
  return createClient({ url, machine, key, now: systemClock.now, newNonce: randomUUID });
}

async function enrolHere([url, code]: readonly string[], home: WorkerHome, terminal: Terminal): Promise<number> {
  if (url === undefined || code === undefined)
    throw new UsageError('name the URL and the code that /machine lend gave');
  const known = home.enrolled();
  if (known) {
    terminal.err(`This machine is enrolled as ${known.alias} at ${known.url}. To enrol it anew: flock worker leave`);
    return 1;
  }
  const address = url.replace(/\/+$/, '');
  const { publicKey } = home.key();
  const about = { publicKey, ...facts(), os: `${os.type()} ${os.release()}`.slice(0, 64), arch: os.arch() };
  const { machine, alias } = await enrol(address, {
    code: code.trim().toUpperCase(),
    ...about,
    sandboxes: sandboxes(),
  });
  home.setEnrolled({ url: address, machine, alias });
  home.policy();
  terminal.out(
    [
      `Enrolled as ${alias}. Your terms are in ${home.policyFile}.`,
      'Next: flock worker accept   (which suites may run here), then flock worker run',
    ].join('\n'),
  );
  return 0;
}

/** Without a name: shows what is approved. With one: pins its digest in the policy. */
async function accept([name]: readonly string[], home: WorkerHome, terminal: Terminal): Promise<number> {
  const { suites } = await clientOf(home).session({ protocol: { oldest: 1, newest: 1 }, ...facts() });
  const policy = home.policy();
  const accepted = new Set(policy.suites.map(({ digest }) => digest));
  if (name === undefined) {
    if (suites.length === 0) terminal.out('No suite is approved in this community yet.');
    for (const suite of suites)
      terminal.out(`${accepted.has(suite.digest) ? '✓' : ' '} ${suite.name}  ${suite.digest}`);
    return 0;
  }
  const wanted = suites.filter((suite) => suite.name === name || suite.digest === name);
  if (wanted.length === 0) {
    terminal.err(`No approved suite is called ${name}.`);
    return 1;
  }
  const fresh = wanted.filter(({ digest }) => !accepted.has(digest)).map(({ name, digest }) => ({ name, digest }));
  home.setPolicy({ ...policy, suites: [...policy.suites, ...fresh] });
  for (const suite of wanted) terminal.out(`✓ ${suite.name}  ${suite.digest}`);
  return 0;
}

async function run(home: WorkerHome, terminal: Terminal, caller: Caller): Promise<number> {
  const policy = home.policy();
  const missing = sandboxMissing(policy.tier);
  if (missing !== undefined) {
    terminal.err(missing);
    return ENDED;
  }
  const last = home.state();
  if (last && last.pid !== process.pid && isRunning(last.pid) && Date.now() - last.at < STATE_IS_FRESH_MS) {
    terminal.err(`It runs already, as process ${last.pid}.`);
    return ENDED;
  }
  const client = clientOf(home);
  const say = (line: string): void => terminal.out(`${new Date().toISOString()} ${line}`);
  const suites = createSuiteStore({ home, shipped: shipped('suites'), client });
  const onRefused = (place: string): void => say(`a job wanted to connect to ${place}: your policy does not allow it`);
  try {
    await work(
      {
        home,
        client,
        perform: createPerform({ suites, packageRoot, clock: systemClock, caller, onRefused }),
        clock: systemClock,
        facts: facts(),
        say,
        record: (line) => appendFileSync(home.logFile, `${JSON.stringify(line)}\n`),
        pid: process.pid,
      },
      terminal.stop,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    terminal.err(error.message);
    return ENDED;
  }
}

function status(home: WorkerHome, terminal: Terminal): number {
  const enrolled = home.enrolled();
  if (!enrolled) {
    terminal.out('Not enrolled.');
    return 1;
  }
  terminal.out(`${enrolled.alias} at ${enrolled.url}${home.paused() ? ' (paused)' : ''}`);
  const state = home.state();
  if (!state || !isRunning(state.pid)) {
    terminal.out('Not running. Start it: flock worker run');
    return 1;
  }
  terminal.out(
    state.jobs.length === 0 ? `Idle: ${state.idle ?? 'asking for work'}` : `Working, ${state.done} jobs done.`,
  );
  for (const job of state.jobs)
    terminal.out(`  ${job.what}, ${job.steps} steps, since ${new Date(job.since).toISOString()}`);
  for (const notice of state.notices) terminal.out(`! ${notice}`);
  return 0;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export default {
  name: 'worker',
  usage: USAGE,
  summary: 'lend this machine to a community: enrol it, run it, and see what it does',
  async run(args, terminal, env) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { home: { type: 'string' } },
      allowPositionals: true,
    });
    const home = openWorkerHome(resolve(values.home ?? join(env.dataDir, 'worker')));
    const [what, ...rest] = positionals;
    try {
      switch (what) {
        case 'enroll':
          return await enrolHere(rest, home, terminal);
        case 'run':
          return await run(home, terminal, env.variables);
        case 'status':
          return status(home, terminal);
        case 'pause':
        case 'resume':
          home.setPaused(what === 'pause');
          terminal.out(what === 'pause' ? 'Paused: running jobs are given back.' : 'Takes jobs again.');
          return 0;
        case 'accept':
          return await accept(rest, home, terminal);
        case 'leave':
          home.leave();
          terminal.out(`Left. The key is gone; the log stays in ${home.logFile}.`);
          return 0;
        case 'service':
          terminal.out(
            systemdUnit({
              node: process.execPath,
              flock: join(packageRoot, 'bin', 'flock.js'),
              home: home.folder,
              user: os.userInfo().username,
            }),
          );
          return 0;
        case 'perform':
          return await performShutIn(env.variables);
        default:
          throw new UsageError(what === undefined ? 'say what to do' : `worker cannot ${what}`);
      }
    } catch (error) {
      if (error instanceof Refused || error instanceof Unreachable || error instanceof PolicyError) {
        terminal.err(error.message);
        return 1;
      }
      throw error;
    }
  },
} satisfies CliCommand;
