/**
 * A made-up system with bugs, and machines that tell the truth about it or do not. Whether a walk fails is decided by its
 * seed, so that all who really run it see the same, as far as the bug shows each time.
 */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Machine } from '../../src/fleet/machine.js';
import type { JobResult, JobSpec } from '../../src/fleet/protocol.js';
import { answer, ask, CANARY, hunt, lend, openFleet, passing, type TestFleet } from './fleet.js';

export type Draw = () => number;

interface Bug {
  readonly signature: string;
  /** Share of runs in which it shows, once a walk comes by it. */
  readonly shows: number;
}

/** Shares of episodes that come by a bug that always shows, and by one that shows now and then. */
export interface Nature {
  readonly always: number;
  readonly sometimes: number;
}

const EPISODE_MS = 200;
const PLANTED = 'c'.repeat(16);
const hex = (n: number): string => Math.floor(n).toString(16).padStart(16, '0');

const mix = (a: number, b: number): number => {
  let x = (Math.imul(a ^ 0x9e3779b1, 0x85ebca6b) ^ Math.imul(b + 0x165667b1, 0xc2b2ae35)) >>> 0;
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) >>> 0;
  return ((x ^ (x >>> 13)) >>> 0) / 2 ** 32;
};

/** The bug that an episode comes by, if any. */
function bugOf({ always, sometimes }: Nature, seed: number, episode: number): Bug | undefined {
  const at = mix(seed, episode);
  const which = 1 + (Math.floor(at * 1e9) % 3);
  if (at < always) return { signature: hex(which), shows: 1 };
  if (at < always + sometimes) return { signature: hex(16 + which), shows: 0.3 };
  return undefined;
}

const bugIn = (trace: readonly string[]): Bug | undefined => {
  const [, signature, shows] = trace[0]?.split(' ') ?? [];
  return signature === undefined ? undefined : { signature, shows: Number(shows) };
};

const sighting = (
  { signature, shows }: Bug,
  episode: number,
  runs: number,
  hits: number,
): JobResult['sightings'][number] => ({
  failure: {
    kind: 'state',
    action: 'stop_vm',
    states: {},
    message: 'x',
    masked: 'x',
    signature,
    at: 0,
  },
  episode,
  trace: [`stop_vm ${signature} ${shows}`],
  repeated: { runs, hits },
});

const hitsIn = (runs: number, { shows }: Bug, draw: Draw): number =>
  Array.from({ length: runs }, draw).filter((n) => n < shows).length;

const fails = (result: JobResult, sightings: JobResult['sightings']): JobResult =>
  sightings.length === 0 ? result : { ...result, outcome: 'fail', sightings };

export interface Said {
  readonly result: JobResult;
  /** What the coordinator's own look at seed and steps says. */
  readonly plausible: boolean;
}

/** How a machine answers. `heard`: the last result of anybody else. */
export type Bird = (job: JobSpec, nonce: string, draw: Draw, heard: JobResult | undefined) => Said;

const plainly = (result: JobResult): Said => ({ result, plausible: true });

/** Runs what it is given, and tells what it saw. */
export const honest =
  (nature: Nature): Bird =>
  (job, nonce, draw) => {
    const result = passing(job, nonce);
    if (job.bugs.includes(CANARY)) return plainly(fails(result, [sighting({ signature: PLANTED, shows: 1 }, 0, 2, 2)]));
    if (job.kind === 'replay') {
      const bug = bugIn(job.trace);
      const hits = bug ? hitsIn(job.runs, bug, draw) : 0;
      return plainly(bug && hits > 0 ? fails(result, [sighting(bug, 0, job.runs, hits)]) : result);
    }
    const seen = new Map<string, JobResult['sightings'][number]>();
    for (let episode = 0; episode < job.episodes.count; episode++) {
      const bug = bugOf(nature, job.seed, episode);
      if (bug && !seen.has(bug.signature) && draw() < bug.shows)
        seen.set(bug.signature, sighting(bug, episode, 2, hitsIn(2, bug, draw)));
    }
    return plainly(fails(result, [...seen.values()]));
  };

/** Honest, on a machine that now and then spoils a job: half of the time it fails for nothing, half of the time it sees nothing. */
export const flaky =
  (nature: Nature, share: number): Bird =>
  (job, nonce, draw, heard) => {
    if (draw() >= share) return honest(nature)(job, nonce, draw, heard);
    if (draw() < 0.5) return plainly(passing(job, nonce));
    return plainly(fails(passing(job, nonce), [sighting({ signature: hex(draw() * 1e12), shows: 0 }, 0, 2, 0)]));
  };

/** Does nothing; knows what a pass of this job looks like. */
export const alwaysPass: Bird = (job, nonce) => plainly(passing(job, nonce));

/** The same, by somebody who can read: planted bugs stand in the job, and are told of. */
export const passesButPlanted: Bird = (job, nonce) =>
  plainly(
    job.bugs.includes(CANARY)
      ? fails(passing(job, nonce), [sighting({ signature: PLANTED, shows: 1 }, 0, 2, 2)])
      : passing(job, nonce),
  );

