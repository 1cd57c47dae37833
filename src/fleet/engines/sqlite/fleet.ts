/** A guild's fleet in the guild's own file: the engine `sqlite`. */
import type { Guild } from '../../../platform/guild.js';
import type { Finding } from '../../finding.js';
import { type Hunt, MOST_HUNTS } from '../../hunt.js';
import { type Machine, SILENT_MS } from '../../machine.js';
import type { ShrinkSession } from '../../shrinking.js';
import type { SuiteEntry } from '../../suite.js';
import { createAftercare, type SinceFixed } from './aftercare.js';
import { createBisections } from './bisections.js';
import { createDrafts } from './drafts.js';
import { createFindings } from './findings.js';
import { createFollow } from './follow.js';
import { createHunts } from './hunts.js';
import { createJobs } from './jobs.js';
import { createLeases, type Fence } from './leases.js';
import { createLedger } from './ledger.js';
import { createMachines } from './machines.js';
import { createShowing } from './showing.js';
import { createShrinks } from './shrinks.js';
import { createStories } from './stories.js';
import { createSuites } from './suites.js';
import { createVerdicts } from './verdicts.js';
import { createWalks } from './walks.js';
import { createWords } from './words.js';

export interface FleetDeps {
  readonly now: () => number;
  readonly newId: () => string;
  /** In [0, 1). */
  readonly random: () => number;
  /** The planted bug of a suite, where it has one. */
  readonly canaryOf: (digest: string) => string | undefined;
  readonly openShrinker: (finding: Finding) => ShrinkSession | undefined;
}

/** How long follow-up work may wait for a machine that can take it; milliseconds. */
const PATIENCE_MS = 30 * 60_000;

/** As long as machines are asked about a finding; after that, what waits for a verdict is taken as it was told. Milliseconds. */
const OVERDUE_MS = 7 * 24 * 3_600_000;

/** Counting takes longer the more there are: a count is good for so long for each that was counted. Milliseconds. */
const FRESH_MS = 0.2;

function lately<T>(look: () => T, counted: (value: T) => number, now: () => number): () => T {
  let seen: { readonly until: number; readonly at: number; readonly value: T } | undefined;
  return () => {
    const at = now();
    if (!seen || at >= seen.until || at < seen.at) {
      const value = look();
      seen = { until: at + FRESH_MS * counted(value), at, value };
    }
    return seen.value;
  };
}

export type SqliteFleet = ReturnType<typeof createSqliteFleet>;

export function createSqliteFleet(guild: Guild, deps: FleetDeps) {
  const { now, random } = deps;
  const epochOf = guild.db.prepare<[], string>(`SELECT value FROM meta WHERE key = 'fleet.epoch'`).pluck();
  const epoch = (): number => Number(epochOf.get() ?? 1);

  const machines = createMachines(guild, deps);
  const suites = createSuites(guild, now);
  const jobs = createJobs(guild, now);
  const hunts = createHunts(guild, now);
  const findings = createFindings(guild, now);
  const ledger = createLedger(guild, now);
  const slots = lately(() => machines.activeSlots(now() - SILENT_MS), Number, now);
  const width = (): number => Math.max(2, slots());
  const lenders = lately(() => machines.activeLenders(now() - SILENT_MS), slots, now);
  const shrinks = createShrinks({ jobs, findings, open: deps.openShrinker, width, lenders });
  const walks = createWalks(guild, { ...deps, width });
  const leases = createLeases(guild, { ...deps, epoch, walks, shrinks });
  const bisections = createBisections(guild, { now, jobs, findings, suites, width, lenders });
  const words = createWords({ now, jobs, findings, lenders });
  const aftercare = createAftercare(guild, { jobs, findings, suites, words, now, lenders });
  const also = (finding: number): SinceFixed => {
    bisections.go(finding);
    return aftercare.look(finding);
  };
  const follow = createFollow({ now, machines, jobs, hunts, findings, shrinks, words, also });
  const verdicts = createVerdicts(guild, {
    ...{ now, random, machines, leases, jobs, walks, hunts, ledger, follow },
  });

  return {
    guildId: guild.id,
    machines,
    suites,
    hunts,
    findings,
    jobs,
    ledger,
    leases,
    drafts: createDrafts(guild, now),
    bisections,
    aftercare,
    showing: createShowing(guild, now),
    /** All that is to be told of a finding. */
    story: createStories(guild, { findings, bisections, words }),
    /** Whether anything is going on that time should bring forward. */
    busy: (): boolean => hunts.count('running') > 0 || jobs.anyOpen(),
    epoch,
    settle: verdicts.settle,
    /** A machine gives a job back; `faulty`: it came to nothing there. It is the machine's fault where others can run the like. */
    release: guild.transaction((machine: Machine, fence: Fence, faulty: boolean): 'requeued' | 'stale' => {
      const job = jobs.leased(fence.lease);
      const blamed = job !== undefined && jobs.workedForOthers(job, machine.lender);
      const verdict = leases.release(machine.id, fence, faulty && { blamed });
      if (job && jobs.find(job.id)?.state === 'parked') verdicts.parked(job);
      return verdict;
    }),

    /** Ends a hunt by hand; what was done in it counts as it was told. Refuses: hunt_unknown, hunt_ended. */
    stopHunt: guild.transaction((id: number): Hunt => {
      const hunt = hunts.stop(id);
      verdicts.close(id);
      findings.leave(id);
      return hunt;
    }),
    /** Staff hold a machine: what it has under way goes to others. */
    hold: guild.transaction((machine: Machine, words?: string): void => {
      machines.quarantine(machine.id, 'staff', words);
      leases.takeBack(machine.id);
    }),
    /** Takes a machine out for good, with what it has under way; `lender`: undefined where staff do it. Refuses: machine_unknown, machine_not_yours. */
    withdraw: guild.transaction((alias: string, lender: string | undefined): Machine => {
      const machine = lender === undefined ? machines.named(alias) : machines.ofLender(alias, lender);
      leases.takeBack(machine.id);
      machines.withdraw(machine.id, machine.alias);
      return machine;
    }),
    /** No job of this version is handed out any more, and what is under way ends. Refuses: suite_unknown. */
    retire: guild.transaction((digest: string, by: string): SuiteEntry => {
      const suite = suites.retire(digest, by);
      for (const id of hunts.stopAllOf(digest)) {
        verdicts.close(id);
        findings.leave(id);
      }
      bisections.endAllOf(digest);
      return suite;
    }),

    /** What time alone brings about: silent machines lose their leases, and what nobody can do is given up. */
    tick: guild.transaction((): void => {
      verdicts.reap();
      verdicts.giveUp(now() - PATIENCE_MS);
      verdicts.acceptOverdue(now() - OVERDUE_MS);
      for (const finding of findings.unsettled()) verdicts.settleFinding(finding);
      // The last job of a hunt may have been parked, which no result tells of.
      for (const { id } of hunts.list({ state: 'running', limit: MOST_HUNTS, offset: 0 }))
        hunts.finish(id, walks.spent(id));
    }),
  };
}
