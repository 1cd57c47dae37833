/** How long many machines take to shrink a failure, in actions: each takes one unit of a clock that only they move. */
import { expect, it } from 'vitest';
import type { Machine } from '../../src/fleet/machine.js';
import type { JobResult, JobSpec, Lease } from '../../src/fleet/protocol.js';
import { openShrinker } from '../../src/fleet/shrinking.js';
import { systemClock } from '../../src/platform/clock.js';
import { w7Suite, w7System } from '../../src/woodpecker/models/w7.js';
import { runWalk, type StepSource, traceSource, type WalkResult } from '../../src/woodpecker/run/run.js';
import { parseStep, printStep } from '../../src/woodpecker/step-text.js';
import { createWalks } from '../../src/woodpecker/walk/walk.js';
import { answer, ask, CANARY, failing, hunt, lend, openFleet, passing, type TestFleet } from '../support/fleet.js';

const suite = w7Suite();

async function run(source: StepSource): Promise<WalkResult> {
  return runWalk(w7System(), { suite, source, start: { seed: 1, bugs: ['w7'] } }, { clock: systemClock });
}
const replay = (lines: readonly string[]): Promise<WalkResult> => run(traceSource(suite, lines.map(parseStep)));

/** The first walk of this seed that fails, as step lines. */
async function failingWalk(seed: number): Promise<string[]> {
  const walks = createWalks(suite, { suite: suite.name, digest: suite.digest, strategy: 'random', seed, length: 200 });
  for (let episode = 0; ; episode++) {
    const { failure, trace } = await run(walks.walk(episode));
    if (failure) return trace.map(printStep);
  }
}

/** What a machine that runs this would say. */
function told(job: JobSpec, nonce: string, lines: readonly string[], { failure, stepsRun }: WalkResult): JobResult {
  if (job.bugs.includes(CANARY)) return failing(job, nonce, 'c'.repeat(16));
  const runs = job.kind === 'replay' ? job.runs : 2;
  const result = { ...passing(job, nonce), steps: stepsRun };
  if (!failure) return result;
  const sighting = {
    failure: { ...failure, states: { ...failure.states } },
    ...{ episode: 0, trace: [...lines], repeated: { runs, hits: runs } },
  };
  return { ...result, outcome: 'fail', sightings: [sighting] };
}

/** A fleet in which three lenders have seen the walk fail, whose machines are gone, and so many others that have nothing else to do. */
async function found(walk: readonly string[], machines: number): Promise<{ test: TestFleet; birds: Machine[] }> {
  const test = openFleet(
    { openShrinker: ({ firstTrace: trace, action, rate }) => openShrinker({ suite, trace, action, rate }) },
    true,
  );
  const { fleet } = test;
  const finders = ['ann', 'bob', 'cid'].map((name) => lend(fleet, name, name));
  const birds = Array.from({ length: machines }, (_, n) => lend(fleet, `lender-${n}`, `bird-${n}`));
  hunt(fleet, { budgetSteps: 100 });
  const result = await replay(walk);
  for (let turn = 0; fleet.findings.list({}, 1, 0)[0]?.standing !== 'confirmed' && turn < 100; turn++) {
    for (const bird of finders) {
      const [lease] = ask(fleet, bird);
      if (!lease) continue;
      if (fleet.jobs.leased(lease.lease)?.purpose === 'shrink') fleet.leases.release(bird.id, lease, false);
      else answer(fleet, bird, lease, told(lease.job, lease.nonce, walk, result));
      test.clock.advance(1);
    }
  }
  for (const { alias, lender } of finders) fleet.machines.switch(alias, lender, 'paused');
  test.guild.db.exec(`UPDATE hunt SET state = 'done', ended_at = 1;
                      UPDATE job SET state = 'cancelled' WHERE state IN ('ready', 'leased') AND purpose <> 'shrink'`);
  return { test, birds };
}

interface Running {
  readonly bird: Machine;
  readonly lease: Lease;
  readonly result: WalkResult;
  readonly until: number;
}

/** Actions in a row until it is shrunk, and how long it is then. */
async function shrunk(walk: readonly string[], machines: number): Promise<{ time: number; length: number }> {
  const { test, birds } = await found(walk, machines);
  const { fleet, clock } = test;
  const running: Running[] = [];
  let idle = birds;
  let time = 0;
  for (;;) {
    const { shrinking, trace } = fleet.findings.get(1);
    if (shrinking === 'done') {
      test.close();
      return { time, length: trace.length };
    }
    const still: Machine[] = [];
    for (const bird of idle) {
      const [lease] = ask(fleet, bird);
      if (lease?.job.kind !== 'replay') still.push(bird);
      else {
        const result = await replay(lease.job.trace);
        running.push({ bird, lease, result, until: time + result.stepsRun });
      }
    }
    running.sort((a, b) => a.until - b.until);
    const [next] = running.splice(0, 1);
    if (next?.lease.job.kind !== 'replay') throw new Error('everybody waits');
    clock.advance((next.until - time) * 50);
    time = next.until;
    const { job, nonce } = next.lease;
    answer(fleet, next.bird, next.lease, told(job, nonce, job.trace, next.result));
    idle = [...still, next.bird];
  }
}

it('takes eight machines a quarter of the time that it takes one, with the word of a second lender on it', async () => {
  const total = { alone: 0, eight: 0 };
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const walk = await failingWalk(seed);
    const alone = await shrunk(walk, 1);
    const eight = await shrunk(walk, 8);
    expect([alone.length, eight.length]).toEqual([7, 7]);
    total.alone += alone.time;
    total.eight += eight.time;
  }
  expect(total.eight / total.alone).toBeLessThanOrEqual(0.25);
});
