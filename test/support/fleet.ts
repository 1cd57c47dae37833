/** A fleet in a guild's real file, and machines that answer as a test tells them to. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteFleet, type FleetDeps, type SqliteFleet } from '../../src/fleet/engines/sqlite/fleet.js';
import type { HuntPlan } from '../../src/fleet/hunt.js';
import type { Machine } from '../../src/fleet/machine.js';
import type { JobResult, JobSpec, Lease } from '../../src/fleet/protocol.js';
import type { Guild } from '../../src/platform/guild.js';
import { createGuildStore } from '../../src/platform/guild-store.js';
import { readMigrations } from '../../src/platform/migrate.js';
import { shipped } from '../../src/platform/paths.js';
import { type FakeClock, fakeClock } from './clock.js';

export const GUILD = '1000000000000000001';
export const DIGEST = `sha256:${'d'.repeat(64)}`;
export const CANARY = 'canary';

export interface TestFleet {
  readonly clock: FakeClock;
  readonly fleet: SqliteFleet;
  readonly guild: Guild;
  /** The draw that decides on replicas and canaries: 0.5 unless set. */
  draw: number;
  /** A fleet over the same file, as after a restart. */
  reopen(): SqliteFleet;
  close(): void;
}

/** `quick`: nothing is waited for that only matters when the power fails. */
export function openFleet(deps: Partial<FleetDeps> = {}, quick = false): TestFleet {
  const folder = mkdtempSync(join(tmpdir(), 'flock-fleet-'));
  const clock = fakeClock();
  const guilds = createGuildStore({ folder, migrations: readMigrations(shipped('migrations')), clock });
  if (quick) guilds.open(GUILD).db.pragma('synchronous = OFF');
  let ids = 0;
  const open = (): SqliteFleet =>
    createSqliteFleet(guilds.open(GUILD), {
      now: clock.now,
      newId: () => `id${++ids}`,
      random: () => test.draw,
      canaryOf: () => CANARY,
      openShrinker: () => undefined,
      ...deps,
    });
  const test: TestFleet = {
    clock,
    fleet: undefined as unknown as SqliteFleet,
    guild: guilds.open(GUILD),
    draw: 0.5,
    reopen: open,
    close() {
      guilds.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return Object.assign(test, { fleet: open() });
}

export function key(): string {
  return generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
}

let codes = 0;

/** Lends a machine by code, as `/machine lend` and `flock worker enroll` do together. */
export function lend(
  fleet: SqliteFleet,
  lender: string,
  alias: string,
  options: { community?: boolean; cores?: number } = {},
): Machine {
  const code = `CODE-${++codes}`;
  fleet.machines.offer(code, { lender, alias, community: options.community ?? false });
  return fleet.machines.enrol(code, {
    publicKey: key(),
    version: '0.1.0',
    os: 'linux',
    arch: 'x64',
    cores: options.cores ?? 1,
    memoryMb: 4096,
    sandboxes: ['none'],
  });
}

/** An approved suite and a running hunt on it. */
export function hunt(fleet: SqliteFleet, plan: Partial<HuntPlan> = {}): number {
  fleet.suites.add({ digest: DIGEST, name: 'cloud', files: undefined, author: 'ann' });
  fleet.suites.approve(DIGEST, 'mia');
  const { id } = fleet.hunts.start({
    digest: DIGEST,
    suite: 'cloud',
    strategy: 'mix',
    bugs: [],
    seed: 1,
    length: 100,
    lanes: 1,
    budgetSteps: 2000,
    priority: 0,
    author: 'mia',
    ...plan,
  });
  return id;
}

export function ask(fleet: SqliteFleet, machine: Machine, slots = 1): Lease[] {
  const now = fleet.machines.find(machine.id) ?? machine;
  fleet.machines.seen(machine.id, 'working');
  return fleet.leases.lease(now, { slots, digests: [DIGEST], refs: [], maxMinutes: 0.1 }).leases;
}

export const passing = (job: JobSpec, nonce: string): JobResult => {
  const steps = job.kind === 'walk' ? job.episodes.count * job.length : job.trace.length * job.runs;
  return {
    attempt: 1,
    epoch: 1,
    nonce,
    outcome: 'pass',
    steps,
    checks: steps,
    waits: 0,
    episodes: job.kind === 'walk' ? job.episodes.count : job.runs,
    workedMs: steps,
    sightings: [],
    coverage: { actions: { create_vm: steps }, transitions: [], pairs: [] },
    witness: '0'.repeat(64),
  };
};

/** A failure of the given signature, whenever it is tried. */
export const failing = (job: JobSpec, nonce: string, signature: string): JobResult => {
  const runs = job.kind === 'replay' ? job.runs : 2;
  const hits = runs;
  return {
    ...passing(job, nonce),
    outcome: 'fail',
    sightings: [
      {
        failure: {
          kind: 'state',
          action: 'stop_vm',
          states: { vm: 'running' },
          message: 'vm#1 is running',
          masked: 'vm is running',
          signature,
          at: 1,
        },
        episode: 0,
        trace: ['create_vm -> vm#1', 'stop_vm vm#1'],
        repeated: { runs, hits },
      },
    ],
  };
};

/** The test itself broke: a driver that does not start, a version that does not build. */
export const breaking: Behaviour = (job, nonce) => ({
  ...passing(job, nonce),
  outcome: 'error',
  error: 'set_up: undefined reference',
  steps: 0,
  checks: 0,
  episodes: 0,
});

export function answer(
  fleet: SqliteFleet,
  machine: Machine,
  { lease, attempt, epoch }: Lease,
  result: JobResult,
  plausible = true,
) {
  const now = fleet.machines.find(machine.id) ?? machine;
  return fleet.settle(now, { lease, attempt, epoch }, { ...result, attempt, epoch }, plausible);
}

/** How a machine answers a job. */
export type Behaviour = (job: JobSpec, nonce: string, purposeIsCanary: boolean) => JobResult;

/** Lets each machine in turn take and answer one job, until nobody gets any more. Returns the number of jobs. */
export function work(test: TestFleet, birds: readonly (readonly [Machine, Behaviour])[], most = 10_000): number {
  let done = 0;
  for (let idle = 0; idle < birds.length && done < most; ) {
    test.fleet.tick();
    for (const [machine, behave] of birds) {
      const [lease] = ask(test.fleet, machine);
      if (!lease) {
        idle += 1;
        continue;
      }
      idle = 0;
      test.clock.advance(1000);
      answer(test.fleet, machine, lease, behave(lease.job, lease.nonce, lease.job.bugs.includes(CANARY)));
      done += 1;
    }
  }
  return done;
}

const SIGNATURE = 'a'.repeat(16);
/** Tells the truth about a system without bugs: only planted ones are seen. */
export const honest: Behaviour = (job, nonce, canary) =>
  canary ? failing(job, nonce, 'c'.repeat(16)) : passing(job, nonce);
/** Tells the truth about a system whose every walk fails alike. */
export const seesBug: Behaviour = (job, nonce) => failing(job, nonce, SIGNATURE);
