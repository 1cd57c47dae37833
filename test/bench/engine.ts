/**
 * What the engine itself costs.
 *
 *   npm run bench -- engine [--steps 20000] [--rounds 5] [--memory-steps 1000000]
 *
 * `step.overhead`: time a step through a driver that does nothing, against a bare loop that writes the same requests to the same
 * driver and reads its answers, both kept to one processor. `inprocess.speed`: steps a second, made up by a uniform choice, as fast-check makes it, and run in
 * process, against fast-check's `asyncModelRun` on the same model; the system does nothing in either. `inprocess.mix`: the same
 * with the default strategy, which weighs eight uses for each that it takes. `memory.growth`: bytes of heap after a million more
 * steps, beyond those after a tenth of that.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { systemClock } from '../../src/platform/clock.js';
import { packageRoot } from '../../src/platform/paths.js';
import { createDriverPool } from '../../src/woodpecker/drivers/driver.js';
import { createSuiteSystem } from '../../src/woodpecker/drivers/suite-system.js';
import { w7Suite, w7System } from '../../src/woodpecker/models/w7.js';
import { boundOf } from '../../src/woodpecker/run/bind.js';
import { createIds } from '../../src/woodpecker/run/ids.js';
import { runWalk } from '../../src/woodpecker/run/run.js';
import { parseSuite } from '../../src/woodpecker/suite/parse.js';
import { printSuite } from '../../src/woodpecker/suite/print.js';
import { actionNamed } from '../../src/woodpecker/suite/suite.js';
import type { Strategy, System } from '../../src/woodpecker/types.js';
import { createWalks } from '../../src/woodpecker/walk/walk.js';
import { keepToCores } from '../../src/worker/cores.js';
import { emptyWorld, w7Commands } from '../support/fast-check-models.js';
import { median, remark, report } from '../support/report.js';

const { values } = parseArgs({
  options: { steps: { type: 'string' }, rounds: { type: 'string' }, 'memory-steps': { type: 'string' } },
});
const STEPS = Number(values.steps ?? 20_000);
const ROUNDS = Number(values.rounds ?? 5);
const MEMORY_STEPS = Number(values['memory-steps'] ?? 1_000_000);
const MS = 1e6;

const NOTHING = { states: {} };
/** Does nothing, at no cost: what is left is the engine's. */
const idle = (): System => ({
  start: () => undefined,
  act: () => NOTHING,
  observe: () => NOTHING,
  check: () => undefined,
  stop: () => ({ leaks: [] }),
  kill: () => undefined,
});

const DRIVER = fileURLToPath(new URL('../support/noop-driver.js', import.meta.url));
const suite = w7Suite();

const milliseconds = (from: bigint): number => Number(process.hrtime.bigint() - from) / MS;

/** Runs at least `steps` steps; milliseconds a step. */
async function walked(open: () => System, strategy: Strategy, steps: number, of = suite): Promise<number> {
  const walks = createWalks(of, { suite: of.name, digest: of.digest, strategy, seed: 1, length: 200 });
  let done = 0;
  const began = process.hrtime.bigint();
  for (let episode = 0; done < steps; episode++) {
    const plan = { suite: of, source: walks.walk(episode), start: { seed: 1, bugs: [] } };
    const answered = runWalk(open(), plan, { clock: systemClock });
    const { stepsRun, outcome, error, failure } = answered instanceof Promise ? await answered : answered;
    if (outcome !== 'pass') throw new Error(`a walk ended as ${outcome}: ${error ?? failure?.message}`);
    done += stepsRun;
  }
  return milliseconds(began) / done;
}

