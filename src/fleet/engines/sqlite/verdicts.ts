/** What is made of a result: whether it counts, what it proves, whom it credits, what has to be run next. */
import type { Guild } from '../../../platform/guild.js';
import { type Machine, SILENT_MS } from '../../machine.js';
import type { JobResult } from '../../protocol.js';
import { ApiRefusal } from '../../refused.js';
import { judged, replicates } from '../../rules/replication.js';
import type { Follow } from './follow.js';
import type { Hunts } from './hunts.js';
import type { Job, Jobs, Kept, Purpose } from './jobs.js';
import type { Fence, Leases } from './leases.js';
import type { Ledger } from './ledger.js';
import type { Machines } from './machines.js';
import type { Walks } from './walks.js';

/** Wrong results among a machine's last twenty before it is held: an honest machine that errs once in twenty stays below. */
const MOST_WRONG = 6;
/** Work that is no loss where nobody can take it. */
const FOLLOW_UP: readonly Purpose[] = ['replica', 'confirm', 'reproduce'];
/** Weight of the newest job in a machine's pace. */
const NEWEST = 0.2;

export interface VerdictDeps {
  readonly now: () => number;
  readonly random: () => number;
  readonly machines: Machines;
  readonly leases: Leases;
  readonly jobs: Jobs;
  readonly walks: Walks;
  readonly hunts: Hunts;
  readonly ledger: Ledger;
  readonly follow: Follow;
}

export type Verdict = 'accepted' | 'duplicate' | 'stale' | 'cancelled';
export type Verdicts = ReturnType<typeof createVerdicts>;

/** What two honest runs of one passing walk have in common on any system: the seed law decides it. */
const account = (result: Kept | undefined): string =>
  result ? JSON.stringify([result.outcome, result.steps, Object.entries(result.actions).sort()]) : '';