const madeUp = (job: JobSpec, nonce: string, signature: string): Said => {
  const bug = { signature, shows: 0 };
  const result = passing(job, nonce);
  if (job.kind === 'walk') return plainly(fails(result, [sighting(bug, 0, 2, 2)]));
  return plainly(fails(result, [{ ...sighting(bug, 0, job.runs, job.runs), trace: [...job.trace] }]));
};

/** Makes up a failure for each job. */
export const alwaysFail: Bird = (job, nonce, draw) => madeUp(job, nonce, hex(draw() * 1e12));

/** Tosses a coin. */
export const atRandom: Bird = (job, nonce, draw) =>
  draw() < 0.5 ? plainly(passing(job, nonce)) : madeUp(job, nonce, hex(draw() * 1e12));

/** Hands in what somebody else handed in last. Steps of another seed do not fit: the coordinator sees that by itself. */
export const copies: Bird = (job, nonce, _, heard) => {
  if (!heard) return plainly(passing(job, nonce));
  const episodes = job.kind === 'walk' ? job.episodes.count : job.runs;
  return { result: { ...heard, nonce }, plausible: heard.sightings.length === 0 && heard.episodes <= episodes };
};

/** Passes, knows planted bugs, and says of each finding that it is asked to confirm that it saw it: it stands in the forum. */
export const parrots: Bird = (job, nonce, draw, heard) => {
  if (job.kind === 'walk') return passesButPlanted(job, nonce, draw, heard);
  return madeUp(job, nonce, bugIn(job.trace)?.signature ?? hex(1));
};

/** Honest, but for a share of its jobs that it only says it ran. */
export const selective =
  (nature: Nature, share: number): Bird =>
  (job, nonce, draw, heard) =>
    (draw() < share ? passesButPlanted : honest(nature))(job, nonce, draw, heard);

/** One of several that do nothing, make findings up, and swear to each other's. */
export const colludes: Bird = (job, nonce, draw, heard) => {
  if (job.kind === 'walk' && !job.bugs.includes(CANARY) && draw() < 0.1)
    return madeUp(job, nonce, hex(1e6 + draw() * 1e9));
  return parrots(job, nonce, draw, heard);
};

export interface Told {
  /** Jobs that each suspect answered until it was held; undefined: it never was. In the order of the suspects. */
  readonly heldAfter: readonly (number | undefined)[];
  readonly reasons: readonly (string | undefined)[];
  /** Honest machines beside them that were held. */
  readonly honestHeld: number;
  readonly honestJobs: number;
  /** Findings that two lenders or more are believed to have seen, though there is no such bug. */
  readonly falselyBelieved: number;
}

export interface Village {
  readonly nature: Nature;
  readonly suspects: readonly Bird[];
  readonly honest: number;
  /** Jobs that each suspect answers, at most. */
  readonly jobs: number;
  readonly seed: number;
}

/** Lets suspects and honest machines work on one hunt, in turn. */
export function watch({ nature, suspects, honest: others, jobs, seed }: Village): Told {
  const generator = xoroshiro128plus(seed);
  const draw: Draw = () => uniformFloat64(generator);
  const test = openFleet({ random: draw }, true);
  try {
    hunt(test.fleet, { budgetSteps: 1_000_000_000, seed });
    const cheats = suspects.map((bird, n) => ({ bird, machine: lend(test.fleet, `suspect-${n}`, `cuckoo-${n}`) }));
    const good = Array.from({ length: others }, (_, n) => ({
      bird: honest(nature),
      machine: lend(test.fleet, `lender-${n}`, `bird-${n}`),
    }));
    const answered = new Map<string, number>();
    let heard: JobResult | undefined;
    const active = ({ id }: Machine): boolean => test.fleet.machines.find(id)?.state === 'active';
    for (let round = 0; round < jobs && cheats.some(({ machine }) => active(machine)); round++) {
      for (const { bird, machine } of [...cheats, ...good]) {
        const [lease] = ask(test.fleet, machine);
        if (!lease) continue;
        answered.set(machine.id, (answered.get(machine.id) ?? 0) + 1);
        const { result, plausible } = bird(lease.job, lease.nonce, draw, heard);
        test.clock.advance(result.episodes * EPISODE_MS);
        answer(test.fleet, machine, lease, result, plausible);
        heard = result;
      }
      test.fleet.tick();
    }
    return tell(test, cheats, good, answered);
  } finally {
    test.close();
  }
}

function tell(
  { fleet }: TestFleet,
  cheats: readonly { machine: Machine }[],
  good: readonly { machine: Machine }[],
  answered: ReadonlyMap<string, number>,
): Told {
  const held = ({ machine: { id } }: { machine: Machine }) => fleet.machines.find(id)?.state === 'quarantined';
  const real = (signature: string): boolean => Number.parseInt(signature, 16) < 32;
  const believed = [
    ...fleet.findings.list({ standing: 'reproduced' }, 1000, 0),
    ...fleet.findings.list({ standing: 'confirmed' }, 1000, 0),
  ];
  return {
    heldAfter: cheats.map((one) => (held(one) ? answered.get(one.machine.id) : undefined)),
    reasons: cheats.map(({ machine: { id } }) => fleet.machines.find(id)?.reason),
    honestHeld: good.filter(held).length,
    honestJobs: good.reduce((sum, { machine: { id } }) => sum + (answered.get(id) ?? 0), 0),
    falselyBelieved: believed.filter(({ signature }) => !real(signature)).length,
  };
}