/** The same requests, written and answered one by one without the engine; milliseconds a step. */
async function bareLoop(steps: number): Promise<number> {
  // In a session of its own, as the engine starts it: Linux shares its processors out by session, and both must wait alike.
  const driver = spawn(process.execPath, [DRIVER], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  const answers = createInterface({ input: driver.stdout })[Symbol.asyncIterator]();
  const walks = createWalks(suite, { suite: 'w7', digest: suite.digest, strategy: 'random', seed: 1, length: 200 });
  const requests: string[] = [];
  for (let episode = 0; requests.length < steps; episode++) {
    const walk = walks.walk(episode);
    const ids = createIds(suite);
    let index = 0;
    for (let step = walk.next(); step && requests.length < steps; step = walk.next()) {
      const action = actionNamed(suite, step.action);
      if (!action) throw new Error(`no action ${step.action}`);
      const params = boundOf(step, index++, action, ids, walk.model);
      requests.push(`${JSON.stringify({ jsonrpc: '2.0', id: requests.length, method: 'act', params })}\n`);
    }
  }
  const ask = async (line: string): Promise<void> => {
    driver.stdin.write(line);
    JSON.parse((await answers.next()).value as string);
  };
  await ask(`${JSON.stringify({ jsonrpc: '2.0', id: -1, method: 'start', params: {} })}\n`);
  const began = process.hrtime.bigint();
  for (const line of requests) await ask(line);
  const took = milliseconds(began) / steps;
  driver.stdin.end();
  await once(driver, 'exit');
  return took;
}

async function throughDriver(steps: number): Promise<number> {
  const driven = parseSuite(printSuite({ ...suite.source, driver: [process.execPath, DRIVER] }));
  const pool = createDriverPool();
  const open = (): System => createSuiteSystem(driven, { folder: packageRoot, packageRoot, caller: process.env, pool });
  // Starting the process is no part of a step.
  await walked(open, 'random', 200, driven);
  const took = await walked(open, 'random', steps, driven);
  pool.clear();
  return took;
}

/** fast-check's model run; milliseconds a call. */
async function fastCheck(calls: number): Promise<number> {
  let done = 0;
  let began = process.hrtime.bigint();
  const property = fc.asyncProperty(fc.commands(w7Commands(), { maxCommands: 200, size: 'max' }), async (drawn) => {
    const real = { system: idle(), calls: 0 };
    await fc.asyncModelRun(() => ({ model: emptyWorld(), real }), drawn);
    done += real.calls;
  });
  await fc.assert(property, { seed: 1, numRuns: 20 });
  done = 0;
  began = process.hrtime.bigint();
  await fc.assert(property, { seed: 2, numRuns: Math.ceil(calls / 90) });
  return milliseconds(began) / done;
}

/** Each round measures both, so that what else the machine does falls on both. */
async function rounds(
  mine: () => Promise<number>,
  theirs: () => Promise<number>,
): Promise<{ mine: number; theirs: number }> {
  const all: { mine: number; theirs: number }[] = [];
  for (let i = 0; i < ROUNDS; i++) all.push({ theirs: await theirs(), mine: await mine() });
  return { mine: median(all.map((r) => r.mine)), theirs: median(all.map((r) => r.theirs)) };
}

remark(`engine: ${STEPS} steps, ${ROUNDS} rounds`);
// Two processes that wake each other go twice as fast on one processor as on two, and where Linux puts them is chance.
const processors = availableParallelism();
keepToCores(1);
const pipe = await rounds(
  () => throughDriver(STEPS),
  () => bareLoop(STEPS),
);
keepToCores(processors);
report({
  bench: 'engine',
  metric: 'step.overhead',
  value: pipe.mine * 1000,
  unit: 'µs/step',
  baseline: pipe.theirs * 1000,
});

for (const [metric, strategy] of [
  ['inprocess.speed', 'random'],
  ['inprocess.mix', 'mix'],
] as const) {
  const speed = await rounds(
    () => walked(idle, strategy, STEPS * 5),
    () => fastCheck(STEPS),
  );
  report({ bench: 'engine', metric, value: 1000 / speed.mine, unit: 'steps/s', baseline: 1000 / speed.theirs });
}

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
const heap = (): number => {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
};
await walked(w7System, 'mix', MEMORY_STEPS / 10);
const early = heap();
await walked(w7System, 'mix', MEMORY_STEPS);
report({ bench: 'engine', metric: 'memory.growth', value: heap() - early, unit: 'bytes', baseline: early });
process.exit(0);