export function createVerdicts(guild: Guild, deps: VerdictDeps) {
  const { now, random, machines, leases, jobs, walks, hunts, ledger, follow } = deps;

  /** A result proved right or wrong: the machine is believed more or less, and credited or not. */
  function judge(job: Job, right: boolean): void {
    if (job.judged === 'valid' || job.judged === 'invalid') return;
    jobs.judge(job.id, right ? 'valid' : 'invalid');
    if (right) ledger.grant(job.id);
    else ledger.reverse(job.id);
    const machine = job.machine === undefined ? undefined : machines.find(job.machine);
    if (!machine) return;
    const { trust, consequence } = judged(machine.trust, right);
    machines.setTrust(machine.id, trust);
    if (consequence === 'quarantined' && machine.state !== 'withdrawn')
      machines.quarantine(machine.id, 'wrong_results');
  }

  /** A failure that nobody else could repeat. Honest machines have such, now and then; many at once are no accident. */
  function falseAlarm(job: Job): void {
    if (job.judged !== 'waiting') return;
    jobs.judge(job.id, 'invalid');
    ledger.reverse(job.id);
    if (job.machine === undefined) return;
    const machine = machines.find(job.machine);
    if (machine?.state === 'active' && jobs.wrongLately(job.machine) >= MOST_WRONG)
      machines.quarantine(job.machine, 'false_alarms');
  }

  function measure(job: Job, machine: Machine, result: JobResult): void {
    const ms = Math.max(1, now() - job.leasedAt);
    const episodes = Math.max(1, result.episodes);
    hunts.pace(job.hunt, ms, ms / episodes / machine.pace);
    const hunt = walks.episodeMs(job.hunt);
    if (hunt) machines.setPace(machine.id, machine.pace * (1 - NEWEST) + (ms / episodes / hunt) * NEWEST);
  }

  function replicate(job: Job, barred: readonly string[]): void {
    const { hunt, spec } = job;
    jobs.add({ hunt, purpose: 'replica', spec, twin: job.twin ?? job.id, priority: 1, barred });
  }

  /** What was answered with nonsense is still to be done, by somebody else. */
  function again({ hunt, purpose, spec, finding, twin, candidate, barred }: Job, { lender }: Machine): void {
    if (purpose === 'canary') return;
    jobs.add({ hunt, purpose, spec, finding, twin, candidate, priority: 1, barred: [...barred, lender] });
  }

  function walked(job: Job, machine: Machine, result: JobResult): void {
    hunts.cover(job.hunt, result.coverage);
    measure(job, machine, result);
    if (result.sightings.length > 0) {
      jobs.judge(job.id, 'waiting');
      const fresh = new Set<number>();
      for (const sighting of result.sightings) fresh.add(follow.see({ ...job, judged: 'waiting' }, machine, sighting));
      for (const finding of fresh) settleFinding(finding);
      return;
    }
    const alone = !jobs.othersAreThere(machine.lender, now() - SILENT_MS);
    if (alone || !replicates(machine.trust, random())) {
      judge(job, true);
      return;
    }
    jobs.judge(job.id, 'waiting');
    replicate(job, [machine.lender]);
  }

  function replicated(job: Job): void {
    const first = job.twin === undefined ? undefined : jobs.find(job.twin);
    if (!first) return;
    const runs = [first, ...jobs.replicasOf(first.id)].filter((one) => one.state === 'done');
    jobs.judge(job.id, 'waiting');
    const votes = new Map<string, number>();
    for (const one of runs) votes.set(account(one.result), (votes.get(account(one.result)) ?? 0) + 1);
    const [top] = [...votes].sort((a, b) => b[1] - a[1]);
    if (top && top[1] >= 2) {
      for (const one of runs)
        judge(one.id === job.id ? { ...job, judged: 'waiting' } : one, account(one.result) === top[0]);
    } else if (runs.length < 4) {
      const lenders = runs.flatMap((one) => (one.lender === undefined ? [] : [one.lender]));
      replicate(job, lenders);
    } else {
      // Four machines, four stories: the suite is not repeatable, and nobody is to blame.
      for (const one of runs) judge(one, true);
    }
  }

  function canary(job: Job, machine: Machine, result: JobResult): void {
    const caught = result.sightings.length > 0;
    hunts.canary(job.hunt, caught);
    // One that nobody ever caught in this hunt speaks against the suite, not against the machine.
    if (caught || !hunts.canaryWorks(job.hunt)) {
      judge(job, true);
      return;
    }
    judge(job, false);
    machines.quarantine(machine.id, 'missed_canary');
  }

  function settleFinding(finding: number): void {
    const settled = follow.settle(finding);
    for (const job of jobs.reporters(finding)) {
      if (settled === 'believed') judge(job, true);
      if (settled === 'refuted') falseAlarm(job);
    }
  }

  return {
    settleFinding,

    /**
     * Takes a result, once: sent again it is a duplicate, from an older lease or epoch it is stale. All that follows from
     * it happens in the same transaction. `plausible`: whether it fits what was asked. Throws ApiRefusal: not_yours.
     */
    settle: guild.transaction((machine: Machine, fence: Fence, result: JobResult, plausible: boolean): Verdict => {
      const job = jobs.leased(fence.lease);
      if (!job) return 'stale';
      if (job.machine !== machine.id) throw new ApiRefusal('not_yours');
      if (job.state === 'done') return 'duplicate';
      if (job.state === 'cancelled') return 'cancelled';
      if (!leases.fenced(machine.id, fence) || job.nonce !== result.nonce) return 'stale';

      if (plausible) hunts.tally(job.hunt, result);
      if (plausible && result.outcome === 'error') {
        leases.release(machine.id, fence, true);
        return 'accepted';
      }
      machines.answered(machine.id);
      jobs.finish(job.id, result);
      if (!plausible) {
        judge(job, false);
        again(job, machine);
      } else if (job.purpose === 'walk') walked(job, machine, result);
      else if (job.purpose === 'replica') {
        replicated(job);
        if (result.sightings.length > 0)
          for (const sighting of result.sightings) settleFinding(follow.see(job, machine, sighting));
      } else if (job.purpose === 'canary') canary(job, machine, result);
      else {
        judge(job, true);
        if (job.finding !== undefined) {
          follow.note(job, machine, result);
          settleFinding(job.finding);
        }
      }
      hunts.finish(job.hunt, walks.spent(job.hunt));
      return 'accepted';
    }),

    /** Gives up follow-up work that no machine could take for long, so that hunts end and nobody waits for credit for ever. */
    giveUp: guild.transaction((before: number): void => {
      for (const job of jobs.unwanted(before)) {
        if (FOLLOW_UP.includes(job.purpose)) jobs.cancel(job.id);
        else jobs.park(job.id);
        const first = job.twin === undefined ? undefined : jobs.find(job.twin);
        if (first?.judged === 'waiting' && first.result?.outcome === 'pass') judge(first, true);
        hunts.finish(job.hunt, walks.spent(job.hunt));
      }
    }),
  };
}
